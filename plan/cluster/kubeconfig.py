"""The administrator's kubeconfig: written for a cluster that is made, and read for the authority of any cluster."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any, cast

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from plan.model import Credentials


class UnusableKubeconfig(ValueError):
    """A kubeconfig from which the cluster's authority cannot be read. Its text says why, and what to do."""


def write_kubeconfig(credentials: Credentials, authority: str, certificate: str, key: str) -> str:
    """A kubeconfig with everything in it. The certificates and the key are PEM texts."""
    cluster, user = credentials.cluster, credentials.administrator.common_name
    context = f"{user}@{cluster}"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "clusters": [
            {
                "name": cluster,
                "cluster": {"server": credentials.api_server, "certificate-authority-data": in_one_line(authority)},
            }
        ],
        "users": [
            {
                "name": user,
                "user": {"client-certificate-data": in_one_line(certificate), "client-key-data": in_one_line(key)},
            }
        ],
        "contexts": [{"name": context, "context": {"cluster": cluster, "user": user}}],
    }
    return yaml.safe_dump(document, sort_keys=False)


def ca_certificate_hash(kubeconfig: str) -> str:
    """Hash by which a joining node recognises the cluster: `sha256:<hex>` of its authority's public key.

    Raises UnusableKubeconfig where the authority's certificate is not in the kubeconfig.
    """
    try:
        certificate = x509.load_pem_x509_certificate(base64.b64decode(_authority(kubeconfig), validate=True))
    except (binascii.Error, ValueError, yaml.YAMLError, LookupError, TypeError, AttributeError):
        # Not chained: what a parser says about a kubeconfig can hold a part of it.
        raise UnusableKubeconfig(
            "The kubeconfig has no certificate-authority-data for its current context, so no machine can join the "
            "cluster: make one that holds its certificates with `kubectl config view --raw --minify --flatten`."
        ) from None
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"sha256:{hashlib.sha256(key).hexdigest()}"


def in_one_line(text: str) -> str:
    """Base64 of a text."""
    return base64.b64encode(text.encode()).decode()


def _authority(kubeconfig: str) -> str:
    document = cast(Mapping[str, Any], yaml.safe_load(kubeconfig))
    context = _named(document["contexts"], document["current-context"])["context"]
    return _named(document["clusters"], context["cluster"])["cluster"]["certificate-authority-data"]


def _named(entries: list[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return {entry["name"]: entry for entry in entries}[name]

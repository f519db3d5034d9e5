"""Answers of providers for created resources: keys and tokens that can be recognised wherever they appear."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import trustme

from tests.recording.recorder import Resource

KEY = "tls:index/privateKey:PrivateKey"
AUTHORITY = "tls:index/selfSignedCert:SelfSignedCert"
REQUEST = "tls:index/certRequest:CertRequest"
CERTIFICATE = "tls:index/locallySignedCert:LocallySignedCert"
NAME = "random:index/randomString:RandomString"
PASSWORD = "random:index/randomPassword:RandomPassword"
MACHINE = "proxmoxve:index/vmLegacy:VmLegacy"
SNIPPET = "proxmoxve:index/fileLegacy:FileLegacy"


CA = trustme.CA().cert_pem.bytes().decode()
"""The certificate of the authority of every cluster here, as PEM."""


def answer(resource: Resource) -> Mapping[str, Any]:
    """Values that a provider adds to the inputs of a resource."""
    name, kind = resource.name, resource.type
    made: dict[str, dict[str, Any]] = {
        KEY: {"privateKeyPem": private_key(name), "publicKeyPem": f"-----BEGIN PUBLIC KEY-----\n{name}\n"},
        AUTHORITY: {"certPem": CA},
        REQUEST: {"certRequestPem": f"-----BEGIN CERTIFICATE REQUEST-----\n{name}\n"},
        CERTIFICATE: {"certPem": f"-----BEGIN CERTIFICATE-----\n{name}\n"},
        NAME: {"result": hashlib.sha256(name.encode()).hexdigest()[:6]},
        PASSWORD: {"result": token_secret(name)},
    }
    return {"id": f"{name}-id"} | made.get(kind, {})


def private_key(name: str) -> str:
    """The private key of that name, as PEM."""
    return f"-----BEGIN EC PRIVATE KEY-----\nthe private key of {name}\n"


def token_secret(name: str) -> str:
    """The secret half of the token of a machine."""
    return hashlib.sha256(f"the token of {name}".encode()).hexdigest()[:16]


def secrets_of(resources: Mapping[str, Resource]) -> Iterator[str]:
    """Every secret that providers made for these resources."""
    for resource in resources.values():
        if resource.type == KEY:
            yield private_key(resource.name)
        if resource.type == PASSWORD:
            yield token_secret(resource.name)


def appearances(secret: str) -> set[str]:
    """How a secret may look: as it is, in pieces, and as base64 wherever in a text it begins."""
    shifted = (base64.b64encode(b"\0" * shift + secret.encode()).decode() for shift in range(3))
    return {*filter(None, secret.splitlines()), *(text[4:-4] for text in shifted)}


def kubeconfig() -> str:
    """A kubeconfig of a cluster that exists."""
    authority = base64.b64encode(CA.encode()).decode()
    return f"""apiVersion: v1
kind: Config
current-context: admin
contexts: [{{name: admin, context: {{cluster: lab, user: admin}}}}]
clusters: [{{name: lab, cluster: {{server: "https://192.0.2.20:6443", certificate-authority-data: {authority}}}}}]
users: [{{name: admin, user: {{token: the-token-of-the-administrator}}}}]
"""

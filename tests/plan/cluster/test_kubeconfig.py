"""The hash by which a joining node knows its cluster, and a kubeconfig from which it cannot be told."""

import base64

import pytest
import yaml

from plan.cluster.credentials import ADMINISTRATOR, AUTHORITIES
from plan.cluster.kubeconfig import UnusableKubeconfig, ca_certificate_hash, write_kubeconfig
from plan.model import Credentials

CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIUXvMoE2IsGDBhTI+UFqIz8n5+cW4wCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAeFw0yNjExMjQwMzA0NDhaFw0zNjExMjEw
MzA0NDhaMBUxEzARBgNVBAMMCmt1YmVybmV0ZXMwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARokDR11GtYBjEuYX/KMiGEeeNrkBvBcC5oZTxee4g8E88fECIE7mMh
9Jn0gnQGpr7uW4KEm8z9QdXs8VcdLPUjo1MwUTAdBgNVHQ4EFgQU/5vBECpqe0+q
1vzKrVqCicfyDdYwHwYDVR0jBBgwFoAU/5vBECpqe0+q1vzKrVqCicfyDdYwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBmCoA4YjPzG6CTyXc7TiBu
HqFH76aFGR8a5hZbYFqUnwIgBs+81ZXdmNvT4zX7Ezwyu+VlMilEy+di+87l/ed3
Yjg=
-----END CERTIFICATE-----
"""
HASH = "sha256:e7481a3c2f18be32d7f7143e4db1a13f91065ce14142fe661993a9823e3b07ac"
"""Output of `openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256` for it."""
CREDENTIALS = Credentials("lab", "https://192.0.2.20:6443", AUTHORITIES, ADMINISTRATOR)
WRITTEN = write_kubeconfig(CREDENTIALS, CERTIFICATE, "the certificate", "the-private-key")


def changed(**cluster: str | None) -> str:
    """The kubeconfig with other fields for its cluster; None takes one out."""
    document = yaml.safe_load(WRITTEN)
    fields = document["clusters"][0]["cluster"] | cluster
    document["clusters"][0]["cluster"] = {name: value for name, value in fields.items() if value is not None}
    return yaml.safe_dump(document)


def test_the_hash_is_that_of_the_public_key() -> None:
    assert ca_certificate_hash(WRITTEN) == HASH


def test_the_hash_is_of_the_cluster_of_the_current_context() -> None:
    document = yaml.safe_load(WRITTEN)
    document["clusters"].insert(0, {"name": "another", "cluster": {"server": "https://192.0.2.99:6443"}})
    assert ca_certificate_hash(yaml.safe_dump(document)) == HASH


UNUSABLE = {
    "no yaml": "a: [the-private-key",
    "no kubeconfig": "[the-private-key]",
    "nothing": "",
    "no context": WRITTEN.replace("current-context", "another-context"),
    "a file": changed(**{"certificate-authority-data": None, "certificate-authority": "/etc/kubernetes/pki/ca.crt"}),
    "no base64": changed(**{"certificate-authority-data": "the-private-key"}),
    "no certificate": changed(**{"certificate-authority-data": base64.b64encode(b"the-private-key").decode()}),
}


@pytest.mark.parametrize("kubeconfig", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_kubeconfig_without_the_authority_is_refused_and_not_shown(kubeconfig: str) -> None:
    with pytest.raises(UnusableKubeconfig) as error:
        ca_certificate_hash(kubeconfig)
    assert "kubectl config view --raw --minify --flatten" in str(error.value)
    assert "the-private-key" not in str(error.value)
    assert error.value.__cause__ is None

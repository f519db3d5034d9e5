"""Ends of tokens and certificates that are not known, as values of Secrets are not read."""

from operations.doctor.unread import unread_ends
from tests.operations.doctor.cluster import healthy


def test_tokens_and_certificates_whose_end_only_a_secret_holds_are_named() -> None:
    cluster = healthy()
    cluster.add("Secret", "bootstrap-token-abcdef", "kube-system", type="bootstrap.kubernetes.io/token")
    cluster.add("Secret", "wildcard", "shop", type="kubernetes.io/tls")
    cluster.add("Secret", "web-tls", "shop", type="kubernetes.io/tls")
    cluster.add("Certificate", "web", "shop", apiVersion="cert-manager.io/v1", spec={"secretName": "web-tls"})
    tokens, certificates = unread_ends(cluster.observe())
    assert "Secret/kube-system/bootstrap-token-abcdef" in tokens.detail
    assert "Secret/shop/wildcard" in certificates.detail
    assert "web-tls" not in certificates.detail


def test_a_cluster_without_them_has_no_gap() -> None:
    assert not list(unread_ends(healthy().observe()))

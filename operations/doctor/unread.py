"""Ends of tokens and certificates that only the values of Secrets tell, which are never read."""

from collections.abc import Iterator

from observation.model import Gap, Observation
from observation.objects import Reference, namespace_of, reference
from plan.model.fields import text
from plan.wording import listed

_TOKEN, _CERTIFICATE = "bootstrap.kubernetes.io/token", "kubernetes.io/tls"


def unread_ends(observed: Observation) -> Iterator[Gap]:
    """A gap for the bootstrap tokens, and one for the certificates that no Certificate of cert-manager renews."""
    renewed = {
        Reference("Secret", namespace_of(each), text(each, "spec", "secretName")) for each in observed.of("Certificate")
    }
    found: dict[str, list[str]] = {_TOKEN: [], _CERTIFICATE: []}
    for secret in observed.of("Secret"):
        kind = text(secret, "type")
        if kind in found and reference(secret) not in renewed:
            found[kind].append(str(reference(secret)))
    if tokens := found[_TOKEN]:
        yield Gap("ends of bootstrap tokens", "forbidden", f"kubeadm token list tells them: {listed(tokens)}")
    if certificates := found[_CERTIFICATE]:
        how = "kubectl get secret NAME -o jsonpath='{.data.tls\\.crt}' | base64 -d | openssl x509 -noout -enddate"
        yield Gap("ends of certificates in Secrets", "forbidden", f"{how}: {listed(certificates)}")

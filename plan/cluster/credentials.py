"""Credentials of a cluster made from nothing: its authorities, its administrator, and the tokens to join it with.

Keys are ECDSA on P-256. kubeadm reads RSA and ECDSA keys only, so Ed25519 is out; and RSA with 2,048 bits, which it
makes unless told otherwise, is weaker than an authority that lasts ten years should be.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.cluster import Distribution
from config.lab import Lab
from plan.cluster.kubeadm import api_endpoint
from plan.cluster.membership import founder, in_start_order
from plan.model import Administrator, Authority, Credentials, Finding
from plan.model.findings import Rule

CREDENTIALS_UNCHECKED = Rule(
    "CREDENTIALS-UNCHECKED",
    "info",
    title="The expiry of certificates and tokens could not be checked",
    meaning=(
        "kubeadm renews a cluster's certificates with each upgrade of Kubernetes. A cluster that is not upgraded for a "
        "year can no longer be reached when they end, not even by its kubelets. Of a cluster that is adopted the lab "
        "does not say when that is; of one that it makes, an `up` renews the administrator's."
    ),
    remedy="Run `kubeadm certs check-expiration` on a control plane, and `kubeadm certs renew all` before they end.",
)


KEY_ALGORITHM = "ECDSA"
KEY_CURVE = "P256"

AUTHORITIES = (
    Authority("cluster-ca", "kubernetes", days=3650),
    Authority("etcd-ca", "etcd-ca", days=3650),
    Authority("front-proxy-ca", "front-proxy-ca", days=3650),
)
"""As kubeadm would make them. Their keys and certificates are protected: none is renewed in passing."""

ADMINISTRATOR = Administrator("kubernetes-admin", "kubeadm:cluster-admins", days=365, renewed_days_before=90)
"""`kubeadm init` binds the group to the role cluster-admin."""

NODE_GROUP = "system:bootstrappers:kubeadm:default-node-token"
"""Group that `kubeadm init` allows to request a node's certificate; a joining control plane also asks as a node."""


JOIN_TOKEN_HOURS = 24
"""As kubeadm's own."""


class JoinToken(NamedTuple):
    """A bootstrap token, with which one machine joins the cluster."""

    hours: int
    """How long it is good for."""
    data: Mapping[str, str]
    """Fields of its Secret, apart from the token and the time at which it expires."""


def plan_credentials(lab: Lab) -> Credentials | None:
    """The credentials of a cluster that the program makes; None for one that exists."""
    if founder(lab) is None:
        return None
    return Credentials(lab.cluster.name, f"https://{api_endpoint(lab)}", AUTHORITIES, ADMINISTRATOR)


_VALIDITY: Mapping[Distribution, str] = {
    "kubeadm": f"; kubeadm's certificates are valid for {ADMINISTRATOR.days} days, a token that lets a node join for "
    f"{JOIN_TOKEN_HOURS} hours",
    "k3s": "",
    "talos": "",
}
_ASKING: Mapping[Distribution, str] = {
    "kubeadm": "`kubeadm certs check-expiration` and `kubeadm token list`",
    "k3s": "`k3s certificate check` and `k3s token list`",
    "talos": "`talosctl config info`, which says until when your own certificate is valid; Talos renews the others",
}
"""Commands that show until when certificates are valid, by the maker of the cluster."""


def credential_findings(lab: Lab) -> Iterator[Finding]:
    """A cluster that exists does not say until when its certificates are valid."""
    if founder(lab) is None:
        kind, first = next(_control_planes(lab))
        yield CREDENTIALS_UNCHECKED.finding(
            (kind, first),
            "the cluster was not made from this lab, so the expiry of its certificates and tokens could not be "
            f"checked{_VALIDITY[lab.cluster.distribution]}",
            f"ask {first}: {_ASKING[lab.cluster.distribution]}",
            facts={"certificate_days": ADMINISTRATOR.days, "join_token_hours": JOIN_TOKEN_HOURS}
            if lab.cluster.distribution == "kubeadm"
            else {},
        )


def _control_planes(lab: Lab) -> Iterator[tuple[str, str]]:
    """Control planes that are machines, in their start order, then those outside of Proxmox; each with its section."""
    yield from (("machines", name) for name, each in in_start_order(lab).items() if each.role == "control-plane")
    yield from (("nodes", name) for name, each in lab.outside.items() if each.role == "control-plane")


def plan_join_token(machine: str) -> JoinToken:
    """The token of a machine: it outlives the minutes that joining takes, with room for a second try."""
    data = {
        "description": f"Lets {machine} join the cluster.",
        "usage-bootstrap-authentication": "true",
        "usage-bootstrap-signing": "true",
        "auth-extra-groups": NODE_GROUP,
    }
    return JoinToken(hours=JOIN_TOKEN_HOURS, data=data)

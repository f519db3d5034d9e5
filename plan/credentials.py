"""What a cluster made from nothing starts with: its authorities, its administrator, and the tokens to join it with.

Keys are ECDSA on P-256. kubeadm reads RSA and ECDSA keys only, so Ed25519 is out; and RSA with 2,048 bits, which it
makes unless told otherwise, is weaker than an authority that lasts ten years should be.
"""

from collections.abc import Mapping
from typing import NamedTuple

from config.lab import Lab
from plan.creation import founder
from plan.kubeadm import api_endpoint
from plan.model import Administrator, Authority, Credentials

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
"""What `kubeadm init` lets ask for a node's certificate; a joining control plane asks as a node, too."""


class JoinToken(NamedTuple):
    """A bootstrap token, with which one machine joins the cluster."""

    hours: int
    """How long it is good for."""
    data: Mapping[str, str]
    """Fields of its Secret, besides the token and the time at which it expires."""


def plan_credentials(lab: Lab) -> Credentials | None:
    """The credentials of a cluster that the program makes; None for one that exists."""
    if founder(lab) is None:
        return None
    return Credentials(lab.cluster.name, f"https://{api_endpoint(lab)}", AUTHORITIES, ADMINISTRATOR)


def plan_join_token(machine: str) -> JoinToken:
    """The token of a machine: it outlives the minutes that joining takes, with room for a second try."""
    data = {
        "description": f"Lets {machine} join the cluster.",
        "usage-bootstrap-authentication": "true",
        "usage-bootstrap-signing": "true",
        "auth-extra-groups": NODE_GROUP,
    }
    return JoinToken(hours=24, data=data)

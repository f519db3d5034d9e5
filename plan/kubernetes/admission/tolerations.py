"""Tolerations that every pod gets (plugin/pkg/admission/defaulttolerationseconds).

ExtendedResourceToleration, which would add a toleration to each pod that requests a GPU, is off, as kubeadm leaves it:
a pod itself states what it tolerates.
"""

from collections.abc import Mapping
from typing import Any

from plan.model import Manifest

SECONDS_ON_A_LOST_NODE = 300
"""Before a pod that says nothing else is given up on a node that does not answer."""

_LOST = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def tolerations(spec: Mapping[str, Any]) -> tuple[Manifest, ...]:
    """The tolerations with which a pod is stored."""
    said: list[Manifest] = spec.get("tolerations") or []
    added = (
        {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": SECONDS_ON_A_LOST_NODE}
        for key in _LOST
        if not any(_covers(each, key) for each in said)
    )
    return (*said, *added)


def _covers(toleration: Manifest, key: str) -> bool:
    return toleration.get("key", "") in ("", key) and toleration.get("effect", "") in ("", "NoExecute")

"""The maker of a cluster, by what its nodes report."""

from collections.abc import Iterable
from typing import Literal

from plan.model import Manifest
from plan.model.fields import text

Distribution = Literal["kubeadm", "k3s", "talos", "rke2"]


def distribution_of(nodes: Iterable[Manifest]) -> Distribution:
    """The maker of the cluster of these nodes; kubeadm where none of them says another."""
    for node in nodes:
        version = text(node, "status", "nodeInfo", "kubeletVersion")
        if "+k3s" in version:
            return "k3s"
        if "+rke2" in version:
            return "rke2"
        if text(node, "status", "nodeInfo", "osImage").startswith("Talos"):
            return "talos"
    return "kubeadm"

"""Addresses with which nodes, and pods on their network, come to the pods of other nodes."""

from ipaddress import IPv4Network

from config.lab import Lab
from plan.model.fields import entries, text

_NOT_WRAPPING = frozenset({"cilium", "kube-router"})
"""Network plugins under which a node has its own address to all pods: Cilium knows it by its identity, and kube-router
wraps nothing within one network."""
_WITHIN_ONE_NETWORK = frozenset({"None", "IPIPCrossSubnet", "VXLANCrossSubnet"})
"""Values of `encapsulation` with which Calico wraps nothing between nodes of one network."""


def addresses_of_nodes(lab: Lab) -> tuple[IPv4Network, ...]:
    """The network of the nodes. Where the pod network wraps packets, the range of pods too: a node then sends from an
    address of its tunnel, which is one of that range."""
    nodes = lab.networks.networks[lab.cluster.node_network].cidr
    return (nodes, lab.cluster.pod_cidr) if _wraps(lab) else (nodes,)


def _wraps(lab: Lab) -> bool:
    if lab.cluster.network_plugin in _NOT_WRAPPING:
        return False
    for _, operator in lab.charts("tigera-operator"):
        pools = entries(operator.values, "installation", "calicoNetwork", "ipPools")
        return not pools or any(text(each, "encapsulation") not in _WITHIN_ONE_NETWORK for each in pools)
    return True

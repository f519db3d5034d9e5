"""Settings with which kubeadm, the control plane or the kubelet refuse to start."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network

from config.cluster import Cluster
from config.draft import Draft
from config.machine import Machine
from config.quantity import Memory
from config.reservations import reserved
from config.source import Problem

NODE_PREFIX = 24
"""Each node gets a range of this length for its pods (kube-controller-manager's --node-cidr-mask-size)."""
NOT_FOR_PODS = 3
"""Addresses of that range that no pod gets: of the network, of its gateway on the node, of the broadcast."""
BY_NODE_RANGE = ("flannel", "kube-router")
"""Network plugins that give pods addresses of their node's range alone."""
MOST_NODE_BITS = 16
"""How much longer that may be than the range for all pods (kubeadm, validateNodeCIDRMask)."""
SERVICE_PREFIXES = range(12, 29)
"""Of the range for services: the API server takes 20 bits at most, kubeadm ten addresses at least."""
CONTROL_PLANE_CPUS, CONTROL_PLANE_MIB = 2, 1700
"""Least CPUs and MiB of a control plane in kubeadm's preflight (cmd/kubeadm/app/constants)."""
KERNEL_PERCENT = 4
"""Largest share of a machine's memory that kernel and firmware reserve before anything can see it."""

SYSTEM_DISK = 3 << 30
"""Least bytes of a node's disk that Ubuntu Server, containerd and the images of Kubernetes itself take."""

_MIB = 1 << 20


def check_cluster_ranges(lab: Draft) -> Iterator[Problem]:
    """Every node gets a range for its pods, and there are enough addresses for services."""
    if not lab.cluster:
        return
    if refusal := pods_refusal(lab.cluster.pod_cidr, nodes_of(lab), NODE_PREFIX, "10.10.0.0/16"):
        yield lab.problem(("cluster", "pod_cidr"), refusal)
    addresses = (1 << 32 - NODE_PREFIX) - NOT_FOR_PODS
    if is_made(lab) and lab.cluster.network_plugin in BY_NODE_RANGE and lab.cluster.kubelet.max_pods > addresses:
        message = (
            f"{lab.cluster.kubelet.max_pods} pods are more than the {addresses} addresses that a node has for them, "
            f"in a /{NODE_PREFIX} of pod_cidr"
        )
        yield lab.problem(("cluster", "kubelet", "max_pods"), message)
    services = lab.cluster.service_cidr
    if services.prefixlen not in SERVICE_PREFIXES:
        least, most = SERVICE_PREFIXES[0], SERVICE_PREFIXES[-1]
        message = f"{services} has {services.num_addresses:,} addresses; kubeadm takes from /{most} to /{least}"
        yield lab.problem(("cluster", "service_cidr"), message)


def is_made(lab: Draft) -> bool:
    """Whether a control plane of the lab is made here."""
    return any(machine.role == "control-plane" and not machine.adopt for machine in lab.machines.values())


def nodes_of(lab: Draft) -> int:
    """How many nodes the cluster has."""
    return sum(machine.role != "appliance" for machine in lab.machines.values()) + len(lab.outside)


def pods_refusal(pods: IPv4Network | IPv6Network, nodes: int, node_prefix: int, example: str) -> str | None:
    """Why kubeadm makes no cluster with this range, or has none of `node_prefix` in it for each node."""
    spare = node_prefix - pods.prefixlen
    if spare < 0:
        return f"{pods} is smaller than the range of one node, a /{node_prefix}; write for example {example}"
    if spare > MOST_NODE_BITS:
        return f"{pods} is too large: kubeadm takes no more than a /{node_prefix - MOST_NODE_BITS}"
    if 1 << spare < nodes:
        needed = node_prefix - (nodes - 1).bit_length()
        ranges = f"{1 << spare} range{'s' * (spare > 0)} of a /{node_prefix}"
        return f"{pods} has {ranges}, for {nodes} nodes; a /{needed} or larger has enough"
    return None


def check_control_plane_sizes(lab: Draft) -> Iterator[Problem]:
    """A control plane that is made passes kubeadm's preflight."""
    for name, machine in lab.machines.items():
        if machine.role != "control-plane" or machine.adopt:
            continue
        if machine.vcpus < CONTROL_PLANE_CPUS:
            message = f"{machine.vcpus} is too few: kubeadm makes no control plane with less than {CONTROL_PLANE_CPUS}"
            yield lab.problem(("machines", name, "vcpus"), message)
        seen = machine.memory * (100 - KERNEL_PERCENT) // 100
        if seen < CONTROL_PLANE_MIB * _MIB:
            message = (
                f"{machine.memory} is too little: kubeadm wants {CONTROL_PLANE_MIB} MiB of a control plane, and the "
                f"kernel keeps up to {KERNEL_PERCENT}%; write 2Gi or more"
            )
            yield lab.problem(("machines", name, "memory"), message)


def check_reservations(lab: Draft) -> Iterator[Problem]:
    """A kubelet starts only if less is reserved than its machine has, and then it is not under pressure at once."""
    nodes = {name: machine for name, machine in lab.machines.items() if machine.role != "appliance"}
    if not lab.cluster or not nodes:
        return
    kept, hard = reserved(lab.cluster.kubelet), lab.cluster.kubelet.eviction_hard.memory
    starting = dict(nodes)
    for name, machine in nodes.items():
        if machine.memory - kept.memory - hard <= 0:
            del starting[name]
            words = _reserved_words(lab, kept.memory)
            message = f"{machine.memory} is too little for a node: {words}, and the kubelet evicts pods below {hard}"
            yield lab.problem(("machines", name, "memory"), message)
        if kept.cpu >= machine.vcpus * 1000:
            message = f"{machine.vcpus} is too few for a node: {kept.cpu} CPU are reserved for what is no pod"
            yield lab.problem(("machines", name, "vcpus"), message)
    yield from _check_soft_threshold(lab, lab.cluster, starting)
    yield from _check_free_disk(lab, lab.cluster, nodes)


def _check_soft_threshold(lab: Draft, cluster: Cluster, nodes: Mapping[str, Machine]) -> Iterator[Problem]:
    soft, kept = cluster.kubelet.eviction_soft.memory.available, reserved(cluster.kubelet).memory
    small = min(nodes, key=lambda name: nodes[name].memory, default=None)
    if small is not None and soft >= nodes[small].memory - kept:
        message = (
            f"{soft} is never free on {small}: of its {nodes[small].memory}, {kept.gib:.1f} GiB are reserved for what "
            "is no pod. The node would be under memory pressure for ever"
        )
        yield lab.problem(("cluster", "kubelet", "eviction_soft", "memory", "available"), message)


def _check_free_disk(lab: Draft, cluster: Cluster, nodes: Mapping[str, Machine]) -> Iterator[Problem]:
    """No file system is ever as empty as a threshold says that is above what the system leaves of the disk."""
    small = min(nodes, key=lambda name: nodes[name].disks[0].size)
    size = nodes[small].disks[0].size
    most = max(size - SYSTEM_DISK, 0) * 100 // size
    soft, hard = cluster.kubelet.eviction_soft, cluster.kubelet.eviction_hard
    for path, percent in (
        (("eviction_hard", "nodefs_percent"), hard.nodefs_percent),
        (("eviction_hard", "imagefs_percent"), hard.imagefs_percent),
        (("eviction_soft", "nodefs", "available_percent"), soft.nodefs.available_percent),
        (("eviction_soft", "imagefs", "available_percent"), soft.imagefs.available_percent),
    ):
        if percent > most:
            message = (
                f"{percent} % are never free on {small}: of its {size}, the system and the images of Kubernetes take "
                f"{SYSTEM_DISK >> 30} GiB or more. The node would be under disk pressure for ever"
            )
            yield lab.problem(("cluster", "kubelet", *path), message)


def _reserved_words(lab: Draft, memory: Memory) -> str:
    stated = lab.is_said("cluster", "kubelet", "kube_reserved") or lab.is_said("cluster", "kubelet", "system_reserved")
    origin = "" if stated else " (a rule by max_pods)"
    return f"{memory.gib:.1f} GiB are reserved for what is no pod{origin}"

"""The nodes of the cluster: what pods can get of each machine."""

from collections.abc import Iterable, Mapping
from typing import Literal

from config.cluster import Cluster
from config.lab import Lab
from config.machine import Machine
from config.node import Allocatable, OutsideNode, Taint
from config.reservations import reserved
from plan.cluster.usable import usable_disk, usable_memory
from plan.model import Node, Pod
from plan.model.constraints import SOFT, is_tolerated, taint_key
from plan.model.resources import CPU, EPHEMERAL_STORAGE, GPU, MEMORY
from plan.tiers.conventions import GPU_NODE_LABEL, GPU_TAINT, GPU_TAINT_VALUE

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
"""Taint of a node that is cordoned; daemonsets tolerate it."""
CONTROL_PLANE_LABEL = "node-role.kubernetes.io/control-plane"
REGION_LABEL = "topology.kubernetes.io/region"
ZONE_LABEL = "topology.kubernetes.io/zone"
"""The Proxmox host that a node's machine is on. A block volume stays in the zone in which it was made."""
PODS = "pods"


def plan_nodes(lab: Lab) -> tuple[Node, ...]:
    """The nodes, in the order of the file."""
    machines = (_node(lab, name, machine) for name, machine in lab.machines.items() if machine.role != "appliance")
    return (*machines, *(outside_node(lab.cluster, name, node) for name, node in lab.outside.items()))


def _node(lab: Lab, name: str, machine: Machine) -> Node:
    cluster = lab.cluster
    is_control_plane = machine.role == "control-plane"
    gpus = gpus_of(lab, machine)
    capacity = {
        CPU: machine.vcpus * 1000,
        MEMORY: usable_memory(machine.memory),
        EPHEMERAL_STORAGE: usable_disk(machine.disks[0].size),
        PODS: cluster.kubelet.max_pods,
        **_gpu_capacity(lab, machine, gpus),
        **machine.extended,
    }
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        **topology(cluster, machine),
        **machine.labels,
    }
    taints = hard_taints(machine.taints)
    if is_control_plane:
        labels[CONTROL_PLANE_LABEL] = ""
        taints |= {CONTROL_PLANE_LABEL: ""} if cluster.control_plane_taint else {}
    if gpus and cluster.platform.gpu:
        labels[GPU_NODE_LABEL] = "true"
        taints[GPU_TAINT] = GPU_TAINT_VALUE
    group: Literal["control-plane", "gpu", "general"]
    group = "control-plane" if is_control_plane else "gpu" if GPU_TAINT in taints else "general"
    return Node(
        name=name,
        role="control-plane" if is_control_plane else "worker",
        group=group,
        labels=labels,
        taints=taints,
        capacity=capacity,
        allocatable=_allocatable(cluster, capacity) | _known(machine.allocatable),
        volume_slots=volume_slots(cluster, machine),
        soft_taints=_soft_taints(machine.taints),
    )


def outside_node(cluster: Cluster, name: str, node: OutsideNode) -> Node:
    """A node that is not a machine of a Proxmox host, as stated. Its zone is its own unless it has a label for it: a
    volume on it stays there."""
    capacity = {
        CPU: node.cpus * 1000,
        MEMORY: int(node.memory),
        EPHEMERAL_STORAGE: int(node.ephemeral_storage),
        PODS: node.pods or cluster.kubelet.max_pods,
        **node.extended,
    }
    allocatable = _allocatable(cluster, capacity) | _known(node.allocatable)
    is_control_plane = node.role == "control-plane"
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", ZONE_LABEL: name, **node.labels}
    return Node(
        name=name,
        role=node.role,
        group="control-plane" if is_control_plane else "gpu" if GPU_TAINT in node.taints else "general",
        labels=labels | ({CONTROL_PLANE_LABEL: ""} if is_control_plane else {}),
        taints=hard_taints(node.taints),
        capacity=capacity,
        allocatable=allocatable,
        volume_slots=cluster.volume_slots.schedulable if node.volume_slots is None else node.volume_slots,
        soft_taints=_soft_taints(node.taints),
    )


def hard_taints(stated: Mapping[str, Taint]) -> dict[str, str]:
    """The taints that keep pods off a node for certain."""
    return {taint_key(key, each.effect): each.value for key, each in stated.items() if each.effect != SOFT}


def _soft_taints(stated: Mapping[str, Taint]) -> frozenset[str]:
    return frozenset(key for key, each in stated.items() if each.effect == SOFT)


def _known(stated: Allocatable | None) -> dict[str, int]:
    """The real figures of a node, as far as they are stated."""
    if stated is None:
        return {}
    amounts = {CPU: stated.cpu, MEMORY: stated.memory, EPHEMERAL_STORAGE: stated.ephemeral_storage}
    return {resource: int(amount) for resource, amount in amounts.items() if amount is not None}


def topology(cluster: Cluster, machine: Machine) -> dict[str, str]:
    """The labels without which the CSI driver for block volumes refuses to work on a node."""
    return {REGION_LABEL: cluster.region or cluster.name, ZONE_LABEL: machine.host}


def gpus_of(lab: Lab, machine: Machine) -> list[str]:
    """Devices of a machine that have video memory."""
    devices = lab.site.hosts[machine.host].pci_devices
    return [name for name in machine.pci_devices if devices[name].video_memory_mib is not None]


def video_memory_of(lab: Lab, machine: Machine, gpus: Iterable[str]) -> int:
    """MiB of video memory that a machine advertises for these of its cards, each with a budget of its own."""
    sharing = lab.cluster.platform.gpu
    devices = lab.site.hosts[machine.host].pci_devices
    return sum(devices[gpu].budget_mib or sharing.video_memory_mib for gpu in gpus) if sharing else 0


def _gpu_capacity(lab: Lab, machine: Machine, gpus: list[str]) -> dict[str, int]:
    sharing = lab.cluster.platform.gpu
    if sharing is None or not gpus:
        return {}
    return {
        GPU: sharing.time_slices * len(gpus),
        sharing.video_memory_resource: video_memory_of(lab, machine, gpus),
    }


def _allocatable(cluster: Cluster, capacity: dict[str, int]) -> dict[str, int]:
    """Capacity less both reservations and the hard eviction threshold (kubelet, Node Allocatable)."""
    kubelet = cluster.kubelet
    kept = reserved(kubelet)
    kept_disk = capacity[EPHEMERAL_STORAGE] * kubelet.eviction_hard.nodefs_percent // 100
    return capacity | {
        CPU: capacity[CPU] - kept.cpu,
        MEMORY: capacity[MEMORY] - kept.memory - kubelet.eviction_hard.memory,
        EPHEMERAL_STORAGE: capacity[EPHEMERAL_STORAGE] - kept_disk,
    }


def volume_slots(cluster: Cluster, machine: Machine) -> int:
    """Block volumes that a machine takes: no more than the scheduler puts there, and than the driver attaches."""
    return min(cluster.volume_slots.schedulable, attachable_volumes(cluster, machine))


def attachable_volumes(cluster: Cluster, machine: Machine) -> int:
    """Block volumes that the CSI driver can attach to a machine.

    It does so at scsi1 and above; each of the machine's own disks there costs a slot (docs/facts.md, The lab).
    """
    own = sum(disk.interface.startswith("scsi") and disk.interface != "scsi0" for disk in machine.disks)
    return max(0, cluster.volume_slots.hard - own)


def admits(node: Node, pod: Pod) -> bool:
    """Whether a node's taints and labels let a pod in at all."""
    return tolerates(node, pod) and matches(node, pod)


def tolerates(node: Node, pod: Pod) -> bool:
    """Whether a pod tolerates every taint of a node, that of a cordoned one aside."""
    return not untolerated(node, pod)


def untolerated(node: Node, pod: Pod) -> list[str]:
    """Keys of the taints of a node that a pod does not tolerate, that of a cordoned one aside."""
    return [
        key
        for key, value in node.taints.items()
        if key != UNSCHEDULABLE and not is_tolerated(key, value, pod.tolerated_taints)
    ]


def matches(node: Node, pod: Pod) -> bool:
    """Whether a node has the labels that a pod selects, and those of its node affinity."""
    if not all(node.labels.get(label) == value for label, value in pod.node_selector.items()):
        return False
    wanted = pod.constraints.node_affinity
    return not wanted or any(all(each.holds(node.labels) for each in selector) for selector in wanted)


def nodes_for(nodes: Iterable[Node], pod: Pod) -> list[Node]:
    """The nodes that a pod may run on."""
    return [node for node in nodes if admits(node, pod)]

"""How full a lab is: each node, group of nodes, namespace and host."""

from collections.abc import Mapping
from typing import NamedTuple

from plan.model.cluster import Node
from plan.model.placement import NoPlace
from plan.model.workloads import ResourceList, Workload


class NodeUse(NamedTuple):
    """Pods that an estimate of the placement puts on a node."""

    node: Node
    requests: ResourceList
    limits: ResourceList
    volumes: int
    pods: int
    workloads: tuple[tuple[Workload, int], ...]
    """Workloads that the pods belong to, and how many of each."""


class Pending(NamedTuple):
    """Pods of a workload that no node takes."""

    workload: Workload
    pods: int
    reason: NoPlace
    """As text, it is the scheduler's sentence."""


class GroupUse(NamedTuple):
    """A group of like nodes, and the sum of what is placed on them."""

    name: str
    nodes: int
    allocatable: ResourceList
    requests: ResourceList
    limits: ResourceList
    volumes: int
    volume_slots: int


class NamespaceUse(NamedTuple):
    """A namespace, and what its pods request in all."""

    name: str
    tier: str
    requests: ResourceList
    limits: ResourceList
    requests_with_jobs: ResourceList
    """While every job of the namespace runs as well."""
    quota: ResourceList | None
    """`cpu`, `memory` and `pods` that it may have; None without a quota."""


class HostUse(NamedTuple):
    """A Proxmox host, and how much of it is committed to machines."""

    name: str
    memory: int
    """Installed memory in bytes."""
    machine_memory: int
    """Memory of all machines, in bytes."""
    pinned_memory: int
    """The part of machines with a PCI device: it is taken whole and never shared."""
    reserved_memory: int
    """Memory that is reserved for the hypervisor, in bytes; 0 where that is not stated."""
    threads: int
    vcpus: int
    storages: Mapping[str, tuple[int, int | None]]
    """By storage: bytes committed to machines and volumes, and its size if that is stated."""
    anywhere: Mapping[str, int] = {}
    """By storage: bytes of volumes that may be made here or on another host, since no pod that has them is placed."""

    @property
    def committed_memory(self) -> int:
        """Bytes committed to machines and to the hypervisor."""
        return self.machine_memory + self.reserved_memory


class Capacity(NamedTuple):
    """How full the lab is."""

    nodes: tuple[NodeUse, ...]
    groups: tuple[GroupUse, ...]
    namespaces: tuple[NamespaceUse, ...]
    hosts: tuple[HostUse, ...]
    pending: tuple[Pending, ...]
    running: tuple[NodeUse, ...] = ()
    """The pods that ran before on their nodes, where that is known: those that did not change have stayed."""

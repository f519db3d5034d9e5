"""What runs out first: how much of each constraint is used, and how much more would fit.

They are the binding constraints of the lab's runbook (docs/facts.md, The lab), and the nodes' CPU and pods. Of those
that refuse something the fullest binds: it runs out first if the lab grows as it has grown so far.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median_low
from typing import NamedTuple

from config.lab import Lab
from config.machine import Machine
from plan.host_memory import overhead
from plan.model import Constraint, Headroom, HostUse, Loss, NodeUse, Pod, ResourceList, Workload
from plan.nodes import PODS, admits
from plan.resources import CPU, GPU, MEMORY, added, pod_requests

VOLUME_SLOTS = "volume slots"


class _Fit(NamedTuple):
    """How many more pods a node takes, and what it then has too little of."""

    pods: int
    lacking: str


def headroom(
    lab: Lab,
    uses: Sequence[NodeUse],
    hosts: Sequence[HostUse],
    losses: Iterable[Loss],
    workloads: Iterable[Workload],
) -> Headroom:
    """How full the lab is, and how much more it would take."""
    ordinary = ordinary_nodes(uses)
    typical = typical_requests(workloads)
    fits = [_fit(typical, use) for use in ordinary]
    worker = standard_worker(lab, ordinary)
    return Headroom(
        constraints=_with_binding((*_of_nodes(lab, uses, ordinary), *_of_hosts(lab, hosts))),
        typical=typical,
        typical_services=sum(fit.pods for fit in fits),
        typical_services_after_loss=_after_loss(typical, ordinary, losses),
        ends_with=next((name for name, _ in Counter(fit.lacking for fit in fits).most_common(1)), None),
        block_volumes=sum(use.node.volume_slots - use.volumes for use in ordinary),
        workers=_further_workers(lab, hosts, lab.machines[worker]) if worker else None,
        worker=worker,
    )


def ordinary_nodes(uses: Iterable[NodeUse]) -> list[NodeUse]:
    """Nodes that take a pod which tolerates and selects nothing."""
    return [use for use in uses if admits(use.node, Pod(()))]


def standard_worker(lab: Lab, ordinary: Iterable[NodeUse]) -> str | None:
    """The machine that a further worker would be a copy of: the last one that takes ordinary pods."""
    names = [use.node.name for use in ordinary if lab.machines[use.node.name].role == "worker"]
    return names[-1] if names else None


def typical_requests(workloads: Iterable[Workload]) -> ResourceList:
    """What the pod of a typical service requests: the medians of the lab's own, daemonsets aside."""
    pods = [each.pod for each in workloads if each.is_steady and each.controller != "DaemonSet"]
    requests = [pod_requests(pod) for pod in pods] or [{}]
    return {name: median_low(each.get(name, 0) for each in requests) for name in (CPU, MEMORY)} | {PODS: 1}


def _fit(typical: ResourceList, use: NodeUse) -> _Fit:
    used = {**use.requests, PODS: use.pods}
    return min(
        _Fit(max(0, use.node.allocatable[name] - used.get(name, 0)) // amount, name)
        for name, amount in typical.items()
        if amount
    )


def _after_loss(typical: ResourceList, ordinary: Sequence[NodeUse], losses: Iterable[Loss]) -> int | None:
    """The worst case, in which one of the ordinary nodes is gone; none fit where not even the lab's own do."""
    names = {use.node.name for use in ordinary}
    return min(
        (
            0 if loss.pending else sum(_fit(typical, use).pods for use in ordinary_nodes(loss.nodes))
            for loss in losses
            if loss.event == "node" and loss.name in names and len(names) > 1
        ),
        default=None,
    )


def _further_workers(lab: Lab, hosts: Iterable[HostUse], worker: Machine) -> int:
    """How many copies the host with the most room has memory for, what a machine takes beside its own included."""
    free = (use.memory - (lab.site.hosts[use.name].reserved_memory or 0) - use.machine_memory for use in hosts)
    return max(0, max(free) // (worker.memory + overhead(worker.memory)))


def _with_binding(constraints: Sequence[Constraint]) -> tuple[Constraint, ...]:
    fullest = max((each for each in constraints if not each.advisory and each.capacity), key=_share, default=None)
    return tuple(each._replace(binds=each is fullest) for each in constraints)


def _share(constraint: Constraint) -> float:
    return constraint.used / constraint.capacity if constraint.capacity else 0


def _of_nodes(lab: Lab, uses: Iterable[NodeUse], ordinary: Sequence[NodeUse]) -> Iterator[Constraint]:
    groups = " and ".join(dict.fromkeys(use.node.group for use in ordinary))
    nodes = f"{groups} nodes"
    requests = added({CPU: 0, MEMORY: 0}, *(use.requests for use in ordinary))
    allocatable = added({CPU: 0, MEMORY: 0, PODS: 0}, *(use.node.allocatable for use in ordinary))
    yield Constraint("CPU requests", nodes, CPU, requests[CPU], allocatable[CPU])
    yield Constraint("memory requests", nodes, MEMORY, requests[MEMORY], allocatable[MEMORY])
    yield Constraint("pods", nodes, PODS, sum(use.pods for use in ordinary), allocatable[PODS])
    slots = sum(use.node.volume_slots for use in ordinary)
    yield Constraint("volume slots", nodes, VOLUME_SLOTS, sum(use.volumes for use in ordinary), slots)
    yield from _gpus(lab, uses)
    limits = sum(use.limits.get(MEMORY, 0) for use in ordinary)
    allowed = allocatable[MEMORY] * lab.cluster.overcommit.memory_limits_percent // 100
    yield Constraint("memory limits", nodes, MEMORY, limits, allowed, advisory=True)


def _gpus(lab: Lab, uses: Iterable[NodeUse]) -> Iterator[Constraint]:
    sharing = lab.cluster.platform.gpu
    names = {GPU: "GPU slices", sharing.video_memory_resource: "video memory"} if sharing else {}
    for use in uses:
        for resource, name in names.items():
            if allocatable := use.node.allocatable.get(resource):
                yield Constraint(name, use.node.name, resource, use.requests.get(resource, 0), allocatable)


def _of_hosts(lab: Lab, hosts: Iterable[HostUse]) -> Iterator[Constraint]:
    for use in hosts:
        host = lab.site.hosts[use.name]
        promised = use.machine_memory + (host.reserved_memory or 0)
        yield Constraint("host memory", use.name, MEMORY, promised, use.memory)
        for name, disk in host.disks.items():
            written = _written(lab, use.name, name)
            yield Constraint("disk writes", f"{name} of {use.name}", "MB/s", written, disk.write_mb_per_second, True)
        for name, (stored, size) in use.storages.items():
            if stored:
                yield Constraint("storage", f"{name} of {use.name}", MEMORY, stored, size, advisory=True)


def _written(lab: Lab, host: str, disk: str) -> int:
    """MB/s that the machines may write to a physical disk at once, as far as they are limited."""
    storages = lab.site.hosts[host].storages
    return sum(
        each.write_mb_per_second or 0
        for machine in lab.machines.values()
        if machine.host == host
        for each in machine.disks
        if storages[each.storage].disk == disk
    )

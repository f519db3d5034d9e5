"""Headroom: how much of each constraint is used, how much more would fit, and which constraint is limiting.

They are the binding constraints of the lab's runbook (docs/facts.md, The lab), and the nodes' CPU and pods. Of those
that refuse something the fullest binds: it runs out first if the lab grows as it has grown so far.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median_low
from typing import NamedTuple

from config.lab import Lab
from config.machine import Machine
from plan.capacity.gpus import gpu_uses
from plan.capacity.groups import ordinary, standard_worker, together
from plan.capacity.host_memory import overhead
from plan.capacity.hosts import written_at_most
from plan.cluster.nodes import PODS
from plan.model import GroupUse, HostUse, NodeUse, Plan, ResourceList, Workload
from plan.model.resources import CPU, MEMORY, pod_requests
from plan.scenarios.losses import Loss
from plan.workloads.chart_parts import are_parts_known

UNITS: Mapping[str, str] = {CPU: "millicores", MEMORY: "bytes", "MB/s": "MB/s"}


class Constraint(NamedTuple):
    """Something of which there is only so much."""

    name: str
    """For example `memory requests` or `volume slots`."""
    of: str
    """Its owner: a group of nodes, a node, a host, a storage."""
    resource: str
    """Resource of the amounts: `cpu` in millicores, `memory` in bytes, others in units."""
    used: int
    capacity: int | None
    """None where it is not declared: then it is not checked."""
    advisory: bool = False
    """It slows things down, or fills up later: no pod is refused for it."""
    binds: bool = False
    """Of all constraints that refuse something it is the fullest."""

    policy_percent: int | None = None
    """The share of it that the lab's own policy allows, where it has one."""
    parts: tuple[tuple[str, int], ...] = ()
    """Parts of the used amount, where there are several."""

    @property
    def unit(self) -> str:
        """The unit of its amounts: `millicores`, `bytes`, `MB/s`, `pieces`."""
        return UNITS.get(self.resource, "pieces")

    @property
    def share(self) -> float:
        """How much of it is used, as a part of 1; 0 where its capacity is not declared."""
        return self.used / self.capacity if self.capacity else 0

    @property
    def left(self) -> int | None:
        """The rest of it; negative where more is committed than there is."""
        return None if self.capacity is None else self.capacity - self.used


class Headroom(NamedTuple):
    """How much of each constraint is left, and how much more would fit."""

    constraints: tuple[Constraint, ...]
    typical: ResourceList
    """Requests of a typical service's pod: the medians of the lab's own; empty where none requests memory."""
    typical_services: int | None
    """How many more of them the nodes would take; None where it is not known what is typical."""
    typical_services_after_loss: int | None
    """How many they would take after the loss of any one node; None where there is only one."""
    ends_with: str | None
    """The resource of which most nodes would then have too little."""
    block_volumes: int
    """How many more the nodes that take typical services could attach."""
    workers: int | None
    """How many more workers the host with the most room has memory for; None where there is none to copy."""
    worker: str | None
    """The machine that they would be copies of."""
    worker_memory: int | None
    """Bytes that each of them takes of its host, the hypervisor's overhead included."""
    counted_as_declared: tuple[str, ...]
    """Services whose pods a chart makes, and are counted as their footprint declares them: what the chart runs beside
    them is not known, and not counted."""


class _Fit(NamedTuple):
    """How many more pods a node takes, and what it then has too little of."""

    pods: int
    lacking: str


def headroom(plan: Plan, losses: Iterable[Loss]) -> Headroom:
    """How full the lab is, and how much more it would take. `losses` are those of the plan."""
    lab, uses, hosts = plan.lab, plan.capacity.nodes, plan.capacity.hosts
    usual = ordinary(uses)
    typical = _typical_requests(plan.workloads)
    fits = [_fit(typical, use) for use in usual] if typical else []
    worker = standard_worker(uses)
    machine = lab.machines.get(worker.node.name) if worker else None
    group = together(" and ".join(dict.fromkeys(use.node.group for use in usual)), usual)
    return Headroom(
        constraints=_fullest_first(
            (*_of_group(group), *_of_gpus(lab, uses), _of_limits(lab, group), *_of_hosts(lab, hosts))
        ),
        typical=typical,
        typical_services=sum(fit.pods for fit in fits) if typical else None,
        typical_services_after_loss=_after_loss(typical, usual, losses),
        ends_with=next((name for name, _ in Counter(fit.lacking for fit in fits).most_common(1)), None),
        block_volumes=group.volume_slots - group.volumes,
        workers=_further_workers(hosts, machine) if machine else None,
        worker=worker.node.name if worker else None,
        worker_memory=_on_its_host(machine) if machine else None,
        counted_as_declared=tuple(
            name for name, each in lab.services.items() if each.makes_pods == "chart" and not are_parts_known(each)
        ),
    )


def _typical_requests(workloads: Iterable[Workload]) -> ResourceList:
    """Requests of a typical service's pod: the medians of the lab's own that request memory, daemonsets aside."""
    pods = [each.pod for each in workloads if each.is_steady and each.controller != "DaemonSet"]
    requests = [amounts for amounts in map(pod_requests, pods) if amounts.get(MEMORY)]
    if not requests:
        return {}
    return {name: median_low(each.get(name, 0) for each in requests) for name in (CPU, MEMORY)} | {PODS: 1}


def _fit(typical: ResourceList, use: NodeUse) -> _Fit:
    return min(
        _Fit(max(0, use.node.allocatable[name] - use.requests.get(name, 0)) // amount, name)
        for name, amount in typical.items()
        if amount
    )


def _after_loss(typical: ResourceList, usual: Sequence[NodeUse], losses: Iterable[Loss]) -> int | None:
    """The worst case, in which one of the ordinary nodes is gone; none fit where not even the lab's own do."""
    names = {use.node.name for use in usual} if typical else set[str]()
    return min(
        (
            0 if loss.pending else sum(_fit(typical, use).pods for use in ordinary(loss.nodes))
            for loss in losses
            if loss.event == "node" and loss.name in names and len(names) > 1
        ),
        default=None,
    )


def _further_workers(hosts: Iterable[HostUse], worker: Machine) -> int:
    """How many copies the host with the most room has memory for."""
    free = (use.memory - use.committed_memory for use in hosts)
    return max(0, max(free) // _on_its_host(worker))


def _on_its_host(worker: Machine) -> int:
    return worker.memory + overhead(worker.memory)


def _fullest_first(constraints: Sequence[Constraint]) -> tuple[Constraint, ...]:
    fullest = max((each for each in constraints if not each.advisory and each.capacity), key=_share, default=None)
    marked = (each._replace(binds=each is fullest) for each in constraints)
    return tuple(sorted(marked, key=lambda each: (not each.binds, -each.share)))


def _share(constraint: Constraint) -> float:
    return constraint.share


def _of_group(group: GroupUse) -> Iterator[Constraint]:
    """Constraints that the scheduler counts on the nodes that take ordinary pods."""
    of = f"{group.name} nodes"
    for resource, name in ((CPU, "CPU requests"), (MEMORY, "memory requests"), (PODS, "pods")):
        yield Constraint(name, of, resource, group.requests.get(resource, 0), group.allocatable.get(resource, 0))
    yield Constraint("volume slots", of, "volume slots", group.volumes, group.volume_slots)


def _of_gpus(lab: Lab, uses: Iterable[NodeUse]) -> Iterator[Constraint]:
    for use in gpu_uses(lab, uses):
        yield Constraint(use.name, use.node, use.resource, use.used, use.allocatable)


def _of_limits(lab: Lab, group: GroupUse) -> Constraint:
    return Constraint(
        "memory limits",
        f"{group.name} nodes",
        MEMORY,
        group.limits.get(MEMORY, 0),
        group.allocatable.get(MEMORY, 0),
        advisory=True,
        policy_percent=lab.cluster.overcommit.memory_limits_percent,
    )


def _of_hosts(lab: Lab, hosts: Iterable[HostUse]) -> Iterator[Constraint]:
    for use in hosts:
        parts = (("machines", use.machine_memory), ("hypervisor", use.reserved_memory)) if use.reserved_memory else ()
        yield Constraint("host memory", use.name, MEMORY, use.committed_memory, use.memory, parts=parts)
        for name, disk in lab.site.hosts[use.name].disks.items():
            written = written_at_most(lab, use.name, name)
            yield Constraint("disk writes", f"{name} of {use.name}", "MB/s", written, disk.write_mb_per_second, True)
        for name, (stored, size) in use.storages.items():
            if stored:
                yield Constraint("storage", f"{name} of {use.name}", MEMORY, stored, size, advisory=True)

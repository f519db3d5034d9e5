"""A workload's pods on their nodes as text: cgroups, QoS class, eviction order."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from math import isinf

from rich.console import Group, RenderableType
from rich.text import Text

from cli.text.tables import Column, Table, number
from config.kubelet import CpuManager
from plan.kubernetes.cgroups import SLICES, Cgroup, cgroups
from plan.kubernetes.eviction import SCARCE, Turn, above_request, turns
from plan.kubernetes.guarantees import more_when_guaranteed, steps_to_guaranteed, steps_to_own_cores
from plan.model import Plan, Workload
from plan.model.resources import EPHEMERAL_STORAGE, MEMORY, notation
from plan.wording import listed

NEWER_RUNC = "cpu.weight in brackets: what runc sets from 1.3.2 on"
SHORT_OF = {MEMORY: "memory", EPHEMERAL_STORAGE: "disk"}


def cgroups_text(workload: Workload, cpu_manager: CpuManager) -> RenderableType:
    """The values of each cgroup."""
    table = Table(
        "", Column("cgroup"), number("cpu.weight"), number("cpu.max"), number("memory.max"), number("oom_score_adj")
    )
    for each in cgroups(workload, cpu_manager):
        table.add_row(
            each.name,
            _weights(each),
            each.cpu_max,
            "max" if each.memory_max is None else notation(MEMORY, each.memory_max),
            "" if each.oom_score_adj is None else str(each.oom_score_adj),
        )
    return Group(Text(f"In the kernel, below {SLICES[workload.qos]}", "bold"), table)


def _weights(cgroup: Cgroup) -> str:
    newer = cgroup.cpu_weight_of_newer_runc
    return str(cgroup.cpu_weight) if newer is None else f"{cgroup.cpu_weight} ({newer})"


def guarantees_text(workload: Workload, cpu_manager: CpuManager) -> RenderableType:
    """The steps to QoS class Guaranteed and to cores of its own; nothing where both are so."""
    return Group(*(Text(line) for line in _guarantees(workload, cpu_manager)))


def _guarantees(workload: Workload, cpu_manager: CpuManager) -> Iterator[str]:
    if steps := steps_to_guaranteed(workload.pod):
        more = " and ".join(
            f"{notation(name, amount)} more {name}" for name, amount in more_when_guaranteed(workload.pod).items()
        )
        yield "To be Guaranteed" + (f" (the scheduler would count {more} for each pod):" if more else ":")
        for container, needed in groupby(steps, lambda step: step.container):
            yield f"  {container}: {', '.join(step.sentence for step in needed)}"
    if steps := steps_to_own_cores(workload.pod, cpu_manager):
        yield f"For cores of its own: {'; '.join(steps)}"


def evictions_text(plan: Plan, workload: Workload) -> RenderableType | None:
    """Its place in the eviction orders of the nodes that it is on by estimate; None where it is on none."""
    found = list(turns(workload, plan.capacity.nodes))
    if not found:
        return None
    reasons = (f"{SHORT_OF.get(each, each)}: {_reason(above_request(workload, each), each)}" for each in SCARCE)
    return Group(_table(found), Text("; ".join(reasons)))


def _table(found: Iterable[Turn]) -> RenderableType:
    table = Table(
        "When a node runs short (by estimate)",
        Column("node"),
        Column("out of"),
        number("evicted as"),
        Column("right after", drop=2),
        Column("right before", drop=1),
    )
    for turn in found:
        table.add_row(
            turn.node,
            SHORT_OF.get(turn.resource, turn.resource),
            f"{turn.place} of {turn.of}",
            listed([each.name for each in reversed(turn.before)], 1) or "-",
            listed([each.name for each in turn.after], 1) or "-",
        )
    return table


def _reason(above: float, resource: str) -> str:
    if resource not in SHORT_OF:
        return "by priority, then by use"
    if above <= 0:
        return "never above its request"
    return "has no limit" if isinf(above) else f"up to {notation(resource, int(above))} above its request"

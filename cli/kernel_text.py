"""What becomes of a service's pods on their nodes: what the kernel is told, and who goes first when a node is short."""

from collections.abc import Iterable, Iterator
from math import isinf

from rich.console import Group, RenderableType
from rich.text import Text

from cli.amounts import make_table
from plan.cgroups import SLICES, cgroups
from plan.eviction import SCARCE, above_request, order_on
from plan.guarantees import OOM_RULES, RULES, more_when_guaranteed, steps_to_guaranteed, steps_to_own_cores
from plan.model import Plan, Service, Workload
from plan.resources import EPHEMERAL_STORAGE, MEMORY, notation
from plan.wording import listed

SHORT_OF = {MEMORY: "memory", EPHEMERAL_STORAGE: "disk"}
NEIGHBOURS = 3


def kernel_text(plan: Plan, service: Service) -> RenderableType:
    """The cgroups of each workload, its QoS class with the reason, and its place in the eviction orders."""
    parts: list[RenderableType] = []
    for workload in service.workloads:
        parts += [_cgroups(plan, workload), *(Text(line) for line in _sentences(plan, workload)), Text("")]
        if places := list(_places(plan, workload)):
            parts += [_evictions(workload, places), Text("")]
    return Group(*parts[:-1])


def _cgroups(plan: Plan, workload: Workload) -> RenderableType:
    table = make_table(
        f"{workload.name} in the kernel, below {SLICES[workload.qos]}",
        "cgroup", "cpu.weight ", "(runc from 1.3.2) ", "cpu.max ", "memory.max ", "oom_score_adj ",
    )  # fmt: skip
    for each in cgroups(workload, plan.lab.cluster.kubelet.cpu_manager):
        table.add_row(
            each.name,
            str(each.cpu_weight),
            "" if each.cpu_weight_of_newer_runc is None else str(each.cpu_weight_of_newer_runc),
            each.cpu_max,
            "max" if each.memory_max is None else notation(MEMORY, each.memory_max),
            "" if each.oom_score_adj is None else str(each.oom_score_adj),
        )
    return table


def _sentences(plan: Plan, workload: Workload) -> Iterator[str]:
    yield f"{workload.qos}: {RULES[workload.qos]}; oom_score_adj is {OOM_RULES[workload.qos]}"
    if steps := steps_to_guaranteed(workload.pod):
        more = ", ".join(
            f"{notation(name, amount)} more {name}" for name, amount in more_when_guaranteed(workload.pod).items()
        )
        counted = f"; the scheduler would count {more} for each pod" if more else ""
        yield f"To be Guaranteed: {'; '.join(step.sentence for step in steps)}{counted}"
    if steps := steps_to_own_cores(workload.pod, plan.lab.cluster.kubelet.cpu_manager):
        yield f"For cores of its own: {'; '.join(steps)}"


def _places(plan: Plan, workload: Workload) -> Iterator[tuple[str, ...]]:
    for use in plan.capacity.nodes:
        for resource in SCARCE:
            order = order_on(use, resource)
            keys = [each.key for each in order]
            if workload.key in keys:
                place = keys.index(workload.key)
                names = [each.name for each in order]
                before, after = listed(names[:place][::-1], NEIGHBOURS), listed(names[place + 1 :], NEIGHBOURS)
                why = _reason(above_request(workload, resource), resource)
                yield (
                    use.node.name,
                    SHORT_OF.get(resource, resource),
                    f"{place + 1} of {len(order)}",
                    why,
                    before,
                    after,
                )


def _reason(above: float, resource: str) -> str:
    if resource not in SHORT_OF:
        return "by priority, then by use"
    if above <= 0:
        return "never above its request"
    return "has no limit" if isinf(above) else f"up to {notation(resource, int(above))} above its request"


def _evictions(workload: Workload, places: Iterable[tuple[str, ...]]) -> RenderableType:
    table = make_table(
        f"When a node of {workload.name} runs short (by estimate; priority {workload.pod.priority:,})",
        "node", "out of", "place ", "why", "just before it", "just after it",
    )  # fmt: skip
    for row in places:
        table.add_row(*row)
    return table

"""The plan as text for people: what the lab is, how full it is, and what is wrong with it, last."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.text import Text

from cli.text.console import SEVERITY_STYLE, make_console
from cli.text.findings import findings
from cli.text.forecast import headroom_text, losses_text, restarts_text
from cli.text.tables import bar, make_table
from plan.capacity.gpus import gpu_uses
from plan.capacity.totals import tier_workloads, total_limits, total_requests
from plan.forecast import look_ahead
from plan.model import Finding, GroupUse, HostUse, NodeUse, Plan
from plan.model.resources import CPU, MEMORY
from plan.wording import cores, gib, percent, plural

NARROWEST = 72
"""Columns that tables need for their numbers; a terminal with fewer wraps the lines itself."""
WIDE = 100
"""Columns from which the table of nodes has bars; without them the plan fits into 80."""


def print_plan(plan: Plan, console: Console | None = None) -> None:
    """Print the whole plan, to the terminal unless another console is given."""
    console = console or make_console()
    console.width = max(console.width, NARROWEST)
    console.print(_heading(plan))
    nodes = _nodes(plan, with_bars=console.width >= WIDE)
    outlook = look_ahead(plan)
    for part in (
        _machines(plan),
        nodes,
        headroom_text(outlook.headroom),
        losses_text(outlook.losses),
        restarts_text(outlook.restarts),
        _tiers(plan),
        _services(plan),
        findings(plan.lab, outlook.findings),
    ):
        console.print()
        console.print(part)
    console.print()
    console.print(verdict(outlook.findings))


def _heading(plan: Plan) -> Text:
    services, nodes = len(plan.services), len(plan.capacity.nodes)
    return Text.assemble(
        (f"Lab {plan.lab.name}", "bold"),
        f": {len(plan.machines)} machines, {nodes} nodes, {services} services in {len(plan.tiers)} tiers and "
        f"{len(plan.namespaces)} namespaces, {len(plan.manifests):,} objects",
    )


def _machines(plan: Plan) -> RenderableType:
    adopted = sum(machine.adopted for machine in plan.machines)
    title = f"Machines ({adopted} adopted, {len(plan.machines) - adopted} new)"
    table = make_table(title, "VMID ", "name", "role", "vCPU ", "memory ", "disk ", "addresses ", "host", "")
    for machine in plan.machines:
        row = plan.lab.machines[machine.name]
        addresses = [str(each.address) for each in row.interfaces if each.address]
        table.add_row(
            str(machine.vmid),
            machine.name,
            machine.role,
            str(machine.vcpus),
            gib(machine.memory),
            gib(sum(disk.size for disk in row.disks)),
            ", ".join(addresses) or "-",
            machine.host,
            "" if machine.adopted else "new",
        )
    return Group(table, *(_host(use) for use in plan.capacity.hosts))


def _host(use: HostUse) -> Text:
    return Text.assemble(
        f"{use.name}: memory ",
        bar(use.machine_memory, use.memory),
        f" {gib(use.machine_memory)} of {gib(use.memory)} ({gib(use.pinned_memory)} pinned), "
        f"{use.vcpus} vCPUs on {use.threads} threads",
    )


def _nodes(plan: Plan, *, with_bars: bool) -> RenderableType:
    shares = ("CPU", " ", "memory", " ") if with_bars else ("CPU ", "memory ")
    title = "Nodes (requests of allocatable, pods placed by estimate)"
    table = make_table(title, "name", "group", *shares, "limits ", "pods ", "volumes ")
    for use in plan.capacity.nodes:
        table.add_row(
            use.node.name,
            use.node.group,
            *_shares(use, with_bars=with_bars),
            percent(use.limits.get(MEMORY, 0), use.node.allocatable[MEMORY]),
            str(use.pods),
            f"{use.volumes}/{use.node.volume_slots}",
        )
    return Group(table, *(_group(group) for group in plan.capacity.groups), *_gpus(plan))


def _shares(use: NodeUse, *, with_bars: bool) -> Iterator[RenderableType]:
    for resource, shown in ((CPU, cores), (MEMORY, gib)):
        requested, allocatable = use.requests.get(resource, 0), use.node.allocatable[resource]
        if with_bars:
            yield bar(requested, allocatable)
        yield f"{shown(requested)}/{shown(allocatable)}"


def _group(group: GroupUse) -> Text:
    cpu, memory, limits = group.requests.get(CPU, 0), group.requests.get(MEMORY, 0), group.limits.get(MEMORY, 0)
    return Text(
        f"{group.name} ({group.nodes}): CPU {cores(cpu)} of {cores(group.allocatable[CPU])}, memory {gib(memory)} of "
        f"{gib(group.allocatable[MEMORY])} requested, limits {percent(limits, group.allocatable[MEMORY])}, volumes "
        f"{group.volumes} of {group.volume_slots}"
    )


def _gpus(plan: Plan) -> Iterable[Text]:
    for node, uses in groupby(gpu_uses(plan.lab, plan.capacity.nodes), lambda use: use.node):
        yield Text(f"{node}: {', '.join(use.sentence for use in uses)}")


def _tiers(plan: Plan) -> RenderableType:
    title = "Tiers (sums of requests and of memory limits)"
    table = make_table(title, "name", "priority ", "kind", "services ", "CPU ", "memory ", "limits ")
    for tier in plan.tiers:
        workloads = tier_workloads(plan, tier)
        requests, limits = total_requests(workloads), total_limits(workloads)
        table.add_row(
            tier.name,
            f"{tier.priority:,}",
            plan.lab.tiers[tier.name].memory,
            str(sum(service.tier == tier.name for service in plan.services)),
            cores(requests.get(CPU, 0)),
            gib(requests.get(MEMORY, 0)),
            gib(limits.get(MEMORY, 0)),
        )
    return table


def _services(plan: Plan) -> RenderableType:
    """Only those that something is to be said about: the others are in the JSON."""
    wrong = {str(each.path[1]) for each in plan.findings if each.path[0] == "services" and each.severity != "info"}
    off = [service.name for service in plan.services if not any(each.replicas for each in service.workloads)]
    lines = [Text("Services", "bold")]
    for service in plan.services:
        if service.name in wrong:
            requests, limits = total_requests(service.workloads), total_limits(service.workloads)
            lines.append(
                Text(
                    f"{service.name} ({service.kind}, {service.tier}): CPU {cores(requests.get(CPU, 0))}, memory "
                    f"{gib(requests.get(MEMORY, 0))} requested, limit {gib(limits.get(MEMORY, 0))}"
                )
            )
    lines.append(Text(f"{len(plan.services) - len(wrong)} services without error or warning"))
    if off:
        lines.append(Text(f"switched off: {', '.join(off)}"))
    return Group(*lines)


def verdict(shown: Sequence[Finding]) -> Text:
    """The last line."""
    count = {severity: sum(each.severity == severity for each in shown) for severity in SEVERITY_STYLE}
    tail = f"{plural(count['warning'], 'warning')}, {plural(count['info'], 'note')}."
    if count["error"]:
        return Text.assemble((f"Not applicable: {plural(count['error'], 'error')}", "bold red"), f", {tail}")
    return Text.assemble(("It fits, by this estimate: no errors", "bold green"), f", {tail}")

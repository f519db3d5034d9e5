"""Machines, hosts, nodes and tiers as text."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from cli.text.tables import Cell, Column, Table, bar, number
from plan.capacity.gpus import gpu_uses
from plan.capacity.totals import tier_workloads, total_limits, total_requests
from plan.model import GroupUse, HostUse, NodeUse, Plan
from plan.model.resources import CPU, MEMORY
from plan.wording import cores, gib, percent, plural


def machines_text(plan: Plan) -> RenderableType:
    """All machines, and the memory of each host."""
    adopted = sum(machine.adopted for machine in plan.machines)
    table = Table(
        f"Machines ({adopted} adopted, {len(plan.machines) - adopted} new)",
        Column("name"),
        number("VMID", drop=4),
        Column("role", drop=2),
        number("vCPUs"),
        number("memory"),
        number("disk", drop=3),
        Column("addresses", drop=5),
        Column("host", drop=6),
        Column("", drop=1),
    )
    for machine in plan.machines:
        row = plan.lab.machines[machine.name]
        addresses = [str(each.address) for each in row.interfaces if each.address]
        table.add_row(
            machine.name,
            str(machine.vmid),
            machine.role,
            str(machine.vcpus),
            gib(machine.memory),
            gib(sum(disk.size for disk in row.disks)),
            ", ".join(addresses),
            machine.host,
            "" if machine.adopted else "new",
        )
    return Group(table, *(_host(use) for use in plan.capacity.hosts))


def _host(use: HostUse) -> Text:
    parts = f"{gib(use.pinned_memory)} of it pinned"
    if use.reserved_memory:
        parts = f"machines {gib(use.machine_memory)}, hypervisor {gib(use.reserved_memory)}; {parts}"
    return Text.assemble(
        f"{use.name}: memory ",
        bar(use.committed_memory, use.memory),
        f" {gib(use.committed_memory)} of {gib(use.memory)} committed, {percent(use.committed_memory, use.memory)} "
        f"({parts}); {use.vcpus} vCPUs on {use.threads} threads",
    )


def nodes_text(plan: Plan) -> RenderableType:
    """All nodes with their bars, then their groups and GPUs."""
    table = Table(
        "Nodes (requests of allocatable, pods placed by estimate)",
        Column("name"),
        Column("group", drop=3),
        Column("", drop=6),
        number("CPU", drop=1),
        Column("", drop=5),
        number("memory"),
        number("limits", drop=2),
        number("pods", drop=1),
        number("volumes", drop=1),
    )
    for use in plan.capacity.nodes:
        table.add_row(
            use.node.name,
            use.node.group,
            *_shares(use),
            percent(use.limits.get(MEMORY, 0), use.node.allocatable[MEMORY]),
            str(use.pods),
            f"{use.volumes}/{use.node.volume_slots}",
        )
    return Group(table, *(_group(group) for group in plan.capacity.groups), *_gpus(plan))


def _shares(use: NodeUse) -> Iterator[Cell]:
    for resource, shown in ((CPU, cores), (MEMORY, gib)):
        requested, allocatable = use.requests.get(resource, 0), use.node.allocatable[resource]
        yield bar(requested, allocatable)
        yield f"{shown(requested)}/{shown(allocatable)}"


def _group(group: GroupUse) -> Text:
    cpu, memory, limits = group.requests.get(CPU, 0), group.requests.get(MEMORY, 0), group.limits.get(MEMORY, 0)
    return Text(
        f"{group.name} ({plural(group.nodes, 'node')}): CPU {cores(cpu)} of {cores(group.allocatable[CPU])}, memory "
        f"{gib(memory)} of {gib(group.allocatable[MEMORY])} requested, memory limits "
        f"{percent(limits, group.allocatable[MEMORY])}, volumes {group.volumes} of {group.volume_slots}"
    )


def _gpus(plan: Plan) -> Iterable[Text]:
    for node, uses in groupby(gpu_uses(plan.lab, plan.capacity.nodes), lambda use: use.node):
        yield Text(f"{node}: {', '.join(use.sentence for use in uses)}")


def tiers_text(plan: Plan) -> RenderableType:
    """The tiers with their sums."""
    table = Table(
        "Tiers (sums of requests and of memory limits)",
        Column("name"),
        number("priority", drop=2),
        Column("memory is", drop=3),
        number("services", drop=1),
        number("CPU", drop=4),
        number("memory"),
        number("limits"),
    )
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

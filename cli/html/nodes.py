"""Nodes, each with its bars."""

from collections.abc import Iterator

import htpy as h

from cli.html.bars import use, use_by_tier
from plan.capacity.gpus import gpu_uses
from plan.capacity.totals import requested_by_tier
from plan.cluster.nodes import PODS
from plan.model import NodeUse, Plan
from plan.model.resources import CPU, GPU, MEMORY
from plan.wording import cores, gib


def nodes_section(plan: Plan) -> h.Element:
    """A card for each node."""
    return h.section(id="nodes")[
        h.h2["Nodes"],
        h.p(".soft")["Requests against what pods may use; the placement is an estimate."],
        h.div(".cards")[(_card(plan, each) for each in plan.capacity.nodes)],
    ]


def _card(plan: Plan, node_use: NodeUse) -> h.Element:
    node = node_use.node
    return h.article(".card", id=f"machine-{node.name}")[
        h.h3[node.name],
        h.p(".parts")[f"{', '.join(dict.fromkeys((node.role, node.group)))} {_whereabouts(plan, node.name)}"],
        _bars(plan, node_use),
        h.p(".parts")[
            h.a(href=f"#loss-node-{node.name}")["When it dies"],
            ", ",
            h.a(href=f"#eviction-{node.name}")["eviction order"],
        ],
    ]


def _whereabouts(plan: Plan, name: str) -> str:
    if outside := plan.lab.outside.get(name):
        return f"outside of Proxmox: {outside.description}"
    machine = plan.lab.machines[name]
    return f"on {machine.host}: {machine.description}"


def _bars(plan: Plan, node_use: NodeUse) -> Iterator[h.Element]:
    tiers = [tier.name for tier in plan.tiers]
    node, requests, limits = node_use.node, node_use.requests, node_use.limits
    cpu, memory = node.allocatable[CPU], node.allocatable[MEMORY]
    yield use("CPU requests", f"{cores(requests.get(CPU, 0))} of {cores(cpu)}", requests.get(CPU, 0), cpu)
    by_tier = {tier: (part, gib(part)) for tier, part in requested_by_tier(plan, node_use, MEMORY).items()}
    shown = f"{gib(requests.get(MEMORY, 0))} of {gib(memory)}"
    yield use_by_tier("Memory requests", shown, by_tier, memory, tiers)
    policy = plan.lab.cluster.overcommit.memory_limits_percent
    limited, label = limits.get(MEMORY, 0), f"Memory limits, {policy}% allowed"
    yield use(label, f"{gib(limited)} of {gib(memory)}", limited, memory, memory * policy // 100)
    yield use("Pods", f"{node_use.pods} of {node.allocatable[PODS]}", node_use.pods, node.allocatable[PODS])
    if node.volume_slots:
        yield use("Volume slots", f"{node_use.volumes} of {node.volume_slots}", node_use.volumes, node.volume_slots)
    for gpu in gpu_uses(plan.lab, [node_use]):
        unit = "" if gpu.resource == GPU else " MiB"
        parts = requested_by_tier(plan, node_use, gpu.resource)
        by_tier = {tier: (part, f"{part:,}{unit}") for tier, part in parts.items()}
        shown = f"{gpu.used:,} of {gpu.allocatable:,}{unit}"
        yield use_by_tier(gpu.name[:1].upper() + gpu.name[1:], shown, by_tier, gpu.allocatable, tiers)

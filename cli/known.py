"""Names that `homelab explain` knows."""

from collections.abc import Iterator, Mapping
from typing import Literal

from config.lab import Lab
from config.refusals import REFUSALS
from operations.doctor.catalogue import RULES
from operations.rules import all_rules
from plan.changes.effects import EFFECTS
from plan.ledger import data_losses, ledger
from plan.model import Plan
from plan.parts import PartKind, part_names

OwnKind = Literal["service", "node", "machine", "host", "tier", "policy", "data", "disk"]
CodeKind = Literal["finding", "refusal", "effect", "ailment"]
Kind = OwnKind | PartKind | CodeKind

CODES: Mapping[Kind, tuple[str, ...]] = {
    "finding": tuple(all_rules()),
    "refusal": tuple(each.code for each in REFUSALS),
    "effect": tuple(EFFECTS),
    "ailment": tuple(RULES),
}
"""Names that are the same for every lab."""


def names_of(plan: Plan) -> Mapping[Kind, tuple[str, ...]]:
    """The names of a lab by kind; a machine that is a node is only listed as that."""
    nodes = tuple(use.node.name for use in plan.capacity.nodes)
    entries = ledger(plan.lab)
    disks = (loss.path for loss in data_losses(plan.lab, entries) if loss.event == "disk" and loss.path)
    return {
        "service": tuple(service.name for service in plan.services),
        "node": nodes,
        "machine": tuple(machine.name for machine in plan.machines if machine.name not in nodes),
        "host": tuple(plan.lab.site.hosts),
        "tier": tuple(tier.name for tier in plan.tiers),
        "policy": tuple(policy["metadata"]["name"] for policy in plan.policies),
        "data": tuple(entry.name for entry in entries if "/" in entry.name),
        "disk": tuple(f"{path[2]}/{path[4]}" for path in disks),
        **part_names(plan),
    }


def meant(name: str, known: Mapping[Kind, tuple[str, ...]], plan: Plan) -> str:
    """The whole name where only its last part is said, and one thing is called so: `pve/fast` for `fast`. A workload, a
    host name and a namespace mean their service, an address its owner, a VMID its machine."""
    whole = {each for names in known.values() for each in names if each.rpartition("/")[2] == name}
    whole |= {each.name for each in plan.services if name in each.hosts or name in (one.name for one in each.workloads)}
    whole |= set(_addressed(name, plan.lab))
    whole = whole or {each.name for each in plan.services if each.namespace == name}
    return whole.pop() if len(whole) == 1 else name


def _addressed(name: str, lab: Lab) -> Iterator[str]:
    """Who has an address or a VMID."""
    yield from (host for host, row in lab.site.hosts.items() if str(row.address) == name)
    for machine, row in lab.machines.items():
        if name in (str(row.vmid), *(str(own) for each in row.interfaces for own in (each.address, each.ipv6))):
            yield machine
    for service, config in lab.services.items():
        if any(str(each.address) == name for each in config.addresses(service)):
            yield service


def kinds_of(name: str, known: Mapping[Kind, tuple[str, ...]]) -> list[Kind]:
    """The kinds that have a name; several where a service is named like a machine, for example."""
    return [kind for kind, names in known.items() if name in names]

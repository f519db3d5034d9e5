"""Reasons for which no node takes a pod, in the words of the lab."""

from collections.abc import Sequence
from typing import assert_never

from plan.model import Workload
from plan.model.constraints import Requirement
from plan.model.resources import GPU, notation
from plan.scenarios.blockers import (
    SLOTS,
    Blocker,
    KeptApart,
    MissingLabel,
    NoNodeWithAll,
    NothingNear,
    OnePerDomain,
    OnePerNode,
    OutOfReach,
    PortsTaken,
    SpreadOverClosed,
    SpreadWithoutLabel,
    Tainted,
    TooLarge,
    TooLargeTogether,
)
from plan.tiers.conventions import GPU_NODE_LABEL
from plan.wording import listed


def sentence(blocker: Blocker, workload: Workload) -> str:
    """The cause in the words of the lab."""
    match blocker:
        case MissingLabel():
            return _no_label(blocker, workload)
        case NoNodeWithAll():
            wanted = " and ".join(map(_condition, blocker.selector))
            return f"no node meets all of {wanted} ({blocker.place} of {workload.name})"
        case Tainted():
            which = (
                f"the nodes that {workload.name} selects ({listed(blocker.nodes)})" if blocker.selects else "all nodes"
            )
            return f"{which} have taints that {workload.name} does not tolerate: {listed(blocker.taints)}"
        case TooLarge():
            return _too_large(workload, blocker)
        case TooLargeTogether():
            amounts = zip(blocker.asked, blocker.resources, strict=True)
            wanted = " and ".join(amount_of(each, amount) for amount, each in amounts)
            return f"a pod of {workload.name} asks for {wanted}, and no node that lets it in has all of that"
        case OutOfReach():
            return (
                f"the storage of {listed(blocker.volumes)} is on {listed(blocker.hosts)}, and no node that lets "
                f"{workload.name} in is there"
            )
        case OnePerNode():
            return (
                f"each pod of {workload.name} takes {_ports_of(blocker.ports)} of its node, and {blocker.nodes} "
                f"{'node takes' if blocker.nodes == 1 else 'nodes take'} one"
            )
        case PortsTaken():
            return f"{_ports_of(blocker.ports)} of the nodes is taken by {listed(blocker.holders)}"
        case OnePerDomain():
            return (
                f"the pods of {workload.name} must keep apart by {blocker.topology_key} (podAntiAffinity), of which "
                f"the nodes that take them have {blocker.domains}"
            )
        case KeptApart():
            return (
                f"{workload.name} and {listed(blocker.others)} must keep apart by {blocker.topology_key} "
                "(podAntiAffinity), and there is no place without one of them"
            )
        case NothingNear():
            wanted = " and ".join(map(_condition, blocker.selector)) or "the same labels"
            if blocker.others:
                return f"{workload.name} must be near {listed(blocker.others)} (podAffinity), where no node takes it"
            return f"{workload.name} must be near pods with {wanted} (podAffinity), and its namespace has none"
        case SpreadWithoutLabel():
            return f"{workload.name} must be spread over {blocker.topology_key}, a label that no node that takes it has"
        case SpreadOverClosed():
            return (
                f"{workload.name} must be spread over {blocker.topology_key} with maxSkew {blocker.max_skew}, and "
                f"{listed(blocker.closed)} {'counts' if len(blocker.closed) == 1 else 'count'}, where no node takes it"
            )
        case _:
            assert_never(blocker)


def _no_label(blocker: MissingLabel, workload: Workload) -> str:
    requirement = blocker.requirement
    if requirement.key == GPU_NODE_LABEL:
        return f"{workload.name} asks for a GPU, and no machine of the cluster has one that is shared (pci_devices)"
    seen = f"; nodes have {listed(blocker.seen)}" if blocker.seen else ""
    if requirement.operator in ("In", "Exists"):
        return f"no node has the label {_condition(requirement)} ({blocker.place} of {workload.name}){seen}"
    return f"no node meets {_condition(requirement)} ({blocker.place} of {workload.name}){seen}"


def _condition(requirement: Requirement) -> str:
    key, operator, values = requirement
    match operator:
        case "In":
            return f"{key}={' or '.join(values)}"
        case "Exists":
            return key
        case "DoesNotExist":
            return f"without {key}"
        case "NotIn":
            return f"{key} not {' or '.join(values)}"
        case "Gt" | "Lt":
            return f"{key} {'above' if operator == 'Gt' else 'below'} {values[0]}"


def _too_large(workload: Workload, blocker: TooLarge) -> str:
    resource, asked, most, node, larger = blocker
    wanted = f"a pod of {workload.name} asks for {amount_of(resource, asked)}"
    if larger:
        most_of_them = f"{node} has the most, {amount_of(resource, most)}" if most else "none has any"
        verb = "has enough, and is" if len(larger) == 1 else "have enough, and are"
        return f"{wanted}; of the nodes that it selects {most_of_them}; {listed(larger)} {verb} not among them"
    if not most:
        gpu = ": no node that lets it in has a GPU" if resource == GPU else ", of which no node has any"
        return f"{wanted}{gpu}"
    return f"{wanted}, and the most that a node has for pods is {amount_of(resource, most)} ({node})"


def amount_of(resource: str, amount: int) -> str:
    """`5Gi of memory`, `3 volume slots`, `2 of nvidia.com/gpu`."""
    if resource == SLOTS:
        return f"{amount} {resource}"
    return f"{amount:,} of {resource}" if "/" in resource else f"{notation(resource, amount)} of {resource}"


def _ports_of(ports: Sequence[tuple[str, int]]) -> str:
    return " and ".join(f"port {number}/{protocol.lower()}" for protocol, number in ports)

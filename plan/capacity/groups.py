"""Nodes taken together: the sum of what they have and of what is placed on them."""

from collections.abc import Iterable, Sequence

from plan.cluster.nodes import admits
from plan.model import GroupUse, Node, NodeUse, Pod
from plan.model.constraints import HOSTNAME
from plan.model.resources import sum_of


def groups(uses: Sequence[NodeUse]) -> tuple[GroupUse, ...]:
    """The groups of like nodes, in the order of their first one."""
    names = dict.fromkeys(use.node.group for use in uses)
    return tuple(together(name, [use for use in uses if use.node.group == name]) for name in names)


def together(name: str, members: Sequence[NodeUse]) -> GroupUse:
    """Nodes as one group of that name."""
    return GroupUse(
        name=name,
        nodes=len(members),
        allocatable=sum_of(*(use.node.allocatable for use in members)),
        requests=sum_of(*(use.requests for use in members)),
        limits=sum_of(*(use.limits for use in members)),
        volumes=sum(use.volumes for use in members),
        volume_slots=sum(use.node.volume_slots for use in members),
    )


def ordinary(uses: Iterable[NodeUse]) -> list[NodeUse]:
    """Nodes that take a pod which tolerates and selects nothing."""
    return [use for use in uses if admits(use.node, Pod(()))]


def standard_worker(uses: Iterable[NodeUse]) -> NodeUse | None:
    """The node that a further worker would be a copy of: the last one that takes ordinary pods."""
    return next((use for use in reversed(ordinary(uses)) if use.node.role == "worker"), None)


def copy(use: NodeUse) -> Node:
    """A further node like another, under a name of its own."""
    name = f"{use.node.name}-copy"
    return use.node._replace(name=name, labels={**use.node.labels, HOSTNAME: name})

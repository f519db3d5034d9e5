"""Nodes taken together: the sum of what they have and of what is placed on them."""

from collections.abc import Sequence

from plan.model import GroupUse, NodeUse
from plan.resources import added


def groups(uses: Sequence[NodeUse]) -> tuple[GroupUse, ...]:
    """The groups of like nodes, in the order of their first one."""
    names = dict.fromkeys(use.node.group for use in uses)
    return tuple(together(name, [use for use in uses if use.node.group == name]) for name in names)


def together(name: str, members: Sequence[NodeUse]) -> GroupUse:
    """Nodes as one group of that name."""
    return GroupUse(
        name=name,
        nodes=len(members),
        allocatable=added(*(use.node.allocatable for use in members)),
        requests=added(*(use.requests for use in members)),
        limits=added(*(use.limits for use in members)),
        volumes=sum(use.volumes for use in members),
        volume_slots=sum(use.node.volume_slots for use in members),
    )

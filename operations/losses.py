"""Losses of nodes that are worth trying: each places every pod anew."""

from collections.abc import Iterable

from plan.model import Node, NodeUse
from plan.model.resources import MEMORY

MOST_LOSSES = 8
"""Losses that are tried: those of the fullest nodes are the hardest to bear."""


def hardest_to_lose(nodes: Iterable[Node], uses: Iterable[NodeUse]) -> tuple[Node, ...]:
    """All nodes of a small cluster; of a large one those that the most memory is asked of."""
    nodes = tuple(nodes)
    if len(nodes) <= MOST_LOSSES:
        return nodes
    asked = {use.node.name: use.requests.get(MEMORY, 0) for use in uses}
    return tuple(sorted(nodes, key=lambda each: (-asked.get(each.name, 0), each.name))[:MOST_LOSSES])

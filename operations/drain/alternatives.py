"""Every node that a drained pod may go to.

Of nodes that score alike kube-scheduler takes any, and each pod decides about the next: so the drain is predicted
several times, each time with another node first and with the pods in another order.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

from observation import Observation
from operations.drain.foresee import Drain, after_drain, gained
from operations.snapshot import Snapshot, snapshot

MOST_TURNS = 24
"""Nodes of a large cluster that are tried as the first one."""
_Thing = TypeVar("_Thing")


def with_alternatives(observation: Observation, drain: Drain) -> Drain:
    """A drain whose moves name all nodes that the pods may go to."""
    cluster = snapshot(observation)
    among: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for turned in _turned(cluster):
        node = next(each for each in turned.nodes if each.name == drain.node)
        uses, _ = after_drain(turned, node)
        for workload, places in gained(turned, node, uses):
            among[workload.namespace, workload.name].update(name for name, _ in places)
    moves = tuple(
        each._replace(among=tuple(sorted({*among[each.namespace, each.workload], *(name for name, _ in each.to)})))
        for each in drain.moves
    )
    return drain._replace(moves=moves)


def _turned(cluster: Snapshot) -> Iterator[Snapshot]:
    """The cluster with each of its nodes first, and its workloads forwards and backwards."""
    for turn in range(0, len(cluster.nodes), -(-len(cluster.nodes) // MOST_TURNS) or 1):
        for workloads in (cluster.workloads, cluster.workloads[::-1]):
            yield cluster._replace(
                nodes=tuple(_from(cluster.nodes, turn)), uses=tuple(_from(cluster.uses, turn)), workloads=workloads
            )


def _from(things: Sequence[_Thing], turn: int) -> Sequence[_Thing]:
    return (*things[turn:], *things[:turn])

"""The amounts that pods without a place request, and that the nodes which stay have free."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from plan.model import Node, NodeUse, Pending, Pod
from plan.model.constraints import is_tolerated
from plan.model.resources import CPU, MEMORY, pod_requests


class Short(NamedTuple):
    """A resource of which some node has too little; memory in bytes, CPU in millicores."""

    resource: str
    wanted: int
    """Requests of all pods that find no place."""
    free: tuple[tuple[str, int], ...]
    """Room on each other node whose taints they tolerate, when all that find a place have it; most first."""


def shortages(pending: Sequence[tuple[Pending, int]], uses: Iterable[NodeUse], drained: Node) -> Iterator[Short]:
    """Shortages of memory and CPU. `pending` has the pods of each workload that find no place by the drain."""
    left = [use for use in uses if use.node.name != drained.name]
    for resource in (MEMORY, CPU):
        wanted, open_to = 0, dict[str, int]()
        for each, count in pending:
            request = pod_requests(each.workload.pod).get(resource, 0)
            free = {use.node.name: _free(use, resource) for use in left if _admits(use.node, each.workload.pod)}
            if count and each.reason.lacks(resource) and free and request > max(free.values()):
                wanted += count * request
                open_to |= free
        if wanted:
            yield Short(resource, wanted, tuple(sorted(open_to.items(), key=lambda each: (-each[1], each[0]))))


def _free(use: NodeUse, resource: str) -> int:
    return use.node.allocatable.get(resource, 0) - use.requests.get(resource, 0)


def _admits(node: Node, pod: Pod) -> bool:
    """Whether a pod tolerates the taints of a node."""
    return all(is_tolerated(key, value, pod.tolerated_taints) for key, value in node.taints.items())

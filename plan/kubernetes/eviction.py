"""Eviction order of pods when a node runs out of memory, disk or inodes.

The kubelet ranks pods by (1) whether they use more than they request, (2) priority, (3) how far they are above
their request (pkg/kubelet/eviction/helpers.go, v1.34), and leaves out critical ones. It does not look at the QoS
class; the kernel's OOM killer does. What pods will use is not known to a plan, so each is taken to use all that it
may. Inodes are not requested by anyone, so that everybody is above the request.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from plan.model import NodeUse, Workload
from plan.model.resources import EPHEMERAL_STORAGE, MEMORY, pod_limits, pod_requests
from plan.tiers.objects import SYSTEM_CRITICAL_PRIORITY

INODES = "inodes"
SCARCE = (MEMORY, EPHEMERAL_STORAGE, INODES)
"""Resources whose shortage on a node makes the kubelet evict pods."""


def eviction_order(workloads: Iterable[Workload], resource: str = MEMORY) -> list[Workload]:
    """Workloads by eviction, first to go first. A pod of which a container has no limit has no bound."""

    def rank(workload: Workload) -> tuple[bool, int, float, str, str]:
        above = above_request(workload, resource)
        return above <= 0, workload.pod.priority, -above, workload.namespace, workload.name

    return sorted(workloads, key=rank)


def order_on(use: NodeUse, resource: str) -> list[Workload]:
    """Workloads by the order in which a node short of a resource evicts their pods; system-critical ones never are."""
    return eviction_order((workload for workload, _ in use.workloads if _may_go(workload)), resource)


class Turn(NamedTuple):
    """When a workload's pods go on a node that has run out of something."""

    node: str
    resource: str
    place: int
    """1 is evicted first."""
    before: Sequence[Workload]
    """Workloads that are evicted before it, the first one first."""
    after: Sequence[Workload]

    @property
    def of(self) -> int:
        """How many workloads there are to go on the node."""
        return len(self.before) + 1 + len(self.after)


def turns(workload: Workload, uses: Iterable[NodeUse]) -> Iterator[Turn]:
    """Place of a workload in the eviction order, on each of its nodes, for each resource that may run short."""
    for use in uses:
        for resource in SCARCE:
            order = order_on(use, resource)
            keys = [each.key for each in order]
            if workload.key in keys:
                index = keys.index(workload.key)
                yield Turn(use.node.name, resource, index + 1, order[:index], order[index + 1 :])


def _may_go(workload: Workload) -> bool:
    return workload.pod.priority < SYSTEM_CRITICAL_PRIORITY


def above_request(workload: Workload, resource: str = MEMORY) -> float:
    """By how much a pod may exceed its request, in bytes; infinite without a limit."""
    if any(resource not in container.limits for container in workload.pod.containers):
        return float("inf")
    return pod_limits(workload.pod)[resource] - pod_requests(workload.pod).get(resource, 0)

"""Who is evicted first when a node runs out of memory.

The kubelet ranks pods by (1) whether they use more than they request, (2) priority, (3) how far they are above
their request (pkg/kubelet/eviction/helpers.go). It does not look at the QoS class; the kernel's OOM killer does.
What pods will use is not known to a plan, so each is taken to use all that it may.
"""

from collections.abc import Iterable

from plan.model import Workload
from plan.resources import MEMORY, pod_limits, pod_requests


def eviction_order(workloads: Iterable[Workload]) -> list[Workload]:
    """Workloads by eviction, first to go first. A pod of which a container has no memory limit has no bound."""

    def rank(workload: Workload) -> tuple[bool, int, float, str, str]:
        above = memory_above_request(workload)
        return above <= 0, workload.pod.priority, -above, workload.namespace, workload.name

    return sorted(workloads, key=rank)


def memory_above_request(workload: Workload) -> float:
    """Bytes by which a pod of the workload may exceed its memory request; infinite without a limit."""
    if any(MEMORY not in container.limits for container in workload.pod.containers):
        return float("inf")
    return pod_limits(workload.pod)[MEMORY] - pod_requests(workload.pod).get(MEMORY, 0)

"""Trying a step in the plan: whether nothing of a workload waits any more, and nothing else waits instead."""

from collections.abc import Callable, Iterable

from plan.kubernetes.scheduling import place
from plan.model import Pending, Workload
from plan.model.resources import CPU, MEMORY, pod_requests
from plan.scenarios.snapshot import ClusterSnapshot, newly

STEPS = {CPU: 10, MEMORY: 1 << 20}
"""Requests are named in these steps: 10m and 1 MiB."""


def finds_room(snapshot: ClusterSnapshot, instead: Workload) -> bool:
    """Whether a changed workload fits next to what runs, pods that wait already left out: a quick test, which
    `helps` has to confirm."""
    waiting = {each.workload.key: each.pods for each in snapshot.pending if each.workload.controller != "DaemonSet"}
    running = [each._replace(replicas=each.replicas - waiting.get(each.key, 0)) for each in snapshot.workloads]
    _, left = place(snapshot.nodes, _with(running, instead), snapshot.uses)
    return _none_new(snapshot, instead, left)


def helps(snapshot: ClusterSnapshot, instead: Workload) -> bool:
    """Whether nothing of a workload waits once it is changed, and nothing else waits that did not before."""
    _, waiting = snapshot.changed(instead).placed()
    return _none_new(snapshot, instead, waiting)


def makes_room(snapshot: ClusterSnapshot, instead: Workload, pending: Pending) -> bool:
    """Whether nothing of a waiting workload waits once another one is changed, and nothing else waits instead."""
    _, waiting = snapshot.changed(instead).placed()
    keys = {each.workload.key for each in waiting}
    return pending.workload.key not in keys and not newly(waiting, snapshot.pending)


def helps_all(snapshot: ClusterSnapshot, group: Iterable[Pending]) -> bool:
    """Whether nothing of several waiting workloads waits in a changed cluster, and nothing else waits instead."""
    _, waiting = snapshot.placed()
    keys = {each.workload.key for each in waiting}
    return not any(each.workload.key in keys for each in group) and not newly(waiting, snapshot.pending)


def _none_new(snapshot: ClusterSnapshot, instead: Workload, waiting: Iterable[Pending]) -> bool:
    return not newly(waiting, [each for each in snapshot.pending if each.workload.key != instead.key])


def _with(workloads: Iterable[Workload], instead: Workload) -> Iterable[Workload]:
    return [instead if each.key == instead.key else each for each in workloads]


def largest_request(workload: Workload, resource: str, fits: Callable[[Workload], bool]) -> int | None:
    """The largest request of a pod with which `fits` holds; None where not even the smallest will do."""
    step = STEPS.get(resource, 1)
    low, high = 0, pod_requests(workload.pod).get(resource, 0) // step
    while low < high:
        middle = (low + high + 1) // 2
        smaller = requesting(workload, resource, middle * step)
        low, high = (middle, high) if smaller and fits(smaller) else (low, middle - 1)
    return low * step or None


def largest_container(workload: Workload, resource: str) -> int:
    """The place of the container that requests most of a resource."""
    containers = workload.pod.containers
    return max(range(len(containers)), key=lambda index: containers[index].requests.get(resource, 0))


def requesting(workload: Workload, resource: str, amount: int) -> Workload | None:
    """A workload whose pods request so much, less of it in their largest container; None where that has too little."""
    containers = list(workload.pod.containers)
    index = largest_container(workload, resource)
    largest = containers[index]
    rest = largest.requests.get(resource, 0) + amount - pod_requests(workload.pod).get(resource, 0)
    if rest <= 0:
        return None
    containers[index] = largest._replace(requests={**largest.requests, resource: rest})
    smaller = workload._replace(pod=workload.pod._replace(containers=tuple(containers)))
    return smaller if pod_requests(smaller.pod).get(resource, 0) == amount else None

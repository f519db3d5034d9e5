"""Remedies with which the lab survives the loss of a node: found by trying each alone, for every node."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from plan.capacity.groups import copy, standard_worker
from plan.cluster.nodes import ZONE_LABEL, admits
from plan.kubernetes.scheduling import place
from plan.model import Container, Controller, Node, Pending, Pod, Workload
from plan.model.resources import CPU, MEMORY, notation, pod_requests
from plan.scenarios.remedies import largest_request
from plan.scenarios.snapshot import ClusterSnapshot, newly

Key = tuple[str, Controller, str]

MOST_TRIED = 3
"""Workloads of which a smaller request is tried, the largest first: each costs some placements."""


def takes(node: Node, pod: Pod) -> bool:
    """Whether an empty, large enough node would take the pod: its taints, labels, devices and host allow it."""
    zones = pod.constraints.volume_zones
    is_near = not zones or node.labels[ZONE_LABEL] in zones
    devices = (name for name in pod_requests(pod) if "/" in name)
    return admits(node, pod) and is_near and all(node.allocatable.get(name) for name in devices)


def loss_remedies(snapshot: ClusterSnapshot, names: Sequence[str]) -> Iterator[str]:
    """Steps each of which lets the loss of any one of these nodes be survived."""
    waiting = [each for name in names for each in _waiting(snapshot, name)]
    for resource in (MEMORY, CPU):
        if any(each.reason.lacks(resource) for each in waiting):
            yield from _one_smaller(snapshot, names, waiting, resource)
            yield from _all_smaller(snapshot, names, resource)
    if any(each.reason.has("volume-slots") for each in waiting):
        yield from _volumes_on_nfs(snapshot, names, waiting)
    worker = standard_worker(snapshot.uses)
    if worker and _survives(snapshot._replace(nodes=(*snapshot.nodes, copy(worker))), names):
        yield f"add a worker like {worker.node.name} in machines.yaml"


def _waiting(snapshot: ClusterSnapshot, name: str) -> tuple[Pending, ...]:
    """Pods that wait when a node is gone, and would not if there were room."""
    left = [node for node in snapshot.nodes if node.name != name]
    _, waiting = place(left, snapshot.workloads, [use for use in snapshot.uses if use.node.name != name])
    found = newly(waiting, snapshot.pending)
    return tuple(each for each in found if any(takes(node, each.workload.pod) for node in left))


def _survives(snapshot: ClusterSnapshot, names: Iterable[str]) -> bool:
    return not any(_waiting(snapshot, name) for name in names)


def _one_smaller(
    snapshot: ClusterSnapshot, names: Sequence[str], waiting: Iterable[Pending], resource: str
) -> Iterator[str]:
    """The first of the largest workloads whose pods could request less."""
    involved = {each.workload.key: each.workload for each in waiting}
    lost = [use for use in snapshot.uses if use.node.name in names]
    involved |= {workload.key: workload for use in lost for workload, _ in use.workloads}
    largest = sorted(involved.values(), key=lambda each: -pod_requests(each.pod).get(resource, 0))
    for workload in largest[:MOST_TRIED]:
        most = largest_request(
            workload, resource, lambda smaller: _survives(_with(snapshot, {smaller.key: smaller}), names)
        )
        if most:
            yield f"request at most {notation(resource, most)} of {resource} for each pod of {workload.name}"
            return


def _all_smaller(snapshot: ClusterSnapshot, names: Sequence[str], resource: str) -> Iterator[str]:
    """The largest share of today's requests."""

    def fits(percent: int) -> bool:
        smaller = {each.key: _requesting_share(each, resource, percent) for each in snapshot.workloads}
        return _survives(_with(snapshot, smaller), names)

    if percent := _largest(99, fits):
        yield f"request no more than {percent}% of today's {resource} everywhere"


def _requesting_share(workload: Workload, resource: str, percent: int) -> Workload:
    def smaller(container: Container) -> Container:
        amount = container.requests.get(resource, 0) * percent // 100
        return container._replace(requests={**container.requests, resource: amount})

    pod = workload.pod
    containers, first = (tuple(map(smaller, each)) for each in (pod.containers, pod.init_containers))
    return workload._replace(pod=pod._replace(containers=containers, init_containers=first))


def _volumes_on_nfs(snapshot: ClusterSnapshot, names: Sequence[str], waiting: Iterable[Pending]) -> Iterator[str]:
    """The fewest of those that wait for a slot whose volumes need none."""
    stuck = {each.workload.key: each.workload for each in waiting if each.reason.has("volume-slots")}
    moved: dict[Key, Workload] = {}
    for workload in stuck.values():
        moved[workload.key] = workload._replace(pod=workload.pod._replace(block_volumes=()))
        if _survives(_with(snapshot, moved), names):
            yield f"move the volumes of {' and '.join(each.name for each in moved.values())} to an NFS storage class"
            return


def _with(snapshot: ClusterSnapshot, instead: Mapping[Key, Workload]) -> ClusterSnapshot:
    return snapshot._replace(workloads=[instead.get(each.key, each) for each in snapshot.workloads])


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to `most` that fits; 0 where none does."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low

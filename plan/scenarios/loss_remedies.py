"""What would let the lab survive the loss of a node: found by trying, each alone, for every one of the nodes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from plan.capacity.groups import copy, standard_worker
from plan.cluster.nodes import ZONE_LABEL, admits
from plan.kubernetes.scheduling import place
from plan.model import Container, Controller, Node, Pending, Pod, Workload
from plan.model.resources import CPU, MEMORY, notation, pod_requests
from plan.scenarios.remedies import largest_request
from plan.scenarios.snapshot import Standing, newly

Key = tuple[str, Controller, str]

MOST_TRIED = 3
"""Workloads of which a smaller request is tried, the largest first: each costs some placements."""


def takes(node: Node, pod: Pod) -> bool:
    """Whether a node would take a pod were it empty and large enough: its taints, labels, devices and host let it."""
    zones = pod.constraints.volume_zones
    is_near = not zones or node.labels[ZONE_LABEL] in zones
    devices = (name for name in pod_requests(pod) if "/" in name)
    return admits(node, pod) and is_near and all(node.allocatable.get(name) for name in devices)


def loss_remedies(standing: Standing, names: Sequence[str]) -> Iterator[str]:
    """Steps each of which lets the loss of any one of these nodes be survived."""
    waiting = [each for name in names for each in _waiting(standing, name)]
    for resource in (MEMORY, CPU):
        if any(each.reason.lacks(resource) for each in waiting):
            yield from _one_smaller(standing, names, waiting, resource)
            yield from _all_smaller(standing, names, resource)
    if any(each.reason.has("volume-slots") for each in waiting):
        yield from _volumes_on_nfs(standing, names, waiting)
    worker = standard_worker(standing.uses)
    if worker and _survives(standing._replace(nodes=(*standing.nodes, copy(worker))), names):
        yield f"add a worker like {worker.node.name} in machines.yaml"


def _waiting(standing: Standing, name: str) -> tuple[Pending, ...]:
    """What waits when a node is gone, and would not if there were room."""
    left = [node for node in standing.nodes if node.name != name]
    _, waiting = place(left, standing.workloads, [use for use in standing.uses if use.node.name != name])
    found = newly(waiting, standing.pending)
    return tuple(each for each in found if any(takes(node, each.workload.pod) for node in left))


def _survives(standing: Standing, names: Iterable[str]) -> bool:
    return not any(_waiting(standing, name) for name in names)


def _one_smaller(standing: Standing, names: Sequence[str], waiting: Iterable[Pending], resource: str) -> Iterator[str]:
    """The first of the largest workloads whose pods could request less."""
    involved = {each.workload.key: each.workload for each in waiting}
    lost = [use for use in standing.uses if use.node.name in names]
    involved |= {workload.key: workload for use in lost for workload, _ in use.workloads}
    largest = sorted(involved.values(), key=lambda each: -pod_requests(each.pod).get(resource, 0))
    for workload in largest[:MOST_TRIED]:
        most = largest_request(
            workload, resource, lambda smaller: _survives(_with(standing, {smaller.key: smaller}), names)
        )
        if most:
            yield f"request at most {notation(resource, most)} of {resource} for each pod of {workload.name}"
            return


def _all_smaller(standing: Standing, names: Sequence[str], resource: str) -> Iterator[str]:
    """The largest share of today's requests."""

    def fits(percent: int) -> bool:
        smaller = {each.key: _requesting_share(each, resource, percent) for each in standing.workloads}
        return _survives(_with(standing, smaller), names)

    if percent := _largest(99, fits):
        yield f"request no more than {percent}% of today's {resource} everywhere"


def _requesting_share(workload: Workload, resource: str, percent: int) -> Workload:
    def smaller(container: Container) -> Container:
        amount = container.requests.get(resource, 0) * percent // 100
        return container._replace(requests={**container.requests, resource: amount})

    pod = workload.pod
    containers, first = (tuple(map(smaller, each)) for each in (pod.containers, pod.init_containers))
    return workload._replace(pod=pod._replace(containers=containers, init_containers=first))


def _volumes_on_nfs(standing: Standing, names: Sequence[str], waiting: Iterable[Pending]) -> Iterator[str]:
    """The fewest of those that wait for a slot whose volumes need none."""
    stuck = {each.workload.key: each.workload for each in waiting if each.reason.has("volume-slots")}
    moved: dict[Key, Workload] = {}
    for workload in stuck.values():
        moved[workload.key] = workload._replace(pod=workload.pod._replace(block_volumes=()))
        if _survives(_with(standing, moved), names):
            yield f"move the volumes of {' and '.join(each.name for each in moved.values())} to an NFS storage class"
            return


def _with(standing: Standing, instead: Mapping[Key, Workload]) -> Standing:
    return standing._replace(workloads=[instead.get(each.key, each) for each in standing.workloads])


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to `most` that fits; 0 where none does."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low

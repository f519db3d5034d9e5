"""Remedies with which the lab survives the loss of a node: found by trying each alone, for every node.

A step is tried as it would be planned: everything is placed again with it, and then the node is lost.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from config.lab import Lab
from plan.capacity.groups import copy, standard_worker
from plan.capacity.hosts import has_memory_for
from plan.cluster.nodes import ZONE_LABEL, admits
from plan.kubernetes.scheduling import place
from plan.model import Container, Controller, Node, Pending, Pod, Remedy, Workload
from plan.model.resources import CPU, MEMORY, pod_requests
from plan.scenarios import edits
from plan.scenarios.device_remedies import card_steps
from plan.scenarios.losses import bound
from plan.scenarios.remedies import request_remedy, worker_remedy
from plan.scenarios.snapshot import ClusterSnapshot, newly
from plan.scenarios.trials import STEPS, largest_container, largest_request, requesting

Key = tuple[str, Controller, str]

MOST_TRIED = 3
"""Workloads of which a smaller request is tried, the largest first: each costs some placements."""


def takes(node: Node, pod: Pod) -> bool:
    """Whether an empty, large enough node would take the pod: its taints, labels, devices and host allow it."""
    zones = pod.constraints.volume_zones
    is_near = not zones or node.labels[ZONE_LABEL] in zones
    devices = (name for name in pod_requests(pod) if "/" in name)
    return admits(node, pod) and is_near and all(node.allocatable.get(name) for name in devices)


def loss_remedies(lab: Lab, planned: ClusterSnapshot, names: Sequence[str]) -> Iterator[Remedy]:
    """Steps each of which lets the loss of any one of these nodes be survived. `planned` is the cluster as it is
    planned, no volume bound to a host yet."""
    waiting = [each for name in names for each in _waiting(bound(planned), name)]
    for resource in (MEMORY, CPU):
        if any(each.reason.lacks(resource) for each in waiting):
            yield from _one_smaller(lab, planned, names, waiting, resource)
            yield from _all_smaller(lab, planned, names, resource)
    if any(each.reason.has("volume-slots") for each in waiting):
        yield from _volumes_on_nfs(lab, planned, names, waiting)
    sharing = lab.cluster.platform.gpu
    if sharing and any(each.reason.lacks(sharing.video_memory_resource) for each in waiting):
        larger = (remedy for remedy, changed in card_steps(lab, planned) if _survives(changed, names))
        yield from islice(larger, 1)
    worker = standard_worker(planned.uses)
    further = (copy(worker),) if worker and has_memory_for(lab, worker.node.name) else ()
    if worker and further and _survives(planned._replace(nodes=(*planned.nodes, *further)), names):
        yield worker_remedy(worker.node.name)


def _waiting(snapshot: ClusterSnapshot, name: str) -> tuple[Pending, ...]:
    """Pods that wait when a node is gone, and would not if there were room."""
    left = [node for node in snapshot.nodes if node.name != name]
    survivors = [use for use in snapshot.uses if use.node.name != name]
    _, waiting = place(left, snapshot.workloads, survivors, snapshot.pending)
    found = newly(waiting, snapshot.pending)
    return tuple(each for each in found if any(takes(node, each.workload.pod) for node in left))


def _survives(changed: ClusterSnapshot, names: Iterable[str]) -> bool:
    """Whether a changed cluster, placed again, survives each of the losses, and nothing waits that did not before."""
    uses, pending = changed.placed()
    if newly(pending, changed.pending):
        return False
    snapshot = bound(changed._replace(uses=uses, pending=pending))
    return not any(_waiting(snapshot, name) for name in names)


def _one_smaller(
    lab: Lab, snapshot: ClusterSnapshot, names: Sequence[str], waiting: Iterable[Pending], resource: str
) -> Iterator[Remedy]:
    """The first of the largest workloads whose pods could request less."""
    involved = {each.workload.key: each.workload for each in waiting}
    lost = [use for use in snapshot.uses if use.node.name in names]
    involved |= {workload.key: workload for use in lost for workload, _ in use.workloads}
    stated = (each for each in involved.values() if _can_request_less(lab, each, resource))
    largest = sorted(stated, key=lambda each: -pod_requests(each.pod).get(resource, 0))
    for workload in largest[:MOST_TRIED]:
        most = largest_request(
            workload, resource, lambda smaller: _survives(_with(snapshot, {smaller.key: smaller}), names)
        )
        smaller = requesting(workload, resource, most) if most else None
        if most and smaller:
            yield request_remedy(lab, smaller, resource, most, f" of {workload.name}")
            return


def _can_request_less(lab: Lab, workload: Workload, resource: str) -> bool:
    container = workload.pod.containers[largest_container(workload, resource)]
    return bool(edits.request_edit(lab, workload, container.name, resource, 1))


def _all_smaller(lab: Lab, snapshot: ClusterSnapshot, names: Sequence[str], resource: str) -> Iterator[Remedy]:
    """The largest share of today's requests."""

    def fits(percent: int) -> bool:
        smaller = {each.key: _requesting_share(lab, each, resource, percent) for each in snapshot.workloads}
        return _survives(_with(snapshot, smaller), names)

    if percent := _largest(99, fits):
        change = tuple(
            edit
            for each in snapshot.workloads
            for container in _requesting_share(lab, each, resource, percent).pod.containers
            for edit in edits.request_edit(lab, each, container.name, resource, container.requests.get(resource, 0))
        )
        yield Remedy(f"request no more than {percent}% of today's {resource} everywhere", change)


def _requesting_share(lab: Lab, workload: Workload, resource: str, percent: int) -> Workload:
    """A workload whose containers request a share, as far as they are lines of the lab and more than the least."""
    step = STEPS.get(resource, 1)

    def smaller(container: Container) -> Container:
        amount = container.requests.get(resource, 0) * percent // 100 // step * step
        if not amount or not edits.request_edit(lab, workload, container.name, resource, amount):
            return container
        return container._replace(requests={**container.requests, resource: amount})

    pod = workload.pod
    return workload._replace(pod=pod._replace(containers=tuple(map(smaller, pod.containers))))


def _volumes_on_nfs(
    lab: Lab, snapshot: ClusterSnapshot, names: Sequence[str], waiting: Iterable[Pending]
) -> Iterator[Remedy]:
    """The fewest of those that wait for a slot whose volumes need none."""
    stuck = {each.workload.key: each.workload for each in waiting if each.reason.has("volume-slots")}
    planned = {each.key: each for each in snapshot.workloads}
    moved: dict[Key, Workload] = {}
    for workload in (planned[key] for key in stuck):
        if not edits.volume_edits(lab, workload, workload.pod.block_volumes):
            continue
        moved[workload.key] = workload._replace(pod=workload.pod._replace(block_volumes=()))
        if _survives(_with(snapshot, moved), names):
            names_of = " and ".join(each.name for each in moved.values())
            change = [edits.volume_edits(lab, planned[key], planned[key].pod.block_volumes) for key in moved]
            words = f"move the volumes of {names_of} to an NFS storage class"
            yield Remedy(words, tuple(edit for each in change for edit in each))
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

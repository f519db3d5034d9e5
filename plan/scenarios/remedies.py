"""Remedies for a pod that finds no place: found by trying, so that each one named works.

Each is tried alone, with everything else as it is: a smaller request, volumes that take no slot, a more important
tier, a further worker.
"""

from collections.abc import Callable, Iterable, Iterator

from config.lab import Lab
from plan.capacity.groups import copy, standard_worker
from plan.kubernetes.scheduling import place
from plan.model import Pending, Workload
from plan.model.resources import CPU, MEMORY, notation, pod_requests
from plan.scenarios.snapshot import ClusterSnapshot, newly

STEPS = {CPU: 10, MEMORY: 1 << 20}
"""Requests are named in these steps: 10m and 1 MiB."""
MOST_TRIED = 5
"""Workloads for which remedies are tried: each costs some placements, and what helps the first may help all."""
ONE_BY_ONE = "help the workloads above first: the same may help this one, for which nothing was tried"
NOTHING_HELPS = (
    "no single step was found that helps: not a smaller request, volumes on NFS, another tier or a further worker. "
    "Make room first: fewer replicas, or less of what requests most"
)


def remedies(lab: Lab, snapshot: ClusterSnapshot) -> Iterator[str]:
    """For each workload that waits what to do about it."""
    for number, pending in enumerate(snapshot.pending):
        yield _remedy(lab, snapshot, pending) if number < MOST_TRIED else ONE_BY_ONE


def _remedy(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> str:
    found = (
        *_smaller_requests(snapshot, pending),
        *_volumes_on_nfs(snapshot, pending),
        *_another_tier(lab, snapshot, pending),
        *_another_worker(snapshot, pending),
    )
    return f"each of these alone would do: {'; '.join(found)}" if found else NOTHING_HELPS


def largest_request(workload: Workload, resource: str, fits: Callable[[Workload], bool]) -> int | None:
    """The largest request of a pod with which `fits` holds; None where not even the smallest will do."""
    step = STEPS.get(resource, 1)
    low, high = 0, pod_requests(workload.pod).get(resource, 0) // step
    while low < high:
        middle = (low + high + 1) // 2
        smaller = requesting(workload, resource, middle * step)
        low, high = (middle, high) if smaller and fits(smaller) else (low, middle - 1)
    return low * step or None


def requesting(workload: Workload, resource: str, amount: int) -> Workload | None:
    """A workload whose pods request so much, less of it in their largest container; None where that has too little."""
    containers = list(workload.pod.containers)
    largest = max(containers, key=lambda each: each.requests.get(resource, 0))
    rest = largest.requests.get(resource, 0) + amount - pod_requests(workload.pod).get(resource, 0)
    if rest <= 0:
        return None
    containers[containers.index(largest)] = largest._replace(requests={**largest.requests, resource: rest})
    smaller = workload._replace(pod=workload.pod._replace(containers=tuple(containers)))
    return smaller if pod_requests(smaller.pod).get(resource, 0) == amount else None


def _finds_room(snapshot: ClusterSnapshot, instead: Workload) -> bool:
    """Whether a changed workload fits next to what runs: a quick test, which `_helps` has to confirm."""
    _, waiting = place(snapshot.nodes, _with(snapshot, instead), snapshot.uses)
    return _none_new(snapshot, instead, waiting)


def _helps(snapshot: ClusterSnapshot, instead: Workload) -> bool:
    """Whether nothing of a workload waits once it is changed, and nothing else waits that did not before."""
    _, waiting = place(snapshot.nodes, _with(snapshot, instead))
    return _none_new(snapshot, instead, waiting)


def _none_new(snapshot: ClusterSnapshot, instead: Workload, waiting: Iterable[Pending]) -> bool:
    return not newly(waiting, [each for each in snapshot.pending if each.workload.key != instead.key])


def _with(snapshot: ClusterSnapshot, instead: Workload) -> Iterable[Workload]:
    return [instead if each.key == instead.key else each for each in snapshot.workloads]


def _smaller_requests(snapshot: ClusterSnapshot, pending: Pending) -> Iterator[str]:
    for resource in pod_requests(pending.workload.pod):
        if pending.reason.lacks(resource):
            most = largest_request(pending.workload, resource, lambda smaller: _finds_room(snapshot, smaller))
            smaller = requesting(pending.workload, resource, most) if most else None
            if most and smaller and _helps(snapshot, smaller):
                yield f"request at most {notation(resource, most)} of {resource} for each pod"


def _volumes_on_nfs(snapshot: ClusterSnapshot, pending: Pending) -> Iterator[str]:
    workload = pending.workload
    volumes = workload.pod.block_volumes
    for count in range(1, len(volumes) + 1):
        if _helps(snapshot, workload._replace(pod=workload.pod._replace(block_volumes=volumes[count:]))):
            yield f"move {' and '.join(volumes[:count])} to an NFS storage class"
            return


def _another_tier(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> Iterator[str]:
    """The next more important tier for whose pods those make room that find another place."""
    workload = pending.workload
    for name, row in sorted(lab.tiers.items(), key=lambda item: item[1].priority):
        if row.priority > workload.pod.priority:
            constraints = workload.pod.constraints._replace(preempts=row.preempts)
            pod = workload.pod._replace(priority=row.priority, constraints=constraints)
            if _helps(snapshot, workload._replace(pod=pod)):
                yield f"give it tier {name}"
                return


def _another_worker(snapshot: ClusterSnapshot, pending: Pending) -> Iterator[str]:
    worker = standard_worker(snapshot.uses)
    if worker and _helps(snapshot._replace(nodes=(*snapshot.nodes, copy(worker))), pending.workload):
        yield f"add a worker like {worker.node.name} in machines.yaml"

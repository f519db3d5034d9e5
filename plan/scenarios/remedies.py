"""Remedies for a pod that finds no place: found by trying, so that each one named works.

Each is tried alone, with everything else as it is. Where no node would take the pod however empty, only steps of the
same kind as that cause are tried; otherwise a smaller request, volumes that take no slot, a more important tier, a
further worker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from config.lab import Lab
from plan.capacity.groups import copy, standard_worker
from plan.capacity.hosts import has_memory_for
from plan.model import Edit, Pending, Remedy, Workload
from plan.model.resources import GPU, notation, pod_requests
from plan.scenarios import edits
from plan.scenarios.blocker_remedies import blocker_remedies, fewer_replicas
from plan.scenarios.blocker_words import sentence
from plan.scenarios.blockers import Blocker, blockers
from plan.scenarios.device_remedies import card_steps, further_devices
from plan.scenarios.rivals import Rival, rivals
from plan.scenarios.snapshot import ClusterSnapshot
from plan.scenarios.trials import finds_room, helps, largest_container, largest_request, makes_room, requesting
from plan.wording import listed
from plan.workloads.services import plan_services

MOST_TRIED = 5
"""Workloads for which remedies are tried: each costs some placements, and what helps the first may help all."""
ONE_BY_ONE = "help the workloads above first: the same may help this one, for which nothing was tried"
NOTHING_HELPS = (
    "no single step was found that helps: not a smaller request, volumes on NFS, another tier or a further worker. "
    "Make room first: fewer replicas, or less of what requests most"
)
CHANGE_IT = (
    "change what the message names, or switch it off; no single change of it was found after which the pod has a place"
)


class Advice(NamedTuple):
    """Why a workload waits, and what would help it."""

    causes: tuple[Blocker, ...]
    """Blockers that keep it off every node however empty; none where it merely lacks room."""
    remedies: tuple[Remedy, ...]
    was_tried: bool
    rivals: tuple[Rival, ...] = ()
    """Workloads of the same or a higher priority that have what it lacks."""

    def explained(self, pending: Pending) -> str:
        """Why it waits: the causes in the lab's words, then the scheduler's own."""
        found = "; ".join(sentence(each, pending.workload) for each in self.causes)
        if self.rivals and not found:
            found = f"pods that come first have what it lacks, most of it {listed([str(each) for each in self.rivals])}"
        return f"{found}. kube-scheduler: {pending.reason}" if found else str(pending.reason)

    @property
    def fix(self) -> str:
        """The remedies, in words."""
        if not self.was_tried:
            return ONE_BY_ONE
        if self.remedies:
            return any_of(self.remedies)
        return CHANGE_IT if self.causes else NOTHING_HELPS


def any_of(remedies: Sequence[Remedy]) -> str:
    """Remedies as a sentence; empty where there are none."""
    words = "; ".join(each.words for each in remedies)
    return f"each of these alone would do: {words}" if len(remedies) > 1 else words


def advice(lab: Lab, snapshot: ClusterSnapshot, pending: Pending, *, tried: bool = True) -> Advice:
    """Why a workload waits, and what to do about it; `tried` is whether remedies are looked for."""
    causes = causes_of(snapshot, pending)
    ahead = rivals(pending, snapshot.uses)
    remedies = tuple(_remedies(lab, snapshot, pending, causes, ahead)) if tried else ()
    return Advice(causes, remedies, tried, ahead)


def causes_of(snapshot: ClusterSnapshot, pending: Pending) -> tuple[Blocker, ...]:
    """Reasons that keep a workload's pods off every node, however empty."""
    return tuple(blockers(pending.workload, pending.reason, snapshot.nodes, snapshot.workloads))


def _remedies(
    lab: Lab, snapshot: ClusterSnapshot, pending: Pending, causes: Sequence[Blocker], ahead: Sequence[Rival]
) -> Iterator[Remedy]:
    yield from blocker_remedies(lab, snapshot, pending, causes)
    yield from _more_slices(lab, snapshot, pending)
    yield from _larger_card(lab, snapshot, pending)
    yield from _smaller_requests(lab, snapshot, pending)
    yield from _volumes_on_nfs(lab, snapshot, pending)
    if not causes:
        yield from _further_device(lab, snapshot, pending)
        yield from fewer_replicas(lab, snapshot, pending)
        yield from _smaller_rival(lab, snapshot, pending, ahead)
        yield from _another_tier(lab, snapshot, pending)
        yield from _another_worker(lab, snapshot, pending)


def _more_slices(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> Iterator[Remedy]:
    """More time slices of a GPU that has video memory left."""
    sharing = lab.cluster.platform.gpu
    if sharing and pending.reason.lacks(GPU):
        for slices in range(sharing.time_slices + 1, 2 * sharing.time_slices + 1):
            nodes = [
                node._replace(
                    allocatable={**node.allocatable, GPU: node.allocatable[GPU] // sharing.time_slices * slices}
                )
                if GPU in node.allocatable
                else node
                for node in snapshot.nodes
            ]
            if helps(snapshot._replace(nodes=nodes), pending.workload):
                edit = Edit(("cluster", "platform", "gpu", "time_slices"), slices)
                yield Remedy(f"write time_slices: {slices} under gpu of the platform in cluster.yaml", (edit,))
                return


def _larger_card(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> Iterator[Remedy]:
    """More of a card that advertises less than it has."""
    sharing = lab.cluster.platform.gpu
    if sharing and pending.reason.lacks(sharing.video_memory_resource):
        for remedy, changed in card_steps(lab, snapshot):
            if helps(changed, pending.workload):
                yield remedy
                return


def _further_device(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> Iterator[Remedy]:
    """The first further device of each way that helps: on another worker, shared on the one that has it."""
    ways: set[str] = set()
    for remedy, changed in further_devices(lab, snapshot, pending):
        way = "shares" if "shares" in remedy.words else "has"
        if way not in ways and helps(changed, pending.workload):
            ways.add(way)
            yield remedy


def _smaller_requests(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> Iterator[Remedy]:
    workload = pending.workload
    for resource in pod_requests(workload.pod):
        if pending.reason.lacks(resource):
            most = largest_request(workload, resource, lambda smaller: finds_room(snapshot, smaller))
            smaller = requesting(workload, resource, most) if most else None
            if most and smaller and helps(snapshot, smaller):
                yield request_remedy(lab, smaller, resource, most)


def request_remedy(lab: Lab, smaller: Workload, resource: str, amount: int, of: str = "") -> Remedy:
    """A smaller request; what stands under `gpu` is named as it is written there."""
    container = smaller.pod.containers[largest_container(smaller, resource)]
    edit = edits.request_edit(lab, smaller, container.name, resource, container.requests.get(resource, 0))
    if key := edits.gpu_key(lab, resource):
        return Remedy(f"write {key}: {amount} under gpu of {smaller.name}", edit)
    return Remedy(f"request at most {notation(resource, amount)} of {resource} for each pod{of}", edit)


def _smaller_rival(lab: Lab, snapshot: ClusterSnapshot, pending: Pending, ahead: Sequence[Rival]) -> Iterator[Remedy]:
    """A smaller request of the workload that has most of what is lacking."""
    for workload, resource, _ in ahead[:1]:
        most = largest_request(workload, resource, lambda smaller: makes_room(snapshot, smaller, pending))
        smaller = requesting(workload, resource, most) if most else None
        remedy = request_remedy(lab, smaller, resource, most, f" of {workload.name}") if most and smaller else None
        if remedy and remedy.edits:
            yield remedy


def _volumes_on_nfs(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> Iterator[Remedy]:
    workload = pending.workload
    volumes = workload.pod.block_volumes
    for count in range(1, len(volumes) + 1):
        change = edits.volume_edits(lab, workload, volumes[:count])
        fewer = workload._replace(pod=workload.pod._replace(block_volumes=volumes[count:]))
        if change and helps(snapshot, fewer):
            yield Remedy(f"move {' and '.join(volumes[:count])} of {workload.name} to an NFS storage class", change)
            return


def _another_tier(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> Iterator[Remedy]:
    """The next more important tier for whose pods those make room that find another place."""
    workload = pending.workload
    service = lab.services.get(workload.service)
    for name, row in sorted(lab.tiers.items(), key=lambda item: item[1].priority) if service else ():
        if service and row.priority > workload.pod.priority and row.gpu == lab.tiers[service.tier].gpu:
            raised = _in_tier(lab, snapshot, workload, name)
            if raised and helps(snapshot, raised):
                yield Remedy(
                    f"give {workload.service} tier {name}", (Edit(("services", workload.service, "tier"), name),)
                )
                return


def _in_tier(lab: Lab, snapshot: ClusterSnapshot, workload: Workload, tier: str) -> Workload | None:
    """The workload as it is planned in another tier, under the key that it has."""
    service = lab.services[workload.service].model_copy(update={"tier": tier})
    changed = replace(lab, services={**lab.services, workload.service: service})
    planned = next(each for each in plan_services(changed, tuple(snapshot.nodes)) if each.name == workload.service)
    same = (each for each in planned.workloads if (each.name, each.controller) == (workload.name, workload.controller))
    return next((each._replace(namespace=workload.namespace) for each in same), None)


def _another_worker(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> Iterator[Remedy]:
    worker = standard_worker(snapshot.uses)
    further = (copy(worker),) if worker and has_memory_for(lab, worker.node.name) else ()
    if worker and further and helps(snapshot._replace(nodes=(*snapshot.nodes, *further)), pending.workload):
        yield worker_remedy(worker.node.name)


def worker_remedy(name: str) -> Remedy:
    """One more machine like another."""
    return Remedy(f"add a worker like {name} in machines.yaml", further_machine=name)

"""Rollouts that start a new pod before an old one ends, and have no room for it."""

from collections.abc import Iterator, Mapping, Sequence

from config.lab import Lab
from plan.capacity.groups import copy, standard_worker
from plan.capacity.hosts import has_memory_for
from plan.capacity.quotas import field_of
from plan.kubernetes.scheduling import one_more, place
from plan.model import Finding, NamespaceUse, Pending, Remedy, Workload
from plan.model.findings import Rule
from plan.model.placement import NoPlace
from plan.model.resources import pod_requests
from plan.scenarios.blocker_remedies import blocker_remedies
from plan.scenarios.blocker_words import sentence
from plan.scenarios.blockers import Blocker, blockers
from plan.scenarios.full_rollouts import Stuck, by_shortage, ending_first, shortage
from plan.scenarios.quota_remedies import HeldBack, held_back, most_needed, quota_remedies, singleton_remedy
from plan.scenarios.remedies import NOTHING_HELPS, any_of, request_remedy, worker_remedy
from plan.scenarios.snapshot import ClusterSnapshot, newly
from plan.scenarios.trials import largest_request, requesting
from plan.wording import listed

ROLLOUT_DOES_NOT_FIT = Rule(
    "ROLLOUT-DOES-NOT-FIT",
    "warning",
    title="A rollout finds no place for the new pod",
    meaning=(
        "The deployment starts a new pod before an old one goes. There is room for the pods that run, and none for "
        "that one: the next change of the image stays Pending, while the old version goes on running."
    ),
    remedy="Let the old pod go first (singleton: true), request less, or add a worker.",
)

ROLLOUT_EXCEEDS_QUOTA = Rule(
    "ROLLOUT-EXCEEDS-QUOTA",
    "warning",
    title="A rollout needs more than the quota allows",
    meaning=(
        "The deployment starts a new pod before an old one goes. The namespace's quota has room for the pods that "
        "run, and none for that one: the API server refuses it, and the next change of the image never arrives."
    ),
    remedy="Let the old pod go first (singleton: true), request less, or raise the tier's quota.",
)


def rollout_findings(lab: Lab, snapshot: ClusterSnapshot, namespaces: Mapping[str, NamespaceUse]) -> Iterator[Finding]:
    """Deployments whose next rollout stays where it is. What one quota or one shortage holds back is one finding."""
    waits = {each.workload.key for each in snapshot.pending}
    rolling = [each for each in snapshot.workloads if each.surge and each.key not in waits]
    refused = held_back(namespaces, ((each, each.replicas + each.surge) for each in rolling))
    for (namespace, _), held in refused.items():
        yield _refused(lab, namespaces[namespace], held)
    found = one_more(snapshot.nodes, snapshot.workloads, snapshot.uses, rolling)
    for stuck in by_shortage(snapshot, [Stuck(*each) for each in found]):
        yield _without_a_place(lab, snapshot, *stuck[0]) if len(stuck) == 1 else _without_places(lab, snapshot, stuck)


def _refused(lab: Lab, use: NamespaceUse, held: Sequence[HeldBack]) -> Finding:
    worst, names = most_needed(held), [each.workload.name for each in held]
    own = use.name.removeprefix(f"{use.tier}-")
    remedies = (*quota_remedies(lab, use, held), *(singleton_remedy(lab, held[0].workload) if len(held) == 1 else ()))
    said = (
        f"a rollout of {names[0]} starts a pod more before an old one goes, and {use.name} would then use "
        f"{worst.excess.sentence}: the API server refuses it, and every change to {names[0]} is stuck"
        if len(held) == 1
        else f"rollouts of {listed(names)} each start a pod more before an old one goes, and {use.name} would then "
        f"use up to {worst.excess.sentence} ({worst.workload.name}): the API server refuses it, and every change to "
        "them is stuck"
    )
    return ROLLOUT_EXCEEDS_QUOTA.finding(
        ("groups", own) if len(held) > 1 and own in lab.groups else worst.workload.path,
        said,
        any_of(remedies),
        about=field_of(worst.excess.resource),
        facts={"workloads": tuple(names), "needed": worst.excess.needed, "hard": worst.excess.hard},
        remedies=remedies,
    )


def _without_a_place(lab: Lab, snapshot: ClusterSnapshot, workload: Workload, reason: NoPlace) -> Finding:
    rolled = workload._replace(replicas=workload.replicas + workload.surge)
    found = blockers(rolled, reason, snapshot.nodes, snapshot.workloads)
    causes = "; ".join(sentence(each, rolled) for each in found)
    remedies = (
        *_of_its_kind(lab, snapshot, Pending(rolled, workload.surge, reason), found),
        *_smaller(lab, snapshot, workload, reason),
        *singleton_remedy(lab, workload),
        *_another_worker(lab, snapshot, [workload]),
    )
    return ROLLOUT_DOES_NOT_FIT.finding(
        workload.path,
        f"a rollout of {workload.name} starts a pod more before an old one goes, and that pod would stay Pending: "
        f"{f'{causes}. kube-scheduler: ' if causes else ''}{reason}",
        any_of(remedies) if remedies else NOTHING_HELPS,
        remedies=remedies,
        facts={"surge": workload.surge, "reason": str(reason)},
    )


def _without_places(lab: Lab, snapshot: ClusterSnapshot, stuck: Sequence[Stuck]) -> Finding:
    names = [each.workload.name for each in stuck]
    remedies = (*ending_first(lab, stuck), *_another_worker(lab, snapshot, [each.workload for each in stuck]))
    return ROLLOUT_DOES_NOT_FIT.finding(
        stuck[0].workload.path,
        f"rollouts of {listed(names)} each start a pod more before an old one goes, and that pod would stay Pending: "
        f"{shortage(snapshot, stuck)}",
        any_of(remedies) if remedies else NOTHING_HELPS,
        remedies=remedies,
        about=" ".join(sorted(stuck[0].reason.lacking)),
        facts={"workloads": tuple(names), "lacking": tuple(sorted(stuck[0].reason.lacking))},
    )


def _of_its_kind(lab: Lab, snapshot: ClusterSnapshot, pending: Pending, found: Sequence[Blocker]) -> Iterator[Remedy]:
    """Steps against what keeps the further pod off every node; fewer replicas are none, as there is one more again."""
    for remedy in blocker_remedies(lab, snapshot, pending, found):
        if not any(edit.path[-1] == "replicas" for edit in remedy.edits):
            yield remedy


def _smaller(lab: Lab, snapshot: ClusterSnapshot, workload: Workload, reason: NoPlace) -> Iterator[Remedy]:
    for resource in pod_requests(workload.pod):
        if reason.lacks(resource):
            most = largest_request(workload, resource, lambda smaller: _rolls_out(snapshot, smaller))
            smaller = requesting(workload, resource, most) if most else None
            if most and smaller and _rolls_out_anew(snapshot, smaller):
                yield request_remedy(lab, smaller, resource, most)


def _another_worker(lab: Lab, snapshot: ClusterSnapshot, rolling: Sequence[Workload]) -> Iterator[Remedy]:
    worker = standard_worker(snapshot.uses)
    further = (copy(worker),) if worker and has_memory_for(lab, worker.node.name) else ()
    larger = snapshot._replace(nodes=(*snapshot.nodes, *further))
    if worker and further and all(_rolls_out_anew(larger, each) for each in rolling):
        yield worker_remedy(worker.node.name)


def _rolls_out(snapshot: ClusterSnapshot, workload: Workload) -> bool:
    """Whether one more pod finds a place once all pods of a workload are as it says."""
    rolled = workload._replace(replicas=workload.replicas + workload.surge)
    return not _waiting(snapshot, rolled)


def _rolls_out_anew(snapshot: ClusterSnapshot, workload: Workload) -> bool:
    """The same after everything was placed anew."""
    changed = snapshot.changed(workload)
    uses, _ = changed.placed()
    return _rolls_out(changed._replace(uses=uses), workload)


def _waiting(snapshot: ClusterSnapshot, rolled: Workload) -> tuple[Pending, ...]:
    workloads = [rolled if each.key == rolled.key else each for each in snapshot.workloads]
    _, waiting = place(snapshot.nodes, workloads, snapshot.uses, snapshot.pending)
    return newly(waiting, snapshot.pending)

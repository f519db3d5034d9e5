"""Rollouts that start a new pod before an old one goes, and have no room for it."""

from collections.abc import Iterator, Mapping

from plan.capacity.quotas import Excess, exceeded
from plan.kubernetes.scheduling import one_more, place
from plan.model import Finding, NamespaceUse, Workload
from plan.model.findings import Rule
from plan.model.placement import NoPlace
from plan.model.resources import notation, pod_requests
from plan.scenarios.snapshot import ClusterSnapshot, newly
from plan.scenarios.trials import largest_request

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


def rollout_findings(snapshot: ClusterSnapshot, namespaces: Mapping[str, NamespaceUse]) -> Iterator[Finding]:
    """Deployments whose next rollout would stay where it is."""
    waits = {each.workload.key for each in snapshot.pending}
    rolling = [each for each in snapshot.workloads if each.surge and each.key not in waits]
    for workload in rolling:
        if workload.namespace in namespaces:
            for excess in exceeded(namespaces[workload.namespace], workload, workload.replicas + workload.surge):
                yield _refused(workload, excess)
    for workload, reason in one_more(snapshot.nodes, snapshot.workloads, snapshot.uses, rolling):
        yield _without_a_place(snapshot, workload, reason)


def _refused(workload: Workload, excess: Excess) -> Finding:
    return ROLLOUT_EXCEEDS_QUOTA.finding(
        workload.path,
        f"a rollout of {workload.name} starts a pod more before an old one goes, and {workload.namespace} would then "
        f"use {excess.sentence}: the API server refuses it, and every change to {workload.name} is stuck",
        f"{excess.smaller}write singleton: true where a short interruption does no harm (the old pod goes first), or "
        "raise the tier's quota",
    )


def _without_a_place(snapshot: ClusterSnapshot, workload: Workload, reason: NoPlace) -> Finding:
    return ROLLOUT_DOES_NOT_FIT.finding(
        workload.path,
        f"a rollout of {workload.name} starts a pod more before an old one goes, and that pod would stay Pending: "
        f"{reason}",
        f"{''.join(_smaller(snapshot, workload, reason))}write singleton: true where a short interruption does no "
        "harm (the old pod goes first), or add a worker",
    )


def _smaller(snapshot: ClusterSnapshot, workload: Workload, reason: NoPlace) -> Iterator[str]:
    for resource in pod_requests(workload.pod):
        if reason.lacks(resource):
            most = largest_request(workload, resource, lambda smaller: _rolls_out(snapshot, smaller))
            if most:
                yield f"request at most {notation(resource, most)} of {resource} for each pod, "


def _rolls_out(snapshot: ClusterSnapshot, workload: Workload) -> bool:
    """Whether one more pod finds a place once all pods of a workload are as it says."""
    rolled = workload._replace(replicas=workload.replicas + workload.surge)
    workloads = [rolled if each.key == workload.key else each for each in snapshot.workloads]
    _, waiting = place(snapshot.nodes, workloads, snapshot.uses)
    return not newly(waiting, snapshot.pending)

"""Autoscalers that may ask for more pods than there is room for."""

from collections.abc import Iterator, Mapping

from plan.capacity.quotas import Excess, exceeded
from plan.kubernetes.scheduling import place
from plan.model import Finding, NamespaceUse, Pending, Workload
from plan.model.findings import Rule
from plan.scenarios.snapshot import ClusterSnapshot, newly

AUTOSCALER_DOES_NOT_FIT = Rule(
    "AUTOSCALER-DOES-NOT-FIT",
    "warning",
    title="An autoscaler may ask for more pods than find a place",
    meaning=(
        "Everything fits while the autoscalers are at their minimum. Under load, all of them at once, the pods above "
        "stay Pending: the service gets no faster."
    ),
    remedy="Lower max_replicas to what fits, request less, or add a worker.",
)

AUTOSCALER_EXCEEDS_QUOTA = Rule(
    "AUTOSCALER-EXCEEDS-QUOTA",
    "warning",
    title="An autoscaler may ask for more than the quota allows",
    meaning=(
        "The API server refuses pods above the quota. The autoscaler goes on asking, and the service gets no faster."
    ),
    remedy="Lower max_replicas to what the message says, or raise the tier's quota.",
)


def scaling_findings(snapshot: ClusterSnapshot, namespaces: Mapping[str, NamespaceUse]) -> Iterator[Finding]:
    """Autoscaled workloads that do not get to their maximum: each against its quota, all together on the nodes."""
    scaled = {each.key: each._replace(replicas=each.max_replicas) for each in snapshot.workloads if each.max_replicas}
    for workload in snapshot.workloads:
        if workload.key in scaled and workload.namespace in namespaces:
            for excess in exceeded(namespaces[workload.namespace], workload, scaled[workload.key].replicas):
                yield _refused(workload, excess)
    if scaled:
        at_most = [scaled.get(each.key, each) for each in snapshot.workloads]
        _, waiting = place(snapshot.nodes, at_most, snapshot.uses)
        for pending in newly(waiting, snapshot.pending):
            if pending.workload.key in scaled:
                yield _without_a_place(pending)


def _refused(workload: Workload, excess: Excess) -> Finding:
    return AUTOSCALER_EXCEEDS_QUOTA.finding(
        (*workload.path, "autoscale"),
        f"at {workload.max_replicas} replicas of {workload.name}, {workload.namespace} would use {excess.sentence}: "
        "the API server refuses the pods above it",
        f"write max_replicas: {excess.pods}, or raise the tier's quota",
    )


def _without_a_place(pending: Pending) -> Finding:
    workload = pending.workload
    return AUTOSCALER_DOES_NOT_FIT.finding(
        (*workload.path, "autoscale"),
        f"{pending.pods} of the {workload.replicas} pods that the autoscaler of {workload.name} may make would stay "
        f"Pending while all autoscalers are at their maximum: {pending.reason}",
        f"write max_replicas: {workload.replicas - pending.pods}, or add a worker",
    )

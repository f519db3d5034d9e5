"""Autoscalers that may ask for more pods than there is room for."""

from collections.abc import Iterator, Mapping, Sequence

from config.lab import Lab
from config.source import Path
from plan.capacity.groups import copy, standard_worker
from plan.capacity.hosts import has_memory_for
from plan.capacity.quotas import Excess, exceeded, field_of
from plan.kubernetes.scheduling import place
from plan.model import Edit, Finding, NamespaceUse, Pending, Remedy, Workload
from plan.model.findings import Rule
from plan.scenarios import edits
from plan.scenarios.blocker_words import sentence
from plan.scenarios.blockers import blockers
from plan.scenarios.quota_remedies import larger_quota
from plan.scenarios.remedies import NOTHING_HELPS, any_of, worker_remedy
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


def scaling_findings(lab: Lab, snapshot: ClusterSnapshot, namespaces: Mapping[str, NamespaceUse]) -> Iterator[Finding]:
    """Autoscaled workloads that do not get to their maximum: each against its quota, all together on the nodes."""
    scaled = {each.key: each._replace(replicas=each.max_replicas) for each in snapshot.workloads if each.max_replicas}
    for workload in snapshot.workloads:
        if workload.key in scaled and workload.namespace in namespaces:
            for excess in exceeded(namespaces[workload.namespace], workload, scaled[workload.key].replicas):
                yield _refused(lab, namespaces[workload.namespace], workload, excess)
    if scaled:
        at_most = [scaled.get(each.key, each) for each in snapshot.workloads]
        _, waiting = place(snapshot.nodes, at_most, snapshot.uses, snapshot.pending)
        for pending in newly(waiting, snapshot.pending):
            if pending.workload.key in scaled:
                yield _without_a_place(lab, snapshot, at_most, pending)


def _refused(lab: Lab, use: NamespaceUse, workload: Workload, excess: Excess) -> Finding:
    remedies = (
        *_at_most(lab, workload, excess.pods),
        larger_quota(use, excess.resource, excess.needed),
    )
    return AUTOSCALER_EXCEEDS_QUOTA.finding(
        _where(lab, workload),
        f"at {workload.max_replicas} replicas of {workload.name}, {workload.namespace} would use {excess.sentence}: "
        "the API server refuses the pods above it",
        any_of(remedies),
        about=field_of(excess.resource),
        remedies=remedies,
        facts={"max_replicas": workload.max_replicas, "needed": excess.needed, "hard": excess.hard},
    )


def _stated(lab: Lab, workload: Workload) -> bool:
    """Whether its autoscaler is a key of its file, and no object."""
    config = edits.stated_workload(lab, workload)
    return config is not None and config.autoscale is not None


def _where(lab: Lab, workload: Workload) -> Path:
    return (*workload.path, "autoscale") if _stated(lab, workload) else workload.path


def _at_most(lab: Lab, workload: Workload, pods: int) -> Iterator[Remedy]:
    """A lower maximum; below two pods there is nothing to scale."""
    stated = _stated(lab, workload)
    least = max(2, workload.replicas)
    if pods >= least:
        change = Edit((*workload.path, "autoscale", "max_replicas"), pods)
        key = "max_replicas" if stated else "maxReplicas"
        yield Remedy(f"write {key}: {pods} for {workload.name}", (change,) if stated else ())
    elif stated:
        yield Remedy(f"take autoscale out of {workload.name}", (Edit((*workload.path, "autoscale")),))


def _without_a_place(lab: Lab, snapshot: ClusterSnapshot, at_most: Sequence[Workload], pending: Pending) -> Finding:
    workload = pending.workload
    remedies = (
        *_at_most(lab, workload, workload.replicas - pending.pods),
        *_another_worker(lab, snapshot, at_most, workload),
    )
    causes = "; ".join(sentence(each, workload) for each in blockers(workload, pending.reason, snapshot.nodes, at_most))
    return AUTOSCALER_DOES_NOT_FIT.finding(
        _where(lab, workload),
        f"{pending.pods} of the {workload.replicas} pods that the autoscaler of {workload.name} may make would stay "
        "Pending while all autoscalers are at their maximum: "
        f"{f'{causes}. kube-scheduler: ' if causes else ''}{pending.reason}",
        any_of(remedies) or NOTHING_HELPS,
        remedies=remedies,
        facts={"pods": pending.pods, "replicas": workload.replicas, "reason": str(pending.reason)},
    )


def _another_worker(
    lab: Lab, snapshot: ClusterSnapshot, at_most: Sequence[Workload], workload: Workload
) -> Iterator[Remedy]:
    worker = standard_worker(snapshot.uses)
    if worker and has_memory_for(lab, worker.node.name):
        further = snapshot._replace(nodes=(*snapshot.nodes, copy(worker)))
        uses, pending = further.placed()
        _, waiting = place(further.nodes, at_most, uses)
        if workload.key not in {each.workload.key for each in newly(waiting, pending)}:
            yield worker_remedy(worker.node.name)

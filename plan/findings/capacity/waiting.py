"""Findings about pods that find no place: one for each cause."""

from collections.abc import Hashable, Iterator, Sequence

from config.lab import Lab
from plan.model import Finding, Pending
from plan.model.findings import Rule
from plan.scenarios.as_found import severity_of_waiting
from plan.scenarios.blocker_remedies import remedies_together
from plan.scenarios.blocker_words import sentence
from plan.scenarios.blockers import Blocker
from plan.scenarios.remedies import CHANGE_IT, MOST_TRIED, ONE_BY_ONE, advice, any_of, causes_of
from plan.scenarios.snapshot import ClusterSnapshot
from plan.wording import listed, plural

DOES_NOT_FIT = Rule(
    "DOES-NOT-FIT",
    ("error", "warning"),
    title="Pods would stay Pending",
    meaning=(
        "No node takes the pod. All pods are placed with the filters, scores and preemption of kube-scheduler, the "
        "most important first; the message ends in the scheduler's own words."
    ),
    remedy=(
        "Do one of the things that the finding names. Each was tried in the plan, alone, with everything else as it "
        "is: after it nothing waits that did not wait before. For more than a few workloads only the first are tried. "
        "It is a warning for pods that are declared as they were found: they may wait already, and an `up` that leaves "
        "them as they are does not wait for them."
    ),
)

MOST_NAMED = 20
"""Workloads that a message names: all of them are in the facts."""


def waiting_findings(lab: Lab, snapshot: ClusterSnapshot) -> Iterator[Finding]:
    """A finding for each workload that waits, and one for all that wait for the same cause."""
    groups: dict[Hashable, list[Pending]] = {}
    alone = 0
    for pending in snapshot.pending:
        key: Hashable = causes_of(snapshot, pending)
        if not key and alone < MOST_TRIED:
            key, alone = pending.workload.key, alone + 1
        groups.setdefault(key or pending.reason.lacking, []).append(pending)
    for number, group in enumerate(groups.values()):
        if len(group) == 1:
            yield _alone(lab, snapshot, group[0], tried=number < MOST_TRIED)
        else:
            yield _together(lab, snapshot, group)


def _alone(lab: Lab, snapshot: ClusterSnapshot, pending: Pending, *, tried: bool) -> Finding:
    workload = pending.workload
    advised = advice(lab, snapshot, pending, tried=tried)
    return DOES_NOT_FIT.finding(
        workload.path,
        f"{pending.pods} of {workload.replicas} pods of {workload.name} would stay Pending: "
        f"{advised.explained(pending)}",
        advised.fix,
        severity=severity_of_waiting(lab, (workload,)),
        facts={"pods": pending.pods, "replicas": workload.replicas},
        remedies=advised.remedies,
    )


def _together(lab: Lab, snapshot: ClusterSnapshot, group: Sequence[Pending]) -> Finding:
    first = group[0]
    pods = sum(each.pods for each in group)
    causes = causes_of(snapshot, first)
    remedies = tuple(remedies_together(lab, snapshot, group, causes))
    named = listed([f"{each.workload.name} ({each.pods})" for each in group], MOST_NAMED)
    return DOES_NOT_FIT.finding(
        first.workload.path,
        f"{plural(pods, 'pod')} of {plural(len(group), 'workload')} would stay Pending for one cause: "
        f"{_cause(causes, first)}. They are {named}. kube-scheduler, of {first.workload.name}: {first.reason}",
        any_of(remedies) or (CHANGE_IT if causes else ONE_BY_ONE),
        severity=severity_of_waiting(lab, (each.workload for each in group)),
        facts={
            "pods": pods,
            "replicas": sum(each.workload.replicas for each in group),
            "workloads": tuple(each.workload.name for each in group),
            "services": tuple(dict.fromkeys(each.workload.service for each in group)),
        },
        remedies=remedies,
    )


def _cause(causes: Sequence[Blocker], first: Pending) -> str:
    if causes:
        return "; ".join(sentence(each, first.workload) for each in causes)
    lacking = sorted(first.reason.lacking)
    return f"the nodes that take them have too little {' and '.join(lacking)} left"

"""Jobs that find no place next to what runs all the time."""

from collections.abc import Iterator

from config.lab import Lab
from plan.kubernetes.scheduling import one_more
from plan.model import Finding, Pending
from plan.model.findings import Rule
from plan.scenarios.as_found import severity_of_waiting
from plan.scenarios.remedies import MOST_TRIED, advice
from plan.scenarios.snapshot import ClusterSnapshot

JOB_DOES_NOT_FIT = Rule(
    "JOB-DOES-NOT-FIT",
    ("error", "warning"),
    title="A job finds no place next to what runs",
    meaning=(
        "The pod of the job was placed next to everything that runs all the time, and no node takes it: it waits until"
        " its deadline, every time. A backup that never runs is noticed when it is needed."
    ),
    remedy="Request less, or add a worker. It is a warning for jobs that are declared as they were found.",
)


def job_findings(lab: Lab, snapshot: ClusterSnapshot) -> Iterator[Finding]:
    """Jobs and cronjobs whose pod would always stay Pending, though everything that runs all the time has a place."""
    waiting = {each.workload.service for each in snapshot.pending}
    jobs = [each for each in snapshot.workloads if not each.is_steady and each.service not in waiting]
    stuck = [
        Pending(workload._replace(controller="Deployment"), workload.replicas, reason)
        for workload, reason in one_more(snapshot.nodes, snapshot.workloads, snapshot.uses, jobs)
    ]
    running = snapshot._replace(
        workloads=(*snapshot.workloads, *(each.workload for each in stuck)), pending=(*stuck, *snapshot.pending)
    )
    for number, pending in enumerate(stuck):
        workload = pending.workload
        advised = advice(lab, running, pending, tried=number < MOST_TRIED)
        yield JOB_DOES_NOT_FIT.finding(
            workload.path,
            f"the pod of {workload.name} would stay Pending next to what runs all the time: "
            f"{advised.explained(pending)}",
            advised.fix,
            severity=severity_of_waiting(lab, [workload]),
            remedies=advised.remedies,
            facts={"reason": str(pending.reason)},
        )

"""A rehearsal as JSON."""

from cli.reports.document import Document, Report
from plan import Plan
from rehearsal.outcome import written_key
from rehearsal.rehearse import Step, foretold


class WaitingReport(Report):
    """Pods that wait, and the scheduler's words."""

    workload: str
    pods: int
    reason: str


class MissingReport(Report):
    """Pods that were never made."""

    workload: str
    pods: int


class RefusedReport(Report):
    """An object that the cluster refused, and the codes of the findings that had said so."""

    object: str
    by: str
    message: str
    foretold: tuple[str, ...]


class NodeOutcomeReport(Report):
    """Pods and volumes on a node."""

    name: str
    pods: int
    volumes: int


class ForeseenReport(Report):
    """Pods that find no place according to the planner."""

    workload: str
    namespace: str
    pods: int
    reason: str


class DisagreementReport(Report):
    """Pods that wait on the control plane, and those that should according to the planner."""

    workload: str
    waiting: int
    predicted: int


class StepReport(Report):
    """The outcome of applying the lab, or of an event."""

    event: str
    fine: bool
    settled: bool
    settle_seconds: float
    objects_applied: int
    apply_seconds: float
    placing_seconds: float | None
    running_pods: int
    waiting: tuple[WaitingReport, ...]
    missing: tuple[MissingReport, ...]
    refused: tuple[RefusedReport, ...]
    kept: str | None
    nodes: tuple[NodeOutcomeReport, ...]
    predicted: tuple[ForeseenReport, ...]
    disagreements: tuple[DisagreementReport, ...]


class RehearsalReport(Document):
    """A whole rehearsal."""

    lab: str
    fine: bool
    ready_seconds: float
    applied_by: str
    steps: tuple[StepReport, ...]


def rehearsal_report(plan: Plan, ready_seconds: float, applied_by: str, steps: list[Step]) -> RehearsalReport:
    """A rehearsal for programs."""
    return RehearsalReport(
        lab=plan.lab.name,
        fine=all(step.is_fine for step in steps),
        ready_seconds=round(ready_seconds, 1),
        applied_by=applied_by,
        steps=tuple(_step_report(plan, step) for step in steps),
    )


def _step_report(plan: Plan, step: Step) -> StepReport:
    outcome = step.outcome
    return StepReport(
        event=step.event,
        fine=step.is_fine,
        settled=outcome.settled,
        settle_seconds=round(outcome.seconds, 1),
        objects_applied=step.objects,
        apply_seconds=round(step.apply_seconds, 1),
        placing_seconds=outcome.placing_seconds if step.objects else None,
        running_pods=outcome.running,
        waiting=tuple(
            WaitingReport(workload=written_key(each.key), pods=pods, reason=words)
            for each in outcome.waiting
            for words, pods in each.waiting.items()
        ),
        missing=tuple(
            MissingReport(workload=written_key(each.key), pods=each.missing)
            for each in outcome.workloads
            if each.missing
        ),
        refused=tuple(
            RefusedReport(
                object=written_key(each.what),
                by=each.by,
                message=each.message,
                foretold=tuple(finding.code for finding in foretold(plan, each)),
            )
            for each in outcome.refusals
        ),
        kept=step.kept,
        nodes=tuple(NodeOutcomeReport(name=each.name, pods=each.pods, volumes=each.volumes) for each in outcome.nodes),
        predicted=tuple(
            ForeseenReport(
                workload=each.workload.name, namespace=each.workload.namespace, pods=each.pods, reason=str(each.reason)
            )
            for each in step.predicted
        ),
        disagreements=tuple(
            DisagreementReport(workload=written_key(each.key), waiting=each.waiting, predicted=each.planned)
            for each in step.disagreements
        ),
    )

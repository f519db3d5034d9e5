"""Whether the number of workers fits the cluster, as JSON."""

from datetime import date

from cli.reports.document import Document, Report
from cli.reports.finding import FindingReport, finding_report
from cli.reports.gap import GapReport, gap_reports
from observation import Observation
from operations.scale import Condition, NoTrend, Removal, Scale, Trend
from operations.scale.worker import NewWorker


class ConditionReport(Report):
    """A condition of the runbook; shares are parts of 1, and null is not known."""

    subject: str
    state: str
    now: float | None
    threshold: float
    has_to_hold_days: float
    held_days: float | None
    recorded_days: float


class TrendReport(Report):
    """When a measure reaches its threshold; `reached` is null where that cannot be said, and `why` says why."""

    measure: str
    reached: date | None
    per_week: float | None
    threshold: float | None
    days: int
    why: str | None


class RemovalReport(Report):
    """A node, and the one thing that keeps it; `kept_by` is null where it could go.

    `needed` and `there` are bytes of memory, millicores of CPU or volumes.
    """

    node: str
    pods: int
    memory_bytes: int
    kept_by: str | None
    about: str
    needed: int | None
    there: int | None


class NewWorkerReport(Report):
    """A worker that could be added, the host's room for it, and what a plan with it finds new."""

    name: str
    entry: str
    """The line of `machines.yaml`."""
    host_has_room_for: int | None
    """How many such workers; null where no host is declared."""
    new_findings: tuple[FindingReport, ...]
    gone_findings: tuple[str, ...]
    """Codes of findings that the plan with it no longer has."""


class ScaleReport(Document):
    """The answer of `homelab scale`."""

    source: str
    history: str | None
    verdict: str
    reasons_to_add: tuple[ConditionReport, ...]
    conditions_to_remove: tuple[ConditionReport, ...]
    trends: tuple[TrendReport, ...]
    removals: tuple[RemovalReport, ...]
    new_worker: NewWorkerReport | None
    """Only with a lab."""
    not_asked: tuple[GapReport, ...]


def scale_report(scale: Scale, new_worker: NewWorker | None, observation: Observation) -> ScaleReport:
    """The verdict for programs."""
    return ScaleReport(
        source=observation.source,
        history=observation.history.source if observation.history else None,
        verdict=scale.verdict,
        reasons_to_add=tuple(_condition(each) for each in scale.to_add),
        conditions_to_remove=tuple(_condition(each) for each in scale.to_remove),
        trends=tuple(_trend(each) for each in scale.trends),
        removals=tuple(_removal(each) for each in scale.removals),
        new_worker=_new_worker(new_worker) if new_worker else None,
        not_asked=gap_reports(observation.gaps),
    )


def _new_worker(worker: NewWorker) -> NewWorkerReport:
    return NewWorkerReport(
        name=worker.name,
        entry=worker.entry,
        host_has_room_for=worker.host_has_room_for,
        new_findings=tuple(finding_report(worker.plan.lab, each) for each in worker.new_findings),
        gone_findings=worker.gone_findings,
    )


def _condition(condition: Condition) -> ConditionReport:
    return ConditionReport(
        subject=condition.subject,
        state=condition.state,
        now=condition.now,
        threshold=condition.threshold,
        has_to_hold_days=condition.dwell_days,
        held_days=condition.held_days,
        recorded_days=condition.seen_days,
    )


def _trend(trend: Trend | NoTrend) -> TrendReport:
    if isinstance(trend, Trend):
        return TrendReport(
            measure=trend.measure,
            reached=trend.reached.date(),
            per_week=round(trend.per_week, 4),
            threshold=trend.threshold,
            days=trend.days,
            why=None,
        )
    return TrendReport(
        measure=trend.measure, reached=None, per_week=None, threshold=None, days=trend.days, why=trend.why
    )


def _removal(removal: Removal) -> RemovalReport:
    return RemovalReport(
        node=removal.node,
        pods=removal.pods,
        memory_bytes=removal.memory,
        kept_by=removal.kept_by,
        about=removal.about,
        needed=removal.needed,
        there=removal.there,
    )

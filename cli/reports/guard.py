"""The judgement of a preview as JSON."""

from typing import Literal

from cli.reports.document import Document, Report
from operations.guard import Judgement
from operations.guard.belonging import Belonging, Told
from operations.guard.consequence import Consequence, Verdict
from operations.guard.ending import Ending, Stop
from operations.guard.objects.live import Question, Unasked
from operations.guard.reading.preview import Missing
from plan.changes.effects import Effect
from plan.model import Severity


class ConsequenceReport(Report):
    """One effect of an `up` on one machine or object."""

    effect: Effect
    severity: Severity
    verdict: Verdict
    target: str
    causes: tuple[str, ...]
    message: str
    fix: str


class JudgedConsequenceReport(ConsequenceReport):
    """The same, and whether it was allowed by name."""

    allowed: bool


class StopReport(Report):
    """Where the `up` stops: at something protected, or at an error of the engine."""

    target: str
    protected: bool
    why: str
    commands: tuple[str, ...]
    afterwards: str


class MissingReport(Report):
    """Steps that the preview counts and does not show."""

    operation: str
    counted: int
    shown: int


class EndingReport(Report):
    """How far the preview came, and what an `up` that skips its preview does before it stops."""

    whole: bool
    stops: tuple[StopReport, ...]
    missing: tuple[MissingReport, ...]
    creates_before: int
    updates_before: int
    deletes_before: int


class UnaskedReport(Report):
    """Something that nobody was asked about, and the options that would answer it."""

    question: Question
    objects: int
    needs: tuple[str, ...]


class GuardReport(Document):
    """The judgement of a preview: what is refused by name, how many of each verdict, all consequences, worst first."""

    valid: Literal[True] = True
    lab: str
    lab_told: Told
    passes: bool
    counts: dict[Verdict, int]
    refused: tuple[str, ...]
    ending: EndingReport
    unasked: tuple[UnaskedReport, ...]
    consequences: tuple[JudgedConsequenceReport, ...]


def guard_report(judgement: Judgement, of: Belonging) -> GuardReport:
    """A judgement for programs."""
    return GuardReport(
        lab=of.lab,
        lab_told=of.told,
        passes=judgement.passes,
        counts=dict(judgement.counts),
        refused=tuple(each.name for each in judgement.refused),
        ending=_ending_report(judgement.ending),
        unasked=tuple(_unasked_report(each) for each in judgement.unasked),
        consequences=tuple(
            JudgedConsequenceReport(**dict(consequence_report(each)), allowed=each.name in judgement.allowed)
            for each in judgement.consequences
        ),
    )


def consequence_report(consequence: Consequence) -> ConsequenceReport:
    """A consequence for programs."""
    return ConsequenceReport(**consequence._asdict(), verdict=consequence.verdict)


def _ending_report(ending: Ending) -> EndingReport:
    return EndingReport(
        whole=ending.is_whole,
        stops=tuple(StopReport(**each._asdict()) for each in ending.stops),
        missing=tuple(
            MissingReport(operation=each.op, counted=each.counted, shown=each.shown) for each in ending.missing
        ),
        creates_before=ending.creates,
        updates_before=ending.updates,
        deletes_before=ending.deletes,
    )


def _unasked_report(unasked: Unasked) -> UnaskedReport:
    return UnaskedReport(**unasked._asdict())


def judgement_of(report: GuardReport) -> Judgement:
    """The judgement that a report is of."""
    return Judgement(
        tuple(consequence_of(each) for each in report.consequences),
        frozenset(consequence_of(each).name for each in report.consequences if each.allowed),
        _ending_of(report.ending),
        tuple(Unasked(each.question, each.objects, each.needs) for each in report.unasked),
    )


def consequence_of(report: ConsequenceReport) -> Consequence:
    """The consequence that a report is of."""
    return Consequence(report.effect, report.severity, report.target, report.causes, report.message, report.fix)


def _ending_of(report: EndingReport) -> Ending:
    return Ending(
        tuple(Stop(each.target, each.protected, each.why, each.commands, each.afterwards) for each in report.stops),
        tuple(Missing(each.operation, each.counted, each.shown) for each in report.missing),
        report.creates_before,
        report.updates_before,
        report.deletes_before,
        0,
    )

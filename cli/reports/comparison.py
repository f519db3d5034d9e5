"""A comparison of two plans as JSON."""

from typing import Any, Literal

from cli.reports.document import Document, Report, plain
from cli.reports.guard import ConsequenceReport, consequence_report
from operations.guard.consequence import Consequence
from plan.changes.comparison import (
    Comparison,
    Difference,
    FigureChange,
    FileChange,
    LossChange,
    Status,
    SubjectChange,
    VerdictChange,
)
from plan.changes.files import Subject, SubjectKind
from plan.model import Severity
from plan.model.findings import Fact


class DifferenceReport(Report):
    """A field that is not the same."""

    path: str
    before: Any
    after: Any


class FileReport(Report):
    """A file that is not the same."""

    name: str
    status: Status
    differences: tuple[DifferenceReport, ...]


class SubjectReport(Report):
    """A service, a machine, a tier or something else that is not the same."""

    kind: SubjectKind
    name: str
    status: Status
    files: tuple[FileReport, ...]


class FigureReport(Report):
    """A number that is not the same."""

    of: str
    figure: str
    before: str
    after: str


class VerdictReport(Report):
    """A finding that is new, gone or changed; `latent` where it is an error only when a pod is recreated."""

    status: Status
    is_latent: bool
    code: str
    severity: Severity | Literal["latent"]
    path: str
    about: str
    message: str
    file: str | None
    line: int | None
    fix: str
    facts: dict[str, Fact]
    because: tuple[str, ...]
    """The changes that bring it, where it is about a service that was not changed."""


class LossChangeReport(Report):
    """A loss that comes to something else: what finds no place then or is out of reach."""

    event: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class ComparisonReport(Document):
    """All that is not the same."""

    against: str
    subjects: tuple[SubjectReport, ...]
    consequences: tuple[ConsequenceReport, ...]
    figures: tuple[FigureReport, ...]
    verdicts: tuple[VerdictReport, ...]
    losses: tuple[LossChangeReport, ...]


def comparison_report(comparison: Comparison, consequences: tuple[Consequence, ...]) -> ComparisonReport:
    """A comparison for programs."""
    return ComparisonReport(
        against=comparison.before,
        subjects=tuple(_subject_report(each) for each in comparison.subjects),
        consequences=tuple(consequence_report(each) for each in consequences),
        figures=tuple(FigureReport(**each._asdict()) for each in comparison.figures),
        verdicts=tuple(_verdict_report(each) for each in comparison.verdicts),
        losses=tuple(_loss_report(each) for each in comparison.losses),
    )


def _subject_report(change: SubjectChange) -> SubjectReport:
    return SubjectReport(
        kind=change.subject.kind,
        name=change.subject.name,
        status=change.status,
        files=tuple(_file_report(each) for each in change.files),
    )


def _file_report(file: FileChange) -> FileReport:
    return FileReport(
        name=file.name,
        status=file.status,
        differences=tuple(DifferenceReport(**each._asdict()) for each in file.differences),
    )


def _verdict_report(change: VerdictChange) -> VerdictReport:
    said = {"status": change.status, "is_latent": change.is_latent, "severity": change.severity}
    said |= {"because": change.because}
    return VerdictReport.model_validate({**change.finding, **said})


def _loss_report(change: LossChange) -> LossChangeReport:
    return LossChangeReport(event=change.event, name=change.name, before=change.before, after=change.after)


def comparison_of(report: ComparisonReport) -> Comparison:
    """The comparison that a report is of."""
    return Comparison(
        before=report.against,
        subjects=tuple(_subject_change(each) for each in report.subjects),
        figures=tuple(FigureChange(each.of, each.figure, each.before, each.after) for each in report.figures),
        verdicts=tuple(
            VerdictChange(each.status, plain(each), each.is_latent, each.because) for each in report.verdicts
        ),
        losses=tuple(LossChange(each.event, each.name, each.before, each.after) for each in report.losses),
    )


def _subject_change(report: SubjectReport) -> SubjectChange:
    files = tuple(
        FileChange(
            each.name, each.status, tuple(Difference(one.path, one.before, one.after) for one in each.differences)
        )
        for each in report.files
    )
    return SubjectChange(Subject(report.kind, report.name), report.status, files)

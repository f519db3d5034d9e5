"""The judgement of a preview as JSON."""

from cli.reports.document import Document, Report
from operations.guard import Judgement
from operations.guard.consequence import Consequence
from plan.changes.provider_rules import Effect
from plan.model import Severity


class ConsequenceReport(Report):
    """One effect of an `up` on one machine or object."""

    effect: Effect
    severity: Severity
    target: str
    causes: tuple[str, ...]
    message: str
    fix: str


class JudgedConsequenceReport(ConsequenceReport):
    """The same, and whether it was allowed by name."""

    allowed: bool


class GuardReport(Document):
    """The judgement of a preview: the names of what is refused, and all consequences, worst first."""

    valid: bool
    refused: tuple[str, ...]
    consequences: tuple[JudgedConsequenceReport, ...]


def guard_report(judgement: Judgement) -> GuardReport:
    """A judgement for programs."""
    return GuardReport(
        valid=True,
        refused=tuple(each.name for each in judgement.refused),
        consequences=tuple(
            JudgedConsequenceReport(**dict(consequence_report(each)), allowed=each.name in judgement.allowed)
            for each in judgement.consequences
        ),
    )


def consequence_report(consequence: Consequence) -> ConsequenceReport:
    """A consequence for programs."""
    return ConsequenceReport(**consequence._asdict())

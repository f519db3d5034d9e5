"""Departures of a service as JSON."""

from cli.reports.adopt_cluster import DifferenceReport, difference_report
from cli.reports.document import Document, Report
from operations.adopt.tidy.tidy import Possible, Tidied


class MovedReport(Report):
    """An object that is made anew elsewhere."""

    old: str
    new: str


class PossibleReport(Report):
    """A departure that can be taken out, and what happens then."""

    departure: str
    effect: str
    differences: tuple[DifferenceReport, ...]
    moved: tuple[MovedReport, ...]
    deleted: tuple[str, ...]
    created: tuple[str, ...]
    steps: tuple[str, ...]
    errors: tuple[str, ...]


class KeptReport(Report):
    """A departure that cannot go by itself."""

    departure: str
    reason: str


class TidyReport(Document):
    """The departures of a service."""

    service: str
    written: bool
    taken_out: str | None
    possible: tuple[PossibleReport, ...]
    kept: tuple[KeptReport, ...]


def tidy_report(found: Tidied, chosen: Possible | None, *, written: bool) -> TidyReport:
    """The departures of a service for programs."""
    return TidyReport(
        service=found.service,
        written=written,
        taken_out=str(chosen.departure) if chosen else None,
        possible=tuple(map(_possible, found.possible)),
        kept=tuple(KeptReport(departure=str(each.departure), reason=each.reason) for each in found.kept),
    )


def _possible(each: Possible) -> PossibleReport:
    change = each.change
    return PossibleReport(
        departure=str(each.departure),
        effect=change.effect,
        differences=tuple(map(difference_report, change.differences)),
        moved=tuple(MovedReport(old=str(one.old), new=str(one.new)) for one in change.moved),
        deleted=tuple(map(str, change.deleted)),
        created=tuple(map(str, change.created)),
        steps=each.steps,
        errors=each.errors,
    )

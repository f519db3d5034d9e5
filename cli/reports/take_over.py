"""Outcome of taking over, as JSON."""

from typing import Any

from cli.reports.document import Document, Report
from operations.adopt.takeover.run import Outcome


class TakenDifference(Report):
    """A field that the next `up` changes."""

    path: str
    live: Any
    stated: Any
    effect: str


class TakenReport(Report):
    """An object that is in the state now."""

    object: str
    differences: tuple[TakenDifference, ...]


class UnfitReport(Report):
    """An object that cannot become what is stated."""

    object: str
    reason: str


class TakeOverReport(Document):
    """Resources that were taken over."""

    stack: str
    imported: bool
    taken: tuple[TakenReport, ...]
    owners_moved: int
    missing: tuple[str, ...]
    unfit: tuple[UnfitReport, ...]
    elsewhere: tuple[str, ...]
    preview: dict[str, int]
    """Steps of the next `up`, counted by operation; empty where nothing was imported."""


def take_over_report(stack: str, outcome: Outcome, dry_run: bool) -> TakeOverReport:
    """A take-over for programs."""
    found = outcome.take_over
    return TakeOverReport(
        stack=stack,
        imported=bool(found.taken) and not dry_run,
        taken=tuple(
            TakenReport(
                object=str(each.key),
                differences=tuple(
                    TakenDifference(path=".".join(one.path), live=one.live, stated=one.stated, effect=one.effect)
                    for one in each.differences
                ),
            )
            for each in found.taken
        ),
        owners_moved=outcome.moved,
        missing=found.missing,
        unfit=tuple(UnfitReport(object=name, reason=reason) for name, reason in found.unfit),
        elsewhere=found.elsewhere,
        preview=dict(outcome.left),
    )

"""Questions that a cluster did not answer, as JSON."""

from collections.abc import Iterable

from cli.reports.document import Report
from observation.model import Gap, Why


class GapReport(Report):
    """Something that could not be asked, so that no finding is about it."""

    subject: str
    why: Why
    detail: str


def gap_reports(gaps: Iterable[Gap]) -> tuple[GapReport, ...]:
    """The gaps of an observation."""
    return tuple(GapReport(**each._asdict()) for each in gaps)

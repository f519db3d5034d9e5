"""Input that a command refuses, as JSON."""

from typing import Literal

from cli.reports.document import Document, Report
from config.load import InvalidLab


class Refusal(Document):
    """A command that does not begin, and why."""

    valid: Literal[False] = False
    message: str


class ProblemReport(Report):
    """A mistake in a lab's files."""

    file: str
    line: int
    column: int
    code: str
    """Of the page that explains it: `homelab explain CODE`."""
    path: str
    message: str


class InvalidLabReport(Document):
    """A lab that cannot be planned, with all of its mistakes."""

    lab: str
    valid: Literal[False] = False
    problems: tuple[ProblemReport, ...]


def invalid_lab_report(lab: str, error: InvalidLab) -> InvalidLabReport:
    """An invalid lab for programs."""
    return InvalidLabReport(
        lab=lab,
        problems=tuple(
            ProblemReport(
                file=problem.place.file,
                line=problem.place.line,
                column=problem.place.column,
                code=problem.code,
                path=problem.dotted,
                message=problem.message,
            )
            for problem in error.problems
        ),
    )

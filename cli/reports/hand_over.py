"""How the old tools release their objects, as JSON."""

from cli.reports.document import Document, Report
from operations.adopt.cluster.hand_over import HandOver


class StepReport(Report):
    """Something to do."""

    tool: str
    purpose: str
    command: str


class StillWritingReport(Report):
    """A tool that wrote to an object after it was taken over."""

    object: str
    manager: str
    time: str


class HandOverReport(Document):
    """The steps in their order, and who still writes."""

    steps: tuple[StepReport, ...]
    taken_over: int
    still_writing: tuple[StillWritingReport, ...]


def hand_over_report(found: HandOver) -> HandOverReport:
    """A hand-over for programs."""
    return HandOverReport(
        steps=tuple(StepReport(tool=each.tool, purpose=each.purpose, command=each.command) for each in found.steps),
        taken_over=found.taken_over,
        still_writing=tuple(
            StillWritingReport(object=str(each.key), manager=each.manager, time=each.time)
            for each in found.still_writing
        ),
    )

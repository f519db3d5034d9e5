"""`homelab comment`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from cli.exits import ERRORS, FINE
from cli.forge import forge_of
from cli.output import refuse_input
from cli.reports.comparison import ComparisonReport, comparison_of
from cli.reports.document import Document, plain
from cli.reports.guard import GuardReport, consequence_of, judgement_of
from cli.reports.plan import PlanReport
from cli.reports.reading import NoReport, read_report
from cli.reports.refusal import InvalidLabReport, Refusal
from cli.reports.up import UpReport
from cli.text.comment import comment
from operations.clients.forge import ForgeFailed
from operations.review.publishing import marker, put_comment
from operations.review.review import NotChecked, Review, Source, standing

Read = TypeVar("Read", bound=Document)


class Reports(NamedTuple):
    """Files with what the commands before printed; None for what did not run."""

    plan: Path
    change: Path | None
    preview: Path | None


class Target(NamedTuple):
    """Where the comment goes."""

    api: str | None
    repository: str | None
    pull_request: int | None


def run_comment(lab: str, reports: Reports, link: str | None, target: Target, proposed: Sequence[str] = ()) -> int:
    """Print the comment of a pull request, or put it there. ERRORS is returned where it should not be merged."""
    review = read_review(lab, reports)
    text = comment(review, link, proposed)
    if target.pull_request is None:
        print(text, end="")
    else:
        try:
            done = put_comment(
                forge_of(target.api, target.repository), target.pull_request, marker("review", lab), text
            )
        except ForgeFailed as error:
            return refuse_input(str(error), "text")
        print(f"Comment on pull request {target.pull_request}: {done}.")
    return ERRORS if standing(review) == "fails" else FINE


def read_review(lab: str, reports: Reports) -> Review:
    """All that the files say; one that cannot be read is told as not checked."""
    gaps: list[NotChecked] = []
    plan = _read("plan", reports.plan, PlanReport, gaps)
    change = _read("change", reports.change, ComparisonReport, gaps)
    preview = _read("preview", reports.preview, GuardReport, gaps, UpReport)
    judged = preview.judgement if isinstance(preview, UpReport) else preview
    return Review(
        lab,
        tuple(_mistakes(plan)),
        plan.counts if isinstance(plan, PlanReport) else None,
        comparison_of(change) if isinstance(change, ComparisonReport) else None,
        tuple(map(consequence_of, change.consequences)) if isinstance(change, ComparisonReport) else (),
        judgement_of(judged) if isinstance(judged, GuardReport) else None,
        tuple(gaps),
        tuple(plain(each) for each in plan.findings if each.severity == "error")
        if isinstance(plan, PlanReport)
        else (),
        preview.steps_name if isinstance(preview, UpReport) else None,
    )


def _read(
    source: Source, file: Path | None, kind: type[Read], gaps: list[NotChecked], *others: type[Read]
) -> Read | InvalidLabReport | None:
    if file is None:
        gaps.append(NotChecked(source, "did not run", has_run=False))
        return None
    try:
        report = read_report(file, kind, *others)
    except NoReport as error:
        gaps.append(NotChecked(source, str(error), has_run=True))
        return None
    if isinstance(report, Refusal):
        gaps.append(NotChecked(source, report.message, has_run=True))
        return None
    if isinstance(report, InvalidLabReport) and source != "plan":
        gaps.append(NotChecked(source, "the lab is not valid", has_run=True))
    return report


def _mistakes(plan: Document | None) -> Iterator[str]:
    for each in plan.problems if isinstance(plan, InvalidLabReport) else ():
        yield f"{each.file}:{each.line}:{each.column}: {each.path}: {each.message}"

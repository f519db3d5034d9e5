"""The ailments of a cluster as text."""

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT, SEVERITY_STYLE
from cli.text.gaps import gap_lines
from observation.model import Gap, Observation
from operations.doctor.finding import Evidence, Finding
from plan.model import severity_counts
from plan.wording import plural, printable

_MOST = 8
"""Lines of evidence and of consequences that are shown of one finding; the others are in the JSON."""


def print_diagnosis(
    observed: Observation, findings: Sequence[Finding], not_asked: Sequence[Gap], console: Console
) -> None:
    """Print each cause with its evidence and remedy, then what could not be asked, then how many there are."""
    console.print(Text.assemble((observed.source, "bold"), f" at {observed.now:%Y-%m-%d %H:%M} UTC"))
    for finding in findings:
        console.print()
        for part in _finding(finding):
            console.print(part)
    if not_asked:
        console.print()
        for part in gap_lines(not_asked):
            console.print(part)
    console.print()
    console.print(_verdict(findings))


def _finding(finding: Finding) -> Iterator[RenderableType]:
    """Without line breaks of the cluster: a line may be a command to the log of a pipeline."""
    yield Text.assemble(
        (finding.severity, SEVERITY_STYLE[finding.severity]),
        " ",
        (finding.code, "bold"),
        f"  {printable(str(finding.subject))}",
    )
    yield Padding(printable(finding.message), INDENT, expand=False)
    if finding.severity != "info":
        yield from _lines("seen", finding.evidence)
        yield from _lines("so", finding.consequences)
    yield Padding(Text(f"fix: {printable(finding.fix)}", "green"), INDENT, expand=False)


def _lines(label: str, shown: Sequence[Evidence]) -> Iterator[RenderableType]:
    for each in shown[:_MOST]:
        shows = printable(each.shows)
        line = Text.assemble((f"{label}: ", "dim"), printable(str(each.object)), (f"  {shows}", "dim"))
        yield Padding(line, INDENT, expand=False)
    if len(shown) > _MOST:
        yield Padding(Text(f"{label}: {len(shown) - _MOST} more", "dim"), INDENT, expand=False)


def _verdict(findings: Sequence[Finding]) -> Text:
    counts = severity_counts(findings)
    tail = f"{plural(counts['warning'], 'warning')}, {plural(counts['info'], 'note')}."
    if counts["error"]:
        return Text.assemble((f"{plural(counts['error'], 'error')}", "bold red"), f", {tail}")
    if counts["warning"]:
        return Text.assemble(("No errors", "bold"), f", {tail}")
    return Text.assemble(("No problems were found in what was asked", "bold green"), f": no errors, {tail}")

"""Findings as text."""

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cli.lab import lab_option
from cli.text.console import INDENT, SEVERITY_STYLE
from config.lab import Lab
from config.source import dotted
from plan.model import SEVERITIES, Finding, Severity
from plan.wording import listed, plural

NOUNS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def findings(lab: Lab, shown: Iterable[Finding]) -> RenderableType:
    """Errors and warnings one by one; notes grouped by code."""
    lines: list[RenderableType] = [Text("Findings", "bold")]
    gathered: dict[str, list[Finding]] = {}
    for finding in shown:
        if finding.severity == "info":
            gathered.setdefault(finding.code, []).append(finding)
        else:
            lines += finding_text(lab, finding)
    for code, alike in gathered.items():
        lines += finding_text(lab, alike[0]) if len(alike) == 1 else [_gathered(lab, code, alike)]
    return Group(*lines) if len(lines) > 1 else Text("No findings.", "bold green")


def print_findings(lab: Lab, shown: Sequence[Finding], console: Console) -> None:
    """Print each finding with its place, none gathered, and how many there are."""
    for finding in shown:
        for part in finding_text(lab, finding):
            console.print(part)
    severities = [finding.severity for finding in shown]
    counts = (plural(severities.count(each), NOUNS[each]) for each in SEVERITIES if each in severities)
    console.print(Text(", ".join(counts) or "No findings.", "bold"))


def finding_text(lab: Lab, finding: Finding) -> list[RenderableType]:
    """One finding: its code and place, its message, its fix."""
    place = lab.place(finding.path)
    where = f"{place.file}:{place.line}" if place else dotted(finding.path)
    return [
        Text.assemble((finding.severity, SEVERITY_STYLE[finding.severity]), " ", (finding.code, "bold"), f"  {where}"),
        Padding(finding.message, INDENT, expand=False),
        Padding(Text(f"fix: {finding.fix}", "green"), INDENT, expand=False),
    ]


def _gathered(lab: Lab, code: str, alike: list[Finding]) -> Text:
    names = list(dict.fromkeys(str(finding.path[1]) for finding in alike))
    return Text.assemble(
        ("info", SEVERITY_STYLE["info"]),
        " ",
        (code, "bold"),
        f"  {len(alike)} times, in {listed(names)} (each with its place: homelab findings {code}{lab_option(lab)})",
    )

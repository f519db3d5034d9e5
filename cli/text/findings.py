"""Findings as text."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT, SEVERITY_STYLE
from config.lab import Lab
from config.source import dotted
from plan.model import Finding
from plan.wording import listed


def findings(lab: Lab, shown: Iterable[Finding]) -> RenderableType:
    """Errors and warnings one by one; what is only worth knowing, gathered by code."""
    lines: list[RenderableType] = [Text("Findings", "bold")]
    gathered: dict[str, list[Finding]] = {}
    for finding in shown:
        if finding.severity == "info":
            gathered.setdefault(finding.code, []).append(finding)
        else:
            lines += finding_text(lab, finding)
    for code, alike in gathered.items():
        lines += finding_text(lab, alike[0]) if len(alike) == 1 else [_gathered(code, alike)]
    return Group(*lines) if len(lines) > 1 else Text("No findings.", "bold green")


def finding_text(lab: Lab, finding: Finding) -> list[RenderableType]:
    """One finding: its code and place, its message, its fix."""
    place = lab.place(finding.path)
    where = f"{place.file}:{place.line}" if place else dotted(finding.path)
    return [
        Text.assemble((finding.severity, SEVERITY_STYLE[finding.severity]), " ", (finding.code, "bold"), f"  {where}"),
        Padding(finding.message, INDENT, expand=False),
        Padding(Text(f"fix: {finding.fix}", "green"), INDENT, expand=False),
    ]


def _gathered(code: str, alike: list[Finding]) -> Text:
    names = list(dict.fromkeys(str(finding.path[1]) for finding in alike))
    return Text.assemble(
        ("info", SEVERITY_STYLE["info"]),
        " ",
        (code, "bold"),
        f"  {len(alike)} times, in {listed(names)} (each with its place: homelab findings {code})",
    )

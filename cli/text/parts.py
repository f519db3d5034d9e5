"""A part of a lab that is neither a pod nor a machine, as text."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from cli.text.findings import findings
from cli.text.hardware import about
from plan.model import Finding, Plan
from plan.parts import Part


def print_part(plan: Plan, part: Part, found: Iterable[Finding], console: Console) -> None:
    """Print a part: what it is, what uses it, its findings."""
    description = f": {part.description}" if part.description else ""
    console.print(Text.assemble((part.name, "bold"), f", {part.kind}{description}"))
    for sentence in part.said:
        console.print(Text(sentence))
    for kind, names in part.users.items():
        console.print(Text(f"{kind}: {', '.join(names) or 'none'}"))
    console.print()
    console.print(findings(plan.lab, about(found, part.path)))

"""The judgement of a preview as text."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT, SEVERITY_STYLE
from operations.guard import Judgement
from operations.guard.consequence import Consequence
from plan.wording import plural


def print_judgement(judgement: Judgement, console: Console) -> None:
    for each in judgement.consequences:
        print_consequence(each, each.name in judgement.allowed, console)
    if judgement.consequences:
        console.print()
    refused = judgement.refused
    if not refused:
        console.print(Text("Nothing that runs is damaged, but by what was allowed." if judgement.allowed else HARMLESS))
        return
    console.print(Text(f"Do not apply this: {plural(len(refused), 'step')} would do damage.", "bold red"))
    console.print(f"What may happen nevertheless: {' '.join(f'--allow {each.name}' for each in refused)}")


HARMLESS = "Nothing that runs is damaged."


def print_consequence(consequence: Consequence, allowed: bool, console: Console) -> None:
    causes = f"  {', '.join(consequence.causes)}" if consequence.causes else ""
    console.print(
        Text.assemble(
            ("allowed", "dim") if allowed else (consequence.severity, SEVERITY_STYLE[consequence.severity]),
            " ",
            (consequence.name, "bold"),
            causes,
        )
    )
    console.print(Padding(consequence.message, INDENT, expand=False))
    if consequence.fix and not allowed:
        console.print(Padding(Text(f"fix: {consequence.fix}", "green"), INDENT, expand=False))

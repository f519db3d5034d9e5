"""The checks of a live host as text."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT
from cli.text.findings import findings
from operations.preflight import Check, passed
from plan.model import Plan, worst_first
from plan.wording import plural


def print_checks(plan: Plan, checks: tuple[Check, ...], console: Console) -> None:
    for check in checks:
        if check.outcome == "fine":
            console.print(Text.assemble(("fine", "green"), " ", (check.question, "bold")))
            console.print(Padding(check.answer, INDENT, expand=False))
    found = sorted((finding for check in checks for finding in check.findings), key=worst_first)
    if found:
        console.print()
        console.print(findings(plan.lab, found))
    console.print()
    console.print(_verdict(checks))


def _verdict(checks: tuple[Check, ...]) -> Text:
    count = {
        outcome: sum(check.outcome == outcome for check in checks) for outcome in ("error", "unchecked", "warning")
    }
    warned = f" {plural(count['warning'], 'check')} with warnings." if count["warning"] else ""
    if passed(checks):
        return Text.assemble((f"Ready: {plural(len(checks), 'check')}, and nothing fails.", "bold green"), warned)
    failing = [f"{plural(count['error'], 'check')} failed"] if count["error"] else []
    failing += [f"{plural(count['unchecked'], 'check')} could not be made"] if count["unchecked"] else []
    return Text.assemble((f"Do not apply this: {', '.join(failing)}, of {len(checks)}.", "bold red"), warned)

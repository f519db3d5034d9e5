"""`homelab plan --against`: what a change of the lab does."""

from pathlib import Path

from cli.baseline import NothingToCompare, side_at, side_of
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input
from cli.patience import told_while
from cli.reports.comparison import comparison_report
from operations.guard.consequence import Consequence
from operations.guard.predicted import predicted
from plan import make_plan
from plan.changes.comparison import Comparison, compare
from plan.model import Plan
from plan.wording import printable


def run_against(plan: Plan, folder: Path, reference: str, fails_on_damage: bool, output: str) -> int:
    """Print how a plan differs from that of a revision or of a rendered folder. ERRORS is returned if the plan has
    errors, and with `fails_on_damage` also if an `up` would damage what runs."""
    try:
        comparison, consequences = changes_since(plan, folder, reference)
    except NothingToCompare as error:
        return refuse_input(str(error), output)
    if output == "json":
        print_json(comparison_report(comparison, consequences))
    elif output == "markdown":
        from cli.text.comparison_markdown import to_markdown

        print(to_markdown(str(folder), comparison, consequences), end="")
    else:
        from cli.text.comparison import print_comparison

        print_comparison(str(folder), comparison, consequences)
    damages = fails_on_damage and any(each.severity == "error" for each in consequences)
    return ERRORS if plan.errors or damages else FINE


def changes_since(plan: Plan, folder: Path, reference: str) -> tuple[Comparison, tuple[Consequence, ...]]:
    """How a plan differs from another one, and what an `up` would do then. Raises NothingToCompare."""
    with told_while(f"comparing with {printable(reference)}"):
        before = side_at(reference, folder)
        after = side_of(make_plan(plan.lab, running=before.running) if before.running else plan, str(folder))
        comparison = compare(before, after)
        return comparison, predicted(plan.lab, before, after, comparison)

"""`homelab plan --against`: what a change of the lab does."""

from pathlib import Path

from cli.baseline import NothingToCompare, side_at, side_of
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input
from cli.reports.comparison import comparison_report
from operations.guard.predicted import foreseen
from plan.changes.comparison import compare
from plan.model import Plan


def run_against(plan: Plan, folder: Path, reference: str, output: str) -> int:
    """Print how a plan differs from that of a revision or of a rendered folder."""
    try:
        before = side_at(reference, folder)
    except NothingToCompare as error:
        return refuse_input(str(error), output)
    after = side_of(plan, str(folder))
    comparison = compare(before, after)
    consequences = foreseen(plan.lab, before, after, comparison)
    if output == "json":
        print_json(comparison_report(comparison, consequences))
    elif output == "markdown":
        from cli.text.comparison_markdown import to_markdown

        print(to_markdown(str(folder), comparison, consequences), end="")
    else:
        from cli.text.comparison import print_comparison

        print_comparison(str(folder), comparison, consequences)
    return ERRORS if plan.errors else FINE

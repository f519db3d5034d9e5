"""`homelab plan --against`: what a change of the lab does."""

from pathlib import Path
from typing import Any

from cli.baseline import NothingToCompare, side_at, side_of
from cli.commands.guard import consequence_report
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input
from operations.guard.consequence import Consequence
from operations.guard.predicted import foreseen
from plan.changes.comparison import Comparison, compare
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


def comparison_report(comparison: Comparison, consequences: tuple[Consequence, ...]) -> dict[str, Any]:
    """What differs, for programs."""
    return {
        "against": comparison.before,
        "subjects": [
            {
                "kind": each.subject.kind,
                "name": each.subject.name,
                "status": each.status,
                "files": [
                    {
                        "name": file.name,
                        "status": file.status,
                        "differences": [difference._asdict() for difference in file.differences],
                    }
                    for file in each.files
                ],
            }
            for each in comparison.subjects
        ],
        "consequences": [consequence_report(each) for each in consequences],
        "figures": [each._asdict() for each in comparison.figures],
        "verdicts": [
            {
                "status": each.status,
                "runs_until_made_anew": each.runs_until_made_anew,
                **each.finding,
                "severity": each.severity,
            }
            for each in comparison.verdicts
        ],
        "losses": [
            {**each._asdict(), "before": list(each.before), "after": list(each.after)} for each in comparison.losses
        ],
    }

"""A comparison of two plans as JSON."""

from typing import Any

from cli.reports.guard import consequence_report
from operations.guard.consequence import Consequence
from plan.changes.comparison import Comparison


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

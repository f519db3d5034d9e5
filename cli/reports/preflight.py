"""The checks of a live host as JSON."""

from cli.reports.finding import finding_report
from operations.preflight import Check, passed
from plan.model import Plan


def preflight_report(plan: Plan, checks: tuple[Check, ...]) -> dict[str, object]:
    """The checks for programs."""
    return {
        "lab": plan.lab.name,
        "checked": True,
        "passed": passed(checks),
        "checks": [
            {
                "check": check.question,
                "outcome": check.outcome,
                "answer": check.answer,
                "findings": [finding_report(plan.lab, finding) for finding in check.findings],
            }
            for check in checks
        ],
    }

"""The checks of a live host as JSON."""

from typing import Literal

from cli.reports.document import Document, Report
from cli.reports.finding import FindingReport, finding_report
from config.lab import Lab
from operations.preflight import Check, passed
from plan.model import Plan


class CheckReport(Report):
    """A question, and its answer."""

    check: str
    outcome: str
    answer: str
    findings: tuple[FindingReport, ...]


class PreflightReport(Document):
    """All checks; `passed` only where all were made and nothing fails."""

    lab: str
    checked: bool
    passed: bool
    checks: tuple[CheckReport, ...]


class NothingCheckedReport(Document):
    """No check was made, and why."""

    checked: Literal[False] = False
    passed: Literal[False] = False
    message: str


def preflight_report(plan: Plan, checks: tuple[Check, ...]) -> PreflightReport:
    """The checks for programs."""
    return PreflightReport(
        lab=plan.lab.name,
        checked=True,
        passed=passed(checks),
        checks=tuple(check_report(plan.lab, check) for check in checks),
    )


def check_report(lab: Lab, check: Check) -> CheckReport:
    """A check for programs."""
    return CheckReport(
        check=check.question,
        outcome=check.outcome,
        answer=check.answer,
        findings=tuple(finding_report(lab, finding) for finding in check.findings),
    )

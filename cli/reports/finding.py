"""Findings as JSON."""

from collections.abc import Iterable

from cli.reports.document import Document, Report
from config.lab import Lab
from config.source import dotted
from plan.model import Finding, Severity, severity_counts
from plan.model.findings import Fact


class FindingReport(Report):
    """A finding, with the place in the files that it is about."""

    code: str
    severity: Severity
    path: str
    about: str
    """The resource or other thing that it is about, where a rule may say several things of one path."""
    message: str
    file: str | None
    line: int | None
    fix: str
    facts: dict[str, Fact]
    """The values behind the message; sizes in bytes, CPU in millicores."""


class FindingsReport(Document):
    """All findings of a lab, or those of one code."""

    lab: str
    counts: dict[Severity, int]
    findings: tuple[FindingReport, ...]


def finding_report(lab: Lab, finding: Finding) -> FindingReport:
    """A finding for programs."""
    place = lab.place(finding.path)
    return FindingReport(
        code=finding.code,
        severity=finding.severity,
        path=dotted(finding.path),
        about=finding.about,
        message=finding.message,
        file=place.file if place else None,
        line=place.line if place else None,
        fix=finding.fix,
        facts=dict(finding.facts),
    )


def findings_report(lab: Lab, findings: Iterable[Finding]) -> FindingsReport:
    """Findings for programs."""
    shown = tuple(findings)
    return FindingsReport(
        lab=lab.name, counts=severity_counts(shown), findings=tuple(finding_report(lab, each) for each in shown)
    )

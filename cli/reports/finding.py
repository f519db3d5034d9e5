"""A finding as JSON."""

from config.lab import Lab
from config.source import dotted
from plan.model import Finding


def finding_report(lab: Lab, finding: Finding) -> dict[str, object]:
    """A finding with the place in the files that it is about."""
    place = lab.place(finding.path)
    return {
        "code": finding.code,
        "severity": finding.severity,
        "path": dotted(finding.path),
        "message": finding.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "fix": finding.fix,
    }

"""Certificates that are to be renewed before they were issued."""

import re
from collections.abc import Iterator

from config.lab import Lab
from plan.model.fields import text
from plan.model.findings import Finding, Rule

RENEWED_BEFORE_ISSUED = Rule(
    "RENEWED-BEFORE-ISSUED",
    "error",
    title="A certificate is to be renewed before it begins",
    meaning=(
        "cert-manager renews a certificate by renewBefore before its end, and its webhook refuses one of which that "
        "is not shorter than its duration (90 days where none is stated)."
    ),
    remedy="Write a renewBefore of about a third of the duration, or leave it out.",
)
_DEFAULT_HOURS = 2160.0
"""90 days (cert-manager, Certificate: duration)."""
_PART = re.compile(r"(\d+(?:\.\d+)?)(h|m|s)")
_HOURS = {"h": 1.0, "m": 1 / 60, "s": 1 / 3600}


def lifetime_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each Certificate in a file that cannot be renewed in its time."""
    for each in lab.objects_by_kind.get("Certificate", ()):
        stated, before = text(each.content, "spec", "duration"), text(each.content, "spec", "renewBefore")
        duration = _hours(stated) if stated else _DEFAULT_HOURS
        renewed = _hours(before)
        is_of_project = text(each.content, "apiVersion").startswith("cert-manager.io/")
        if is_of_project and duration and renewed and renewed >= duration:
            yield RENEWED_BEFORE_ISSUED.finding(
                each.path,
                f"Certificate {each.name} is to be renewed {before} before its end, and lasts "
                f"{stated or '2160h, the default'}: cert-manager refuses it",
                f"write renewBefore: {max(int(duration / 3), 1)}h, or leave it out",
                about=each.name,
            )


def _hours(said: str) -> float | None:
    """A duration of Go, as 2160h0m0s; None where it is none."""
    parts = _PART.findall(said)
    if not parts or "".join(f"{number}{unit}" for number, unit in parts) != said:
        return None
    return sum(float(number) * _HOURS[unit] for number, unit in parts)

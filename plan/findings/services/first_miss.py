"""Containers that are killed when they miss a single question of their liveness probe."""

from collections.abc import Iterable, Iterator

from plan.findings.services.probes import FAILURES, Liveness
from plan.model.findings import Finding, Rule

KILLED_AT_FIRST_MISS = Rule(
    "KILLED-AT-FIRST-MISS",
    "warning",
    title="One missed answer restarts a container",
    meaning=(
        "A liveness probe with one failure lets the kubelet kill the container the first time that it answers too "
        "late. That happens to every program that is busy, collects garbage or waits for a disk; the others then have "
        "its load as well, and miss theirs."
    ),
    remedy="Let it fail 3 times or more; a readiness probe takes a busy pod out of its Service in the meantime.",
)
PATIENT_SECONDS = 10
"""A probe that waits this long for its one answer is left alone."""


def first_miss_findings(probes: Iterable[Liveness]) -> Iterator[Finding]:
    """A finding for each liveness probe that kills at the first failure."""
    for probe in probes:
        if probe.failures == 1 and (probe.timeout_seconds or 0) < PATIENT_SECONDS:
            yield _killed(probe)


def _killed(probe: Liveness) -> Finding:
    is_key = probe.key == "failures"
    within = f" within {probe.timeout_seconds} s" if probe.timeout_seconds else " in time"
    return KILLED_AT_FIRST_MISS.finding(
        (*probe.path, "failures") if is_key else probe.path,
        f"{probe.called} is killed the first time that it does not answer{within}",
        f"write {probe.key}: {FAILURES}, or leave it out" if is_key else f"write {FAILURES} for {probe.key}",
        about="" if is_key else f"{probe.called} {probe.key}",
        facts={"failures": probe.failures, "timeout_seconds": probe.timeout_seconds},
    )

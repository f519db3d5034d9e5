"""Containers that are killed when they miss a single question of their liveness probe."""

from collections.abc import Iterator

from config.lab import Lab
from config.service.container import Listening
from config.source import Path
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
    remedy="Write failures: 3 or more; a readiness probe takes a busy pod out of its Service in the meantime.",
)
ADVISED = 3
"""The default of Kubernetes."""
PATIENT_SECONDS = 10
"""A probe that waits this long for its one answer is left alone."""


def first_miss_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each liveness probe that kills at the first failure."""
    for name, service in lab.services.items():
        for part in service.parts(name):
            yield from _killed(part.path, part.name, part.workload)
            for key, sidecar in part.workload.sidecars.items():
                yield from _killed((*part.path, "sidecars", key), f"{key} of {part.name}", sidecar)


def _killed(path: Path, called: str, container: Listening) -> Iterator[Finding]:
    probe = container.probes.liveness if container.probes else None
    if probe is not None and probe.failures == 1 and probe.timeout_seconds < PATIENT_SECONDS:
        yield KILLED_AT_FIRST_MISS.finding(
            (*path, "probes", "liveness", "failures"),
            f"{called} is killed the first time that it does not answer within {probe.timeout_seconds} s",
            f"write failures: {ADVISED}, or leave it out",
            facts={"failures": probe.failures, "timeout_seconds": probe.timeout_seconds},
        )

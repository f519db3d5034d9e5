"""Containers that a liveness probe may kill while they start."""

from collections.abc import Iterable, Iterator

from plan.findings.services.probes import Liveness
from plan.model.findings import Finding, Rule

KILLED_WHILE_STARTING = Rule(
    "KILLED-WHILE-STARTING",
    "info",
    title="A liveness probe begins with the container",
    meaning=(
        "Without a startup probe the liveness probe counts from the start. A start that takes longer than it waits, "
        "as the first one after an update that changes a database, is killed, and begins anew, for ever. How long a "
        "start takes could not be checked."
    ),
    remedy="Add a startup probe: the liveness probe waits until it has succeeded once.",
)

SHORT_SECONDS = 60
"""A start that may take longer is left alone."""


def slow_start_findings(probes: Iterable[Liveness]) -> Iterator[Finding]:
    """A note for each container whose liveness probe leaves it little time to start."""
    for probe in probes:
        seconds = probe.delay_seconds + probe.period_seconds * probe.failures
        if seconds < SHORT_SECONDS and not probe.has_startup:
            yield _killed(probe, seconds)


def _killed(probe: Liveness, seconds: int) -> Finding:
    return KILLED_WHILE_STARTING.finding(
        probe.path,
        f"{probe.called} is killed when it does not answer within {seconds} s of its start, again and again: whether a "
        "start takes longer could not be checked",
        f"write {probe.startup}",
        about="" if probe.key == "failures" else probe.called,
        facts={"seconds": seconds},
    )

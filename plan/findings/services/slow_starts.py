"""Containers that a liveness probe may kill while they start."""

from collections.abc import Iterable, Iterator

from config.image import short_name
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
SLOW_SECONDS = 180
"""The same, of an image whose start takes minutes."""
SLOW = frozenset(
    {"confluence", "gitlab-ce", "gitlab-ee", "jira-core", "jira-software", "metabase", "metabase-enterprise", "nexus3"}
    | {"sonarqube"}
)
"""By the last part of an image's name: known for starts of minutes, and none of them timed here."""


def slow_start_findings(probes: Iterable[Liveness]) -> Iterator[Finding]:
    """A note for each container whose liveness probe leaves it little time to start."""
    for probe in probes:
        seconds = probe.delay_seconds + probe.period_seconds * probe.failures
        is_slow = short_name(probe.image) in SLOW
        if seconds < (SLOW_SECONDS if is_slow else SHORT_SECONDS) and not probe.has_startup:
            yield _killed(probe, seconds, is_slow=is_slow)


def _killed(probe: Liveness, seconds: int, *, is_slow: bool) -> Finding:
    known = f"{short_name(probe.image)} often takes minutes" if is_slow else ""
    return KILLED_WHILE_STARTING.finding(
        probe.path,
        f"{probe.called} is killed when it does not answer within {seconds} s of its start, again and again: "
        f"{known or 'whether a start takes longer could not be checked'}",
        f"write {probe.startup}",
        about="" if probe.key == "failures" else probe.called,
        facts={"seconds": seconds},
    )

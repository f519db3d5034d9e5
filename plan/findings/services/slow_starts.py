"""Containers that a liveness probe may kill while they start."""

from collections.abc import Iterator

from config.lab import Lab
from config.service.container import Listening
from config.source import Path
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


def slow_start_findings(lab: Lab) -> Iterator[Finding]:
    """A note for each container whose liveness probe leaves it little time to start."""
    for name, service in lab.services.items():
        for part in service.parts(name):
            sidecars = part.workload.sidecars.items()
            listening = ((part.path, part.workload), *(((*part.path, "sidecars", key), each) for key, each in sidecars))
            for path, container in listening:
                yield from _killed(path, container)


def _killed(path: Path, container: Listening) -> Iterator[Finding]:
    probes = container.probes
    if probes is None or probes.liveness is None or probes.startup is not None:
        return
    probe = probes.liveness
    called = str(path[-1]) if len(path) == 2 else f"{path[-1]} of {path[1]}"
    seconds = probe.delay_seconds + probe.period_seconds * probe.failures
    if seconds < SHORT_SECONDS:
        yield KILLED_WHILE_STARTING.finding(
            (*path, "probes", "liveness"),
            f"{called} is killed when it does not answer within {seconds} s of its start, again and again: whether a "
            "start takes longer could not be checked",
            f"write startup beside it, for example {{failures: 30, period_seconds: {probe.period_seconds}}}",
            facts={"seconds": seconds},
        )

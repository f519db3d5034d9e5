"""Applies what was judged, and follows it to its end."""

import signal
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from observation import Reference
from operations.clients.cluster import Cluster
from operations.clients.pulumi import Pulumi
from operations.clients.running import RunningUp
from operations.up.asking import Inquiry
from operations.up.events import read_event
from operations.up.look import Looked
from operations.up.outcome import Outcome, outcome_of
from operations.up.progress import Progress
from operations.up.reasons import Reason
from operations.up.subject import reference_of

Show = Callable[[Progress, Mapping[Reference, Reason], datetime], None]
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a runner that ends its job, a terminal that is closed: each stops the engine as Ctrl-C does."""
MOST_INTERRUPTS = 2
"""The first one stops the engine cleanly, the second one at once: then its last steps are left half-made."""
ASKED_AFTER = 3.0
"""Seconds after which the cluster is asked why something is not ready yet."""


class Applied(NamedTuple):
    """Its outcome, and the cluster's last answers about what it waited for."""

    outcome: Outcome
    reasons: Mapping[Reference, Reason]


def apply(
    pulumi: Pulumi, folder: Path, saved_plan: Path, looked: Looked, cluster: Cluster | None, show: Show
) -> Applied:
    """Apply what was judged, and nothing else. Raises PulumiFailed where there is no engine."""
    reasons: dict[Reference, Reason] = {}
    inquiry = Inquiry(cluster)
    asked: list[int] = []
    progress = Progress()
    with _asked_to_stop(asked):  # before the engine begins: what is ignored here would be ignored there
        running = RunningUp(pulumi, folder, saved_plan)
        interrupts = 0
        for line in running.lines():
            while interrupts < min(len(asked), MOST_INTERRUPTS):
                running.interrupt()
                interrupts += 1
                progress = progress.interrupt()
            event = read_event(line) if line else None
            progress = progress.after(event) if event else progress
            now = datetime.now(UTC)
            if event is None:
                inquiry.wait_for(_waited(progress, now))
            reasons |= inquiry.reasons
            show(progress, inquiry.reasons, now)
        code = running.wait()
    inquiry.end()
    return Applied(outcome_of(looked.steps, progress, code, running.complaint), reasons)


def _waited(progress: Progress, now: datetime) -> Iterator[Reference]:
    for each in progress.under_way.values():
        if (now - each.since).total_seconds() >= ASKED_AFTER:
            yield reference_of(each.urn)


@contextmanager
def _asked_to_stop(asked: list[int]) -> Generator[None]:
    """Collect the signals that ask for it, also where they were ignored until now."""

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    before = {each: signal.signal(each, stop) for each in STOPPING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

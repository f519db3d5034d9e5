"""Applies what was judged, and follows it to its end."""

import signal
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from observation import Reference
from operations.clients.cluster import Cluster
from operations.clients.pulumi import Pulumi
from operations.clients.running import RunningUp
from operations.up.asking import Answers, Inquiry
from operations.up.events import read_event
from operations.up.look import Looked
from operations.up.outcome import Outcome, outcome_of
from operations.up.progress import Done, Progress, Waited
from operations.up.reasons import Reason
from operations.up.rollouts import has_pods
from operations.up.subject import reference_of

Show = Callable[[Progress, Mapping[Reference, Reason], datetime], None]
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a runner that ends its job, a terminal that is closed: each stops the engine as Ctrl-C does."""
MOST_INTERRUPTS = 2
"""The first one stops the engine cleanly, the second one at once: then its last steps are left half-made."""
ASKED_AFTER = 3.0
"""Seconds after which the cluster is asked why something is not ready yet."""
LOOKED_AT_EVERY = 1.0
"""Seconds between two looks at rollouts."""


class Applied(NamedTuple):
    """Its outcome, and the cluster's last answers about what it waited for."""

    outcome: Outcome
    reasons: Mapping[Reference, Reason]
    rolling: tuple[Reference, ...] = ()
    """Objects that the engine calls done, and whose pods were not all replaced and ready at the end."""


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
                inquiry.ask_about(_waited(progress, now), (reference_of(each.urn) for each in _changed(progress)))
            reasons |= inquiry.answers.reasons
            show(_with_rollouts(progress, inquiry.answers), inquiry.answers.reasons, now)
        code = running.wait()
        outcome = outcome_of(looked.steps, progress, code, running.complaint)
        inquiry.ask_about((), (reference_of(each.urn) for each in _changed(progress)))
        last = _follow(progress, inquiry, asked, show) if outcome.end == "applied" else inquiry.answers
        inquiry.end()
    return Applied(outcome, {**reasons, **last.reasons}, tuple(last.rolling))


def _waited(progress: Progress, now: datetime) -> Iterator[Reference]:
    for each in progress.under_way.values():
        if (now - each.since).total_seconds() >= ASKED_AFTER:
            yield reference_of(each.urn)


def _changed(progress: Progress) -> Iterator[Done]:
    """Changed objects with pods. The provider waits for those that it makes; of others it can take the pods of before
    for the new ones."""
    for each in progress.done:
        if each.action == "update" and has_pods(reference_of(each.urn)):
            yield each


def _with_rollouts(progress: Progress, answers: Answers) -> Progress:
    rolling = (each for each in _changed(progress) if reference_of(each.urn) in answers.rolling)
    waits = {each.urn: Waited(each.urn, each.action, each.at, rolls_out=True) for each in rolling}
    return progress._replace(under_way={**progress.under_way, **waits})


def _follow(progress: Progress, inquiry: Inquiry, asked: Sequence[int], show: Show) -> Answers:
    """Wait for rollouts that go on, until the deadline of each, or until somebody stops it; the last answers."""
    while not (inquiry.knows_all or asked):
        answers, now = inquiry.answers, datetime.now(UTC)
        rolling = _with_rollouts(progress, answers).under_way.values()
        late = [each for each in rolling if (now - each.since).total_seconds() >= _deadline(each, answers)]
        if rolling and len(late) == len(rolling):
            break
        show(_with_rollouts(progress, answers), answers.reasons, now)
        time.sleep(LOOKED_AT_EVERY)
    return inquiry.answers


def _deadline(waited: Waited, answers: Answers) -> int:
    return answers.rolling.get(reference_of(waited.urn), 0)


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

"""The progress of an `up`: what is done, and what is waited for, since when and why."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from cli.text.up import DONE, why
from observation import Reference
from operations.up.progress import Progress, Waited
from operations.up.reasons import Reason
from operations.up.subject import reference_of

WAITS_AFTER = 5
"""Seconds after which a step is shown as waiting."""
REMINDS_EVERY = 60
"""Seconds after which a line about the same wait comes again."""
ROWS = 10
"""Waits that a terminal shows at once."""
STOPPING = (
    "Stopping: running steps are given up, and the state is written. Once more ends the engine at once, and may leave "
    "something half-made."
)


class Show(Protocol):
    """Shows how far an `up` is, with what the cluster says of what is waited for."""

    def __call__(self, progress: Progress, reasons: Mapping[Reference, Reason], now: datetime) -> None: ...


@contextmanager
def shown(console: Console, total: int) -> Generator[Show]:
    """As the output can take it: a terminal keeps the waits below the lines, anything else has lines alone."""
    lines = Lines(console, total)
    if not console.is_terminal:
        yield Waits(console, lines)
        return
    with Live(console=console, refresh_per_second=4, transient=True) as view:

        def show(progress: Progress, reasons: Mapping[Reference, Reason], now: datetime) -> None:
            lines(progress)
            view.update(_below(progress, reasons, now, total))

        yield show


class Lines:
    """Prints each thing that is done, or has failed, once."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0
        self._failed = 0
        self._is_stopping = False

    def __call__(self, progress: Progress) -> None:
        for done in progress.done[self._done :]:
            self._done += 1
            self._line(f"{DONE[done.action]} {reference_of(done.urn)}{_seconds(done.seconds)}")
        for failure in progress.failed[self._failed :]:
            self._failed += 1
            self._line(f"failed {reference_of(failure.urn)}")
        if progress.interrupted and not self._is_stopping:
            self._is_stopping = True
            self._console.print(STOPPING)

    def _line(self, text: str) -> None:
        self._console.print(Text.assemble((f"{self._done + self._failed}/{self._total} ", "dim"), text))


class Waits:
    """Prints what is waited for when it begins to take long, when its reason changes, and once a minute."""

    def __init__(self, console: Console, lines: Lines) -> None:
        self._console = console
        self._lines = lines
        self._told: dict[str, tuple[str, int]] = {}

    def __call__(self, progress: Progress, reasons: Mapping[Reference, Reason], now: datetime) -> None:
        self._lines(progress)
        for waited in progress.under_way.values():
            about = reference_of(waited.urn)
            reason, seconds = reasons.get(about), _since(waited.since, now)
            code, at = self._told.get(waited.urn, ("", -REMINDS_EVERY))
            is_new = reason is not None and reason.code != code
            if seconds >= WAITS_AFTER and (is_new or seconds - at >= REMINDS_EVERY):
                self._told[waited.urn] = (reason.code if reason else "", seconds)
                self._console.print(_wait(waited, seconds, reason))


def _below(progress: Progress, reasons: Mapping[Reference, Reason], now: datetime, total: int) -> Group:
    waits = sorted(progress.under_way.values(), key=lambda each: each.since)
    rows = [_wait(each, _since(each.since, now), reasons.get(reference_of(each.urn))) for each in waits]
    if len(rows) > ROWS:
        rows = [*rows[:ROWS], Text(f"and {len(rows) - ROWS} more", "dim")]
    finished = len(progress.done) + len(progress.failed)
    return Group(*rows, Text(f"{finished} of {total} done, {len(waits)} under way", "bold"))


def _wait(waited: Waited, seconds: int, reason: Reason | None) -> Text:
    verb = "rolling out" if waited.rolls_out else "waiting for"
    line = Text(f"{verb} {reference_of(waited.urn)} for {seconds} s")
    return line.append(": ").append_text(why(reason)) if reason else line


def _since(since: datetime, now: datetime) -> int:
    return int((now - since).total_seconds())


def _seconds(seconds: float) -> str:
    return f" in {seconds:.0f} s" if seconds >= 1 else ""

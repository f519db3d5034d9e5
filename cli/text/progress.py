"""The progress of an `up`, line by line: what is done, and what is waited for, since when and why."""

from collections.abc import Mapping
from datetime import datetime

from rich.console import Console
from rich.text import Text

from cli.text.up import DONE, why
from observation import Reference
from operations.up.progress import Progress
from operations.up.reasons import Reason
from operations.up.subject import reference_of

WAITS_AFTER = 5
"""Seconds after which a step is shown as waiting."""
REMINDS_EVERY = 60
"""Seconds after which a line about the same wait comes again."""


class LineProgress:
    """Prints each thing once: for a file, a pipe or a pipeline's log."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0
        self._failed = 0
        self._is_stopping = False
        self._told: dict[str, tuple[Reason | None, int]] = {}

    def __call__(self, progress: Progress, reasons: Mapping[Reference, Reason], now: datetime) -> None:
        """Print what is new."""
        for done in progress.done[self._done :]:
            self._done += 1
            self._line(f"{DONE[done.action]} {reference_of(done.urn)}{_seconds(done.seconds)}")
        for failure in progress.failed[self._failed :]:
            self._failed += 1
            self._line(f"failed {reference_of(failure.urn)}")
        if progress.interrupted and not self._is_stopping:
            self._is_stopping = True
            self._console.print(
                "Stopping: running steps are given up, and the state is written. Once more ends the engine at once, "
                "and may leave something half-made."
            )
        for waited in progress.under_way.values():
            about = reference_of(waited.urn)
            self._wait(waited.urn, about, reasons.get(about), int((now - waited.since).total_seconds()))

    def _wait(self, urn: str, about: Reference, reason: Reason | None, seconds: int) -> None:
        told, at = self._told.get(urn, (None, -REMINDS_EVERY))
        is_new = reason is not None and (told is None or told.code != reason.code)
        if seconds < WAITS_AFTER or (not is_new and seconds - at < REMINDS_EVERY):
            return
        self._told[urn] = (reason, seconds)
        line = Text(f"waiting for {about} since {seconds} s")
        self._console.print(line.append(": ").append_text(why(reason)) if reason else line)

    def _line(self, text: str) -> None:
        self._console.print(Text.assemble((f"{self._done + self._failed}/{self._total} ", "dim"), text))


def _seconds(seconds: float) -> str:
    return f" in {seconds:.0f} s" if seconds >= 1 else ""

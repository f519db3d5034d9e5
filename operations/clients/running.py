"""An `up` of the engine while it runs."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from operations.clients.pulumi import Pulumi, reason_of

EVENTS = "events.jsonl"
ERRORS = "errors.txt"
COLLECTS_LESS = {"GOGC": "400"}
"""How seldom Go collects garbage, unless the environment says so: the engine writes the state anew for each step, and
leaves as much behind. Measured on prod from nothing: 194 s of CPU instead of 237, and twice the memory."""
_POLL = 0.2
"""Seconds between two looks at what the engine wrote."""


class RunningUp:
    """An `up` that runs by itself: it writes to files, so that it completes even where nobody reads any more.

    It is in a process group of its own: Ctrl-C on the terminal reaches it once, by `interrupt`, and its plugins not at
    all.
    """

    def __init__(self, pulumi: Pulumi, folder: Path, saved_plan: Path, *arguments: str) -> None:
        """Begin it. `folder` takes what it writes. Raises PulumiFailed."""
        self._events = folder / EVENTS
        self._errors = folder / ERRORS
        pulumi.expect_room()
        command = pulumi.command("up", "--yes", "--skip-preview", "--json", "--plan", str(saved_plan), *arguments)
        with self._events.open("w") as events, self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=pulumi.folder,
                env={**COLLECTS_LESS, **pulumi.environment},
                stdin=subprocess.DEVNULL,
                stdout=events,
                stderr=errors,
                start_new_session=True,
            )

    def lines(self) -> Iterator[str]:
        """Its output, line by line, until it ends; an empty line where it writes nothing for a moment."""
        with self._events.open(encoding="utf-8", errors="replace") as written:
            begun = ""
            while True:
                has_ended = self._process.poll() is not None
                for line in iter(written.readline, ""):
                    begun += line
                    if begun.endswith("\n"):
                        yield begun
                        begun = ""
                if has_ended:
                    return
                yield ""
                time.sleep(_POLL)

    def interrupt(self) -> None:
        """Ask it to stop: what is under way is given up, nothing more begins, and the state is written."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGINT)

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        return self._process.wait()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def complaint(self) -> str:
        """Its output other than events: why it did not begin."""
        return self._errors.read_text(encoding="utf-8", errors="replace")

    @property
    def reason(self) -> str:
        """The first error of that."""
        return reason_of("", self.complaint)

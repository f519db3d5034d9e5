"""A line for who waits: that something is computed, and since when."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import TextIO

FIRST_SECONDS = 2.0
"""Of a command, its start included: a quicker answer says nothing."""
BEGAN = monotonic()
"""When this command began, but for what Python takes to start."""
_SHORTEST = 0.3
"""Seconds that something takes which is worth a line, however long the command has run."""
_CLEAR = "\r\x1b[K"


@contextmanager
def told_while(doing: str, stream: TextIO | None = None) -> Generator[None]:
    """Say on standard error, if that is a terminal, that something goes on, from the second second on."""
    told = stream or sys.stderr
    if not told.isatty():
        yield
        return
    over = Event()
    thread = Thread(target=_tell, args=(doing, told, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tell(doing: str, stream: TextIO, over: Event) -> None:
    begin, is_written = monotonic(), False
    pause = max(min(_SHORTEST, FIRST_SECONDS), FIRST_SECONDS - (begin - BEGAN))
    while not over.wait(pause):
        stream.write(f"{_CLEAR}{doing}: {monotonic() - begin:.0f} s")
        stream.flush()
        is_written, pause = True, 1.0
    if is_written:
        stream.write(_CLEAR)
        stream.flush()

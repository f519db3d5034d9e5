"""A line for who waits: that something is computed, and since when."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TextIO

FIRST_SECONDS = 2.0
"""A quicker answer says nothing."""
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
    seconds, is_written = FIRST_SECONDS, False
    pause = FIRST_SECONDS
    while not over.wait(pause):
        stream.write(f"{_CLEAR}{doing}: {seconds:.0f} s")
        stream.flush()
        is_written, seconds, pause = True, seconds + 1, 1.0
    if is_written:
        stream.write(_CLEAR)
        stream.flush()

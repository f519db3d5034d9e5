"""Reads a file of which nothing is known: it may be a pipe, a device, huge, or no text."""

import os
import select
import stat
import time
from errno import EPIPE
from pathlib import Path

from config.reasons import reason_of

LARGEST = 4 << 20
"""Bytes. The largest file of a lab; a text that Kubernetes takes is below 1 MiB."""

LONGEST_WAIT = 10.0
"""Seconds for which a named pipe is waited for that nobody has opened to write."""

_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class UnreadableFile(Exception):
    """A file that is not read; the message says why, without its name."""


def read_file(file: Path, largest: int = LARGEST) -> bytes:
    """The bytes of an ordinary file. Raises UnreadableFile for all others, and above `largest` bytes."""
    try:
        with open(file, "rb", opener=_without_waiting) as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if not stat.S_ISREG(mode):
                kind = next((kind for is_one, kind in _KINDS if is_one(mode)), "no ordinary file")
                raise UnreadableFile(f"cannot be read: it is {kind}")
            content = opened.read(largest + 1)
    except IsADirectoryError:
        raise UnreadableFile("cannot be read: it is a folder") from None
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"cannot be read: {reason_of(error)}") from None
    if len(content) > largest:
        raise UnreadableFile(f"is larger than {largest >> 20} MiB, the most that is read")
    return content


def read_stream(file: Path, most: int) -> bytes:
    """At most so many bytes of a file that may be a pipe, as `<(command)` makes one: the end of its writer is waited
    for, and a pipe without a writer is not. Raises OSError."""
    with open(file, "rb", buffering=0, opener=_without_waiting) as opened:
        content = bytearray(_from_writer(opened.fileno()) if stat.S_ISFIFO(os.fstat(opened.fileno()).st_mode) else b"")
        os.set_blocking(opened.fileno(), True)
        while len(content) < most and (more := os.read(opened.fileno(), min(most - len(content), 1 << 20))):
            content += more
        return bytes(content)


def _from_writer(pipe: int) -> bytes:
    """The first bytes of a pipe that are there once it has a writer: as long as it has none, a read is at its end."""
    ended = select.poll()
    ended.register(pipe, select.POLLIN)
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        try:
            content = os.read(pipe, 1 << 16)
        except BlockingIOError:
            return b""
        if content or ended.poll(0):
            return content
        time.sleep(0.02)
    raise OSError(EPIPE, f"it is a pipe, and nobody opened it to write for {LONGEST_WAIT:g} s")


def _without_waiting(path: str, flags: int) -> int:
    """A pipe would wait for a writer."""
    return os.open(path, flags | os.O_NONBLOCK)

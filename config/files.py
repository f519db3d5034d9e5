"""Reads a file of which nothing is known: it may be a pipe, a device, huge, or no text."""

import os
import stat
from pathlib import Path

LARGEST = 4 << 20
"""Bytes. The largest file of a lab; a text that Kubernetes takes is below 1 MiB."""

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
        raise UnreadableFile(f"cannot be read: {_reason(error)}") from None
    if len(content) > largest:
        raise UnreadableFile(f"is larger than {largest >> 20} MiB, the most that is read")
    return content


def _without_waiting(path: str, flags: int) -> int:
    """A pipe would wait for a writer."""
    return os.open(path, flags | os.O_NONBLOCK)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)

"""Reads a file of which nothing is known, and writes into a folder of which nothing is known.

A file may be a pipe, a device, huge, or no text; a folder may hold links that lead elsewhere.
"""

import os
import stat
from pathlib import Path

LARGEST = 4 << 20
"""Bytes. The largest file of a lab; a text that Kubernetes takes is below 1 MiB."""

NEW = ".new"
"""The end of a name under which a file is written before it takes its place."""
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


class OutsidePath(Exception):
    """A path that leads out of the folder in which something is written; the message is one sentence."""


def inside(folder: Path, name: str) -> Path:
    """The file `name` below `folder`, without a detour over a link. Raises OutsidePath."""
    parts = Path(name).parts
    if not parts or Path(name).is_absolute() or os.pardir in parts or "\0" in name:
        raise OutsidePath(f"{name!r} leads out of {folder}")
    place = folder
    for part in parts[:-1]:
        place /= part
        if place.is_symlink():
            raise OutsidePath(f"{place} is a link, and nothing is written through one; remove it")
    return folder / name


def write_inside(folder: Path, name: str, text: str) -> None:
    """Write a file whole, or leave what was there; a link in its place is replaced. Raises OutsidePath and OSError."""
    place = inside(folder, name)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{place.name}{NEW}")
    try:
        new.unlink(missing_ok=True)
        with new.open("x", encoding="utf-8") as opened:
            opened.write(text)
        new.replace(place)
    except OSError:
        new.unlink(missing_ok=True)
        raise

"""Writes files of a lab: all of them, or none where something stops it."""

import fcntl
import os
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from operations.adopt.file import Edited

State = Mapping[str, tuple[int, int, int]]
"""Inode, size in bytes and time of the last change in nanoseconds of each file in a folder, by its path in it."""


def state_of(folder: Path) -> State:
    """The state of a lab's files; empty where there is no such folder. Raises OSError."""
    files = (each for each in folder.rglob("*") if each.is_file() and not each.name.startswith("."))
    found = {str(each.relative_to(folder)): each.stat() for each in files}
    return {name: (each.st_ino, each.st_size, each.st_mtime_ns) for name, each in found.items()}


def write_files(folder: Path, texts: Mapping[str, str], read: State | None = None) -> None:
    """Write texts by their paths in a folder, and only if its files still are as they were `read`, where that is given.

    Each is written next to its place first, and all are put there in the end, so that a run that is stopped leaves the
    lab as it was. One run after the other does so. Raises Edited and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        if read is not None and (now := state_of(folder)) != read:
            changed = min(name for name in now.keys() | read.keys() if now.get(name) != read.get(name))
            raise Edited(f"{folder / changed} was edited meanwhile; nothing was written. Run this again")
        _write(folder, texts)


@contextmanager
def _alone_in(folder: Path) -> Generator[None]:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    ready: list[tuple[Path, Path]] = []
    try:
        for file, text in texts.items():
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=target.parent, prefix=".adopted-")
            ready.append((Path(name), target))
            with os.fdopen(number, "wb") as stream:
                stream.write(text.encode("utf-8"))
            Path(name).chmod(target.stat().st_mode if target.exists() else 0o644)
        for temporary, target in ready:
            temporary.replace(target)
    finally:
        for temporary, _ in ready:
            temporary.unlink(missing_ok=True)

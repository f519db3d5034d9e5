"""Writes into a folder of which nothing is known: it may hold links that lead elsewhere, and others may write there.

Each file is whole or as it was before, one run writes after the other, and nobody's edit is written over.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from errno import EAGAIN, ENXIO, EWOULDBLOCK
from pathlib import Path

from config.files import UnreadableFile, read_file

NEW = ".new"
"""The end of a name under which a file is written before it takes its place."""
UNFINISHED = f".unfinished{NEW}"
"""The file in a new folder that lists what is about to be there, with the digest of each, until all of it is."""
LONGEST_WAIT = 60.0
"""Seconds for which a run waits for another one that writes into the same folder."""

Ready = Sequence[tuple[Path, Path]]
"""Files that are written next to their places, each with its place."""

LONGEST_WAIT_FOR_READER = 10.0
"""Seconds for which a pipe is waited for that nobody has opened to read."""

State = Mapping[str, tuple[int, int, int]]
"""Inode, size in bytes and time of the last change in nanoseconds of each file in a folder, by its path in it."""


class OutsidePath(Exception):
    """A path that leads out of the folder in which something is written; the message is one sentence."""


class NotAlone(Exception):
    """Somebody else writes, or wrote, what was about to be written; the message is one sentence."""


def inside(folder: Path, name: str) -> Path:
    """The file `name` below `folder`, without a detour over a link. Raises OutsidePath."""
    place, file = folder, below(folder, name)
    for part in Path(name).parts[:-1]:
        place /= part
        if place.is_symlink():
            raise OutsidePath(f"{place} is a link, and nothing is written through one; remove it")
    return file


def below(folder: Path, name: str) -> Path:
    """The file `name` below `folder`, if not for a link. Raises OutsidePath."""
    path = Path(name)
    if not path.parts or path.is_absolute() or os.pardir in path.parts or "\0" in name:
        raise OutsidePath(f"{name!r} leads out of {folder}")
    return folder / name


def is_unused(folder: Path) -> bool:
    """Whether a folder holds nothing but what a run left that was broken off before its last file took its place."""
    ours = _left_unfinished(folder)
    return not any(
        each.is_symlink() or not (each.is_dir() or _is_rest(each) or each in ours) for each in folder.rglob("*")
    )


def clear_unused(folder: Path) -> bool:
    """Whether a folder is unused; what a run that was broken off left there is removed. Raises NotAlone and OSError."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    with alone_in(folder):
        if not is_unused(folder):
            return False
        _drop([*_left_unfinished(folder), *filter(_is_rest, folder.rglob("*"))])
        return True


def _is_rest(file: Path) -> bool:
    return file.name.startswith(".") and file.name.endswith(NEW)


def _left_unfinished(folder: Path) -> frozenset[Path]:
    """Files of a run that was broken off between them, as it wrote them; nothing if all are there."""
    try:
        listed = {below(folder, name): digest for name, digest in json.loads(read_file(folder / UNFINISHED)).items()}
        written = frozenset(file for file, digest in listed.items() if file.is_file() and _digest(file) == digest)
    except (OSError, ValueError, AttributeError, TypeError, OutsidePath, UnreadableFile):
        return frozenset()
    return written if len(written) < len(listed) else frozenset()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write_inside(folder: Path, name: str, text: str) -> None:
    """Write a file whole, or leave what was there; a link in its place is replaced. Raises OutsidePath and OSError."""
    put(prepared(folder, [(name, text)]))


def prepared(folder: Path, texts: Iterable[tuple[str, str]]) -> Ready:
    """Files by their paths in a folder, each written next to its place; all or none. Raises OutsidePath and OSError."""
    ready: list[tuple[Path, Path]] = []
    try:
        for name, text in texts:
            place = inside(folder, name)
            ready.append((_written_beside(place, text), place))
    except BaseException:
        _drop(new for new, _ in ready)
        raise
    return ready


def put(ready: Ready) -> None:
    """Put files that are prepared into their places; a link there is replaced. Raises OSError."""
    try:
        for new, place in ready:
            _take_place(new, place)
    finally:
        _drop(new for new, _ in ready)


def _take_place(new: Path, place: Path) -> None:
    try:
        new.replace(place)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from None


def write_file(file: Path, text: str) -> None:
    """Write a file that its owner named: whole, or what was there is left. A link or a device is written through.

    Raises NotAlone and OSError.
    """
    if file.exists() and not file.is_file():
        _write_through(file, text)
        return
    place = file.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    with alone_in(place.parent):
        put([(_written_beside(place, text), place)])


def _write_through(file: Path, text: str) -> None:
    """A pipe that nobody reads is not waited for without an end."""
    deadline = time.monotonic() + LONGEST_WAIT_FOR_READER
    while True:
        try:
            opened = os.open(file, os.O_WRONLY | os.O_NONBLOCK)
            break
        except OSError as error:
            if error.errno != ENXIO:
                raise
            if time.monotonic() > deadline:
                raise OSError(ENXIO, "nobody reads this pipe", str(file)) from None
            time.sleep(0.05)
    os.set_blocking(opened, True)
    with os.fdopen(opened, "w", encoding="utf-8") as through:
        through.write(text)


def state_of(folder: Path) -> State:
    """The state of a lab's files; empty where there is no such folder. Raises OSError."""
    all_files = (*folder.glob("*"), *(folder / "services").rglob("*"))
    files = (each for each in all_files if each.is_file() and not each.name.startswith("."))
    found = {str(each.relative_to(folder)): each.stat() for each in files}
    return {name: (each.st_ino, each.st_size, each.st_mtime_ns) for name, each in found.items()}


def write_lab(folder: Path, texts: Mapping[str, str], read: State | None = None) -> None:
    """Write texts by their paths in a lab's folder, and only if its files still are as they were `read`, where that is
    given.

    Each is written next to its place first, and all are put there in the end, so that a run that is stopped leaves the
    lab as it was; a new folder that is half there is unused to the next one. Links that the lab has are followed, since
    it was read through them. Raises NotAlone, OutsidePath and OSError.
    """
    places = {below(folder, name): text for name, text in texts.items()}
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        if read is not None and (now := state_of(folder)) != read:
            changed = min(name for name in now.keys() | read.keys() if now.get(name) != read.get(name))
            raise NotAlone(f"{folder / changed} was edited meanwhile; nothing was written. Run this again")
        is_new = is_unused(folder)
        ready: list[tuple[Path, Path]] = []
        try:
            for place, text in places.items():
                ready.append((_written_beside(place.resolve(), text), place.resolve()))
            if is_new:
                _list_unfinished(folder, ready)
        except BaseException:
            _drop(new for new, _ in ready)
            raise
        put(ready)
        _drop([folder / UNFINISHED])


def _list_unfinished(folder: Path, ready: Iterable[tuple[Path, Path]]) -> None:
    listed = {str(place.relative_to(folder.resolve())): _digest(new) for new, place in ready}
    write_inside(folder, UNFINISHED, json.dumps(listed))


@contextmanager
def alone_in(folder: Path) -> Generator[None]:
    """Wait until no other run writes into a folder, and keep others waiting meanwhile. Raises NotAlone and OSError."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(held, folder)
        yield
    finally:
        os.close(held)


def _lock(held: int, folder: Path) -> None:
    """A file system without locks is written to without one."""
    deadline = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (EAGAIN, EWOULDBLOCK):
                return
            if time.monotonic() > deadline:
                raise NotAlone(f"another run has been writing into {folder} for {LONGEST_WAIT:g} s: end it") from None
            time.sleep(0.05)
        else:
            return


def _written_beside(place: Path, text: str) -> Path:
    """The text in a new file next to its place, with the mode of what is there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{place.name}{NEW}")
    try:
        new.unlink(missing_ok=True)
        with new.open("x", encoding="utf-8", newline="") as opened:
            if place.is_file() and not place.is_symlink():
                os.fchmod(opened.fileno(), place.stat().st_mode)
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        _drop([new])
        raise OSError(error.errno, error.strerror, str(place)) from None
    except BaseException:
        _drop([new])
        raise
    return new


def _drop(files: Iterable[Path]) -> None:
    """Where that cannot be, the next run does it: what went wrong before is told."""
    for file in files:
        with suppress(OSError):
            file.unlink()

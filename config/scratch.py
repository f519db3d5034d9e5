"""Files of the program's own, gone when it is done with them: in $TMPDIR, else /tmp."""

import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType

from config.reasons import reason_of
from config.writing import state_of

_FULL = frozenset({EDQUOT, EFBIG, ENOSPC})


class NoScratch(Exception):
    """There is no place for files that are gone afterwards; the message is one sentence, with a way out."""


@contextmanager
def scratch_folder() -> Generator[Path]:
    """A new folder, readable for its owner alone, and gone afterwards. Raises NoScratch where it is full."""
    try:
        new = tempfile.TemporaryDirectory()
    except OSError as error:
        raise _none(error) from None
    with new as place, _gone_at_an_end_from_outside(place):
        try:
            yield Path(place)
        except OSError as error:
            if not _is_below(error, Path(place)):
                raise
            raise _none(error) from None


@contextmanager
def _gone_at_an_end_from_outside(place: str) -> Generator[None]:
    """A folder may hold secrets: it goes, too, when the process is told to end, as by a pipeline that is cancelled."""
    if current_thread() is not main_thread():
        yield
        return
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in (signal.SIGTERM, signal.SIGHUP)}

    def end(number: int, _: FrameType | None) -> None:
        shutil.rmtree(place, ignore_errors=True)
        signal.signal(number, before[signal.Signals(number)])
        os.kill(os.getpid(), number)

    for number, handler in before.items():
        signal.signal(number, end if handler is not signal.SIG_IGN else handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def copy_lab(folder: Path, scratch: Path) -> Path:
    """A copy of a lab's files, and of nothing else that is in its folder. Raises OSError."""
    copy = scratch / folder.resolve().name
    for name in state_of(folder):
        place = copy / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, place)
    return copy


def _is_below(error: OSError, place: Path) -> bool:
    """Whether an error is about files in the folder. A write into a file that is open names none, and a copy names the
    file that it reads."""
    names = [str(each) for each in (error.filename, error.filename2) if each is not None]
    return error.errno in _FULL or any(Path(each).is_relative_to(place) for each in names)


def _none(error: OSError) -> NoScratch:
    return NoScratch(
        f"{_place()} takes no files, and the program keeps some there while it runs ({reason_of(error)}): make room, "
        "or name another folder with TMPDIR=FOLDER"
    )


def _place() -> str:
    """The folder for such files; where none is of use, the first that is tried."""
    try:
        return tempfile.gettempdir()
    except OSError:
        return "/tmp"

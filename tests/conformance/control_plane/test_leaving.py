"""`homelab rehearse` leaves no program and no folder behind, whenever and however it is stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cli.exits import INTERRUPTED
from rehearsal.control_plane import PROGRAMS
from rehearsal.tools import ToolMissing, path_of

pytestmark = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="not run: no /proc to look for programs in")

HOMELAB = Path(sys.executable).with_name("homelab")
SECONDS = 240
"""More than a start takes on a machine that has other things to do."""
STAYS_UP = "It stays up until Ctrl-C"


class Rehearsal:
    """A rehearsal of the small lab that runs as a program of its own, with its own folder for temporary files."""

    def __init__(self, process: subprocess.Popen[str], temporary: Path, said: Path) -> None:
        self.process = process
        self._temporary = temporary
        self._said = said

    @property
    def said(self) -> str:
        """Its output on stderr so far."""
        return self._said.read_text(encoding="utf-8")

    def folders(self) -> list[Path]:
        """Its folders: one for each control plane."""
        return list(self._temporary.glob("rehearsal-*"))

    def programs(self) -> list[str]:
        """Programs that run in one of its folders, whether the folder still exists or not."""
        found: list[str] = []
        for link in Path("/proc").glob("[0-9]*/cwd"):
            try:
                if str(self._temporary) in str(link.readlink()):
                    found.append(link.with_name("comm").read_text(encoding="utf-8").strip())
            except OSError:  # it has ended meanwhile, or is not ours to look at
                continue
        return found

    def has_started(self, program: str) -> bool:
        """Whether it has come as far as to start a program."""
        return any((folder / f"{program}.log").exists() for folder in self.folders())

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something. Fails with what it said if it has ended before."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def assert_nothing_is_left(self) -> None:
        """Neither programs nor a folder; the watcher needs a moment where we were not let finish."""
        deadline = time.monotonic() + SECONDS
        while (self.folders() or self.programs()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (self.folders(), self.programs()) == ([], [])


@contextmanager
def rehearsal(temporary: Path) -> Iterator[Rehearsal]:
    """A rehearsal that has been started and stays up until it is told to stop."""
    for program in PROGRAMS:
        try:
            path_of(program)
        except ToolMissing as missing:
            pytest.skip(f"not run: {missing}")
    temporary.mkdir()
    said = temporary / "said"
    with said.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [HOMELAB, "rehearse", "--lab", "small", "--keep"],
            env={**os.environ, "TMPDIR": str(temporary)},
            stdout=subprocess.DEVNULL,
            stderr=errors,
            text=True,
        )
    try:
        yield Rehearsal(process, temporary, said)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.parametrize("program", ["etcd", "kyverno-background-controller"])
def test_nothing_is_left_when_it_is_stopped_as_it_starts(tmp_path: Path, program: str, number: signal.Signals) -> None:
    with rehearsal(tmp_path / "temporary") as started:
        started.until(lambda: started.has_started(program) and bool(started.programs()))
        started.process.send_signal(number)
        assert started.process.wait(SECONDS) == INTERRUPTED
        assert started.said.endswith("homelab: stopped; everything was cleaned up\n")
        started.assert_nothing_is_left()


def test_nothing_is_left_when_somebody_is_impatient(tmp_path: Path) -> None:
    with rehearsal(tmp_path / "temporary") as started:
        started.until(lambda: started.has_started(PROGRAMS[-1]))
        for _ in range(2):
            started.process.send_signal(signal.SIGINT)
        started.process.wait(SECONDS)
        started.assert_nothing_is_left()


def test_nothing_is_left_when_it_was_kept(tmp_path: Path) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM)
    with ExitStack() as stack:
        kept = {number: stack.enter_context(rehearsal(tmp_path / number.name)) for number in numbers}
        for number, each in kept.items():
            each.until(lambda each=each: STAYS_UP in each.said)
            assert len(each.folders()) == 1
            assert len(each.programs()) >= len(PROGRAMS)
            each.process.send_signal(number)
        for each in kept.values():
            assert each.process.wait(SECONDS) == 0, each.said
            each.assert_nothing_is_left()

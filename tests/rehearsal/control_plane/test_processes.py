"""Started programs end with us, however we end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal.control_plane.processes import PartFailed, free_ports, processes

STARTS_TWO = """
import sys, time
from rehearsal.control_plane.processes import processes
with processes() as running:
    for name in ("one", "two"):
        running.start(name, ["sh", "-c", f"echo $$ > {name}; mv {name} {name}.pid; sleep 600 & wait"])
    running.wait("one", lambda: all((running.folder / f"{name}.pid").exists() for name in ("one", "two")))
    print(running.folder, flush=True)
    time.sleep(600)
"""


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(condition: object, seconds: float = 20) -> bool:
    """Whether something becomes true in time."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_programs_and_their_folder_go_when_the_block_is_left() -> None:
    with processes() as running:
        running.start("sleeper", ["sh", "-c", "echo $$ > new; mv new pid; sleep 600"])
        running.wait("sleeper", lambda: (running.folder / "pid").exists())
        folder, pid = running.folder, int((running.folder / "pid").read_text())
    assert not folder.exists()
    assert not is_alive(pid)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="not run: this machine has no /proc to look at")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_programs_and_their_folder_go_when_we_are_ended(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", STARTS_TWO], stdout=subprocess.PIPE, text=True) as us:
        assert us.stdout is not None
        folder = Path(us.stdout.readline().strip())
        pids = [int((folder / f"{name}.pid").read_text()) for name in ("one", "two")]
        assert all(map(is_alive, pids))
        os.kill(us.pid, number)
    assert eventually(lambda: not any(map(is_alive, pids)))
    assert eventually(lambda: not folder.exists())


def test_a_program_that_ends_too_soon_is_told_with_its_last_words() -> None:
    with processes() as running:
        running.start("broken", ["sh", "-c", "echo no such flag; exit 3"])
        with pytest.raises(PartFailed, match="broken ended with 3; its last words:\nno such flag"):
            running.wait("broken", lambda: False)


def test_a_program_that_is_never_ready_is_told() -> None:
    with processes() as running:
        running.start("idle", ["sleep", "600"])
        with pytest.raises(PartFailed, match="idle is not ready after 0 s"):
            running.wait("idle", lambda: False, seconds=0.3)


def test_free_ports_are_different() -> None:
    assert len(set(free_ports(20))) == 20

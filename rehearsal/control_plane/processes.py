"""Programs that run with us and end with us, however we end."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import randrange

_ON_OUR_END = 'read -r _; kill -s KILL -- "-$1" 2>/dev/null; sleep 0.2; rm -rf -- "$2"'
"""Script of the watcher: `read` returns when the pipe from us is closed, by us or by the kernel when we are gone."""

PORTS = (20_000, 32_000)
"""Below those that the kernel gives away (`net.ipv4.ip_local_port_range`)."""


class PartFailed(Exception):
    """A part of the control plane ended, or did not become ready; the message has its last words."""


class Processes:
    """Programs in one process group, and a folder for their files. A watcher ends the group and removes the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._leader = subprocess.Popen(["sleep", "1000000000"], stdin=subprocess.DEVNULL, process_group=0)
        self._watcher = subprocess.Popen(
            ["sh", "-c", _ON_OUR_END, "watcher", str(self._leader.pid), str(folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def start(self, name: str, argv: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        """Start a program; what it prints goes to `<name>.log`."""
        with self._log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                [str(each) for each in argv],
                cwd=self.folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=self._leader.pid,
            )

    def wait(self, name: str, is_ready: Callable[[], bool], seconds: float = 180) -> None:
        """Wait until a program is ready. Raises PartFailed if it ends before, or takes longer."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.check()
            if time.monotonic() > deadline:
                raise PartFailed(f"{name} is not ready after {seconds:.0f} s; {self._last_words(name)}")
            time.sleep(0.1)

    def check(self) -> None:
        """Raises PartFailed if a program has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise PartFailed(f"{name} ended with {process.returncode}; {self._last_words(name)}")

    def stop(self) -> None:
        """End all programs at once, and remove the folder."""
        os.killpg(self._leader.pid, signal.SIGKILL)
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()
        self._watcher.wait()
        for process in (self._leader, *self._running.values()):
            process.wait()

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _last_words(self, name: str) -> str:
        lines = self._log(name).read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(["its last words:", *lines[-15:]])


@contextmanager
def processes() -> Iterator[Processes]:
    """Room for programs. When this ends, for whatever reason, they end and their files go."""
    with ExitStack() as stack:
        running = Processes(Path(tempfile.mkdtemp(prefix="rehearsal-")))
        stack.callback(running.stop)
        yield running


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody uses, none of which the kernel gives to an outgoing connection meanwhile."""
    found: set[int] = set()
    while len(found) < count:
        port = randrange(*PORTS)
        with socket.socket() as attempt, suppress(OSError):
            attempt.bind(("127.0.0.1", port))
            found.add(port)
    return list(found)


def is_listening(port: int) -> bool:
    """Whether somebody answers on a port of loopback."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False

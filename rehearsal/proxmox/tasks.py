"""Jobs in the background, which Proxmox answers with an id (UPID)."""

import time
from collections.abc import Callable
from typing import Any

from rehearsal.proxmox.answers import Refusal, invalid
from rehearsal.proxmox.state import State, Task

FIRST_PID = 0x1000


class Tasks:
    """The tasks of one emulator."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._number = len(state.tasks)
        self._waiting: list[tuple[float, str, Callable[[], None]]] = []

    def start(self, node: str, kind: str, about: str | int, user: str, work: Callable[[], None]) -> str:
        """Starts a task and gives its UPID; where tasks take no time, it is done."""
        self._number += 1
        now = int(time.time())
        upid = f"UPID:{node}:{FIRST_PID + self._number:08X}:{self._number:08X}:{now:08X}:{kind}:{about}:{user}:"
        self._state.tasks[upid] = Task(node=node, type=kind, id=str(about), user=user, starttime=now)
        self._waiting.append((time.monotonic() + self._state.task_seconds, upid, work))
        self.settle()
        return upid

    def settle(self) -> None:
        """Ends the tasks whose time has come."""
        now = time.monotonic()
        due = [entry for entry in self._waiting if entry[0] <= now]
        self._waiting = [entry for entry in self._waiting if entry[0] > now]
        for _, upid, work in due:
            _run(self._state.tasks[upid], work)

    def status(self, upid: str) -> dict[str, Any]:
        """Answer of a task's `status`. Raises Refusal."""
        task = self._task(upid)
        _, node, pid, pstart, *_ = upid.split(":")
        found = {
            "upid": upid,
            "node": node,
            "pid": int(pid, 16),
            "pstart": int(pstart, 16),
            "starttime": task.starttime,
            "type": task.type,
            "id": task.id,
            "user": task.user.partition("!")[0],
            "status": "running" if task.exitstatus is None else "stopped",
        }
        if "!" in task.user:
            found["tokenid"] = task.user.partition("!")[2]
        return found if task.exitstatus is None else found | {"exitstatus": task.exitstatus}

    def log(self, upid: str) -> list[dict[str, Any]]:
        """A task's log, line by line. Raises Refusal."""
        lines = self._task(upid).log or ["no content"]
        return [{"n": number, "t": line} for number, line in enumerate(lines, 1)]

    def _task(self, upid: str) -> Task:
        try:
            return self._state.tasks[upid]
        except KeyError:
            raise invalid(upid="unable to parse worker upid") from None


def _run(task: Task, work: Callable[[], None]) -> None:
    try:
        work()
    except Refusal as refusal:
        task.exitstatus = refusal.message
        task.log.append(f"TASK ERROR: {refusal.message}")
    else:
        task.exitstatus = "OK"
        task.log.append("TASK OK")

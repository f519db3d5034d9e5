"""Faults that are injected into chosen requests."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["error", "timeout", "lock", "task-fails", "cut-before", "cut-after"]
"""Kinds of faults:

- `error`: the request is answered with 500, and nothing was changed.
- `timeout`: the change is made, and the answer is withheld until the connection is given up.
- `lock`: another process holds the lock of the machine's configuration.
- `task-fails`: the task that the request starts fails, and nothing was changed.
- `cut-before`, `cut-after`: the connection is cut before or after the change was made.
"""


@dataclass
class Fault:
    """A fault, and the requests that it strikes."""

    kind: Kind
    method: str = ".*"
    """A regular expression for the whole method."""
    path: str = ".*"
    """A regular expression for the whole path below /api2/json/."""
    skip: int = 0
    """How many of the matching requests pass before it strikes."""
    times: int = 1
    """How often it strikes."""
    message: str = "cluster not ready - no quorum?"
    """Message of an error or a failed task."""
    seconds: float = 1.0
    """How long an answer is withheld before the connection is cut."""
    struck: int = 0
    """How often it has struck."""

    def strikes(self, method: str, path: str) -> bool:
        """Whether it strikes this request; counts it."""
        if self.struck >= self.times or not self._matches(method, path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.struck += 1
        return True

    def _matches(self, method: str, path: str) -> bool:
        return bool(re.fullmatch(self.method, method) and re.fullmatch(self.path, path))

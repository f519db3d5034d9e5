"""Waiting for what a real control plane does in its own time."""

import time
from collections.abc import Callable

SECONDS = 300
"""Far more than anything takes on a machine that is busy with other tests too. What comes about is not waited for any
longer, so only a failure costs that much."""


def eventually(condition: Callable[[], object]) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True

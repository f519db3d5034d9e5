"""Works around what makes Pulumi's SDK slow with a thousand resources: half of the time of a preview of prod.

Four things, read in and measured with pulumi 3.272. The SDK waits for all outputs anew after each of them, which grows
with their square. It sends each of its debug lines to the engine, four and more for a resource, and waits for the
answer. Python looks for garbage among a million objects that stay. With each resource goes the stack of calls that
declared it: a third of a state, which an `up` writes anew for each step, and which nobody reads.
"""

import asyncio
import gc
import importlib.metadata
import os
from collections.abc import Iterable
from typing import Any

from pulumi import log
from pulumi.runtime import resource, stack
from pulumi.runtime.proto import source_pb2

SWITCH = "HOMELAB_PLAIN_SDK"
"""The variable that leaves the SDK as it is, where it is not empty."""
FROM, UNTIL = (3, 272), (3, 280)
"""The versions of which this is known: those from the first, before the second. Any other is left as it is."""
GARBAGE_THRESHOLDS = (100_000, 50, 50)


def speed_up() -> bool:
    """Make the SDK quick, where it is one of those versions; returns whether it was done."""
    if os.environ.get(SWITCH) or not is_known(importlib.metadata.version("pulumi")):
        return False
    setattr(stack, "asyncio", _Asyncio())  # noqa: B010 - no public name of it
    setattr(resource, "_get_stack_trace", source_pb2.StackTrace)  # noqa: B010 - as above: one without frames
    log.debug = _say_nothing
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    return True


def is_known(version: str) -> bool:
    """Whether a version of the SDK is one of those that this is known of."""
    major, minor = version.split(".")[:2]
    return FROM <= (int(major), int(minor)) < UNTIL


class _Asyncio:
    """The module `asyncio`, as the SDK's wait for its outputs sees it: one wait for all of them, or for an error."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def wait(pending: Iterable["asyncio.Task[Any]"], **_: Any) -> Any:
        return await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)


def _say_nothing(*_: object, **__: object) -> None:
    """Lines for debugging the SDK, which nobody asked for."""

"""Attempts at a copy, and what they say together."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

CopyState = Literal["made", "too old", "failed", "empty", "never made", "missing", "not asked"]
"""`missing`: nothing runs that would make it. `not asked`: the cluster does not know, or did not answer."""


class Found(NamedTuple):
    """Evidence in the cluster about the last copy."""

    state: CopyState
    at: datetime | None = None
    """When the last one that succeeded ended."""
    size: int | None = None
    """Bytes; None where nothing tells."""
    detail: str = ""


class Attempt(NamedTuple):
    """One attempt that has ended."""

    name: str
    succeeded: bool
    ended: datetime | None
    size: int | None = None
    """Bytes; None where the object does not tell."""
    reason: str = ""
    """Why it failed, in the words of its tool."""


def summed_up(attempts: Iterable[Attempt]) -> Found:
    """The newest attempt decides; one that failed leaves the last one that succeeded."""
    in_order = sorted(attempts, key=lambda each: (each.ended is not None, each.ended, each.name))
    if not in_order:
        return Found("never made", detail="none has ended yet")
    good = next((each for each in reversed(in_order) if each.succeeded), None)
    newest = in_order[-1]
    if newest.succeeded:
        return Found("made", newest.ended, newest.size)
    return Found("failed", good.ended if good else None, good.size if good else None, newest.reason or newest.name)

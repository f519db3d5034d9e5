"""Minor releases of Kubernetes: how long each is supported, and for which of them the planner's rules were read."""

from datetime import date
from typing import NamedTuple


class Release(NamedTuple):
    """A minor release (kubernetes.io/releases/1.NN)."""

    minor: int
    """For example 34 for 1.34."""
    end_of_life: date
    """The last day on which it gets fixes."""
    rules_read: bool = False
    """The planner's rules of admission, scheduling and eviction were held against this release."""

    def __str__(self) -> str:
        return f"1.{self.minor}"


RELEASES = (
    Release(33, date(2026, 6, 28)),
    Release(34, date(2026, 10, 27), rules_read=True),
    Release(35, date(2027, 2, 28)),
    Release(36, date(2027, 6, 28)),
    Release(37, date(2027, 10, 28)),
)
"""Minor releases that were supported in 2026, oldest first."""

KUBELET_SKEW = 3
"""Minor releases that a kubelet may be older than the API server; newer it may never be
(kubernetes.io/releases/version-skew-policy)."""


def release(minor: int) -> Release | None:
    """A release by its minor number; None where this program does not know it."""
    return next((each for each in RELEASES if each.minor == minor), None)


def minor_of(version: str) -> int | None:
    """The minor number in `v1.34.2` or `v1.34.2+k3s1`; None where it is not such a version."""
    parts = version.removeprefix("v").split(".")
    return int(parts[1]) if len(parts) > 2 and parts[0] == "1" and parts[1].isdecimal() else None

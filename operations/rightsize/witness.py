"""Figures about one container: its use over a span of days, and its requests and limits as they are."""

from typing import Literal, NamedTuple

Resource = Literal["cpu", "memory"]


class Percentiles(NamedTuple):
    """Use of a resource by the busiest pod: CPU in millicores, memory in bytes."""

    p50: int
    p95: int
    p99: int
    max: int


class Used(NamedTuple):
    """Use of a container over a span of days."""

    days: int
    """Days with data."""
    cpu: Percentiles
    """Rates over five minutes: shorter peaks are not seen."""
    memory: Percentiles
    """Working set, which counts file pages in use."""
    daily_memory: tuple[int, ...]
    """Largest working set of each day in bytes, oldest first."""
    oom_kills: int
    restarts: int
    """Restarts for any reason, kills included."""


class Stated(NamedTuple):
    """Resources of a container as the cluster has them; None where nothing is stated."""

    cpu_request: int | None
    """Millicores."""
    memory_request: int | None
    """Bytes."""
    memory_limit: int | None
    """Bytes."""

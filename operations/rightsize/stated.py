"""Requests and limits of a container as the cluster has them."""

from typing import Literal, NamedTuple

Resource = Literal["cpu", "memory"]


class Stated(NamedTuple):
    """Resources of a container; None where nothing is stated."""

    cpu_request: int | None
    """Millicores."""
    memory_request: int | None
    """Bytes."""
    memory_limit: int | None
    """Bytes."""

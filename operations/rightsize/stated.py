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
    cpu_limit: int | None = None
    """Millicores."""

    @property
    def is_guaranteed(self) -> bool:
        """Whether its whole memory is requested: whoever wrote that wants it kept."""
        return self.memory_limit is not None and self.memory_request == self.memory_limit

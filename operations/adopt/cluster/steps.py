"""Steps by which a tool releases objects."""

from typing import NamedTuple

from operations.adopt.cluster.tools import Tool


class Step(NamedTuple):
    """Something to do, in this order."""

    tool: Tool
    purpose: str
    command: str

"""Steps by which a tool releases objects."""

from typing import NamedTuple

from operations.adopt.cluster.tools import Tool

HAND = "hand-over"
"""The field manager of marks that a hand-over sets. The next `up` would remove those of one called `kubectl...`."""


class Step(NamedTuple):
    """Something to do, in this order."""

    tool: Tool
    purpose: str
    command: str

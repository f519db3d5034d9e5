"""A cluster with its pods in place: what losses, transitions and remedies start from."""

from collections.abc import Sequence
from typing import NamedTuple

from plan.model import Node, NodeUse, Pending, Workload


class Standing(NamedTuple):
    """A cluster in which everything that finds a place has it."""

    nodes: Sequence[Node]
    workloads: Sequence[Workload]
    uses: Sequence[NodeUse]
    pending: Sequence[Pending]

"""How far the planner agrees with what the real scheduler decides in a lab."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from plan.kubernetes.scheduling import Kind, Room
from plan.model.placement import NoPlace


class Difference(NamedTuple):
    """A decision that the planner would not have made."""

    lab: str
    workload: str
    real: str
    planned: str


class Verdict(NamedTuple):
    """How many pods of a workload wait at the end: really, and as planned from nothing."""

    lab: str
    workload: str
    real: int
    planned: int


class Result(NamedTuple):
    """Outcome of a lab."""

    verdicts: tuple[Verdict, ...]
    decisions: int
    """Pods that were placed where the planner would have placed them, or among several equally good places."""
    ties: int
    """Pods that were placed elsewhere than the planner would have placed them."""
    races: int
    """Rooms that the pod got which had made them, though a more important one waited: they are woken together."""
    preemptions: int
    sentences: int
    """That were the planner's, word for word."""
    forgotten: int
    """Pods that the scheduler would have looked at again five minutes later, when there was room for them."""
    differences: tuple[Difference, ...]

    @property
    def unlike(self) -> list[Verdict]:
        """Workloads of which another number of pods waits than was planned from nothing."""
        return [each for each in self.verdicts if each.real != each.planned]


class Agreement:
    """Decisions of the real scheduler, each held against the planner's."""

    def __init__(self, lab: str) -> None:
        self.lab = lab
        self.counted: Counter[str] = Counter()
        self.differences: list[Difference] = []

    def place(self, kind: Kind, node: str, victims: Sequence[Kind], rooms: "Rooms") -> None:
        """A pod goes to a node, for which others had to go."""
        if not rooms.include(node, victims):
            self.differ(kind, f"goes to {_written(node, victims)}", str(rooms))
            return
        self.counted["decisions"] += 1
        self.counted["ties"] += rooms.first != node

    def words(self, kind: Kind, words: str, rooms: "Rooms") -> bool:
        """A pod finds no place, for a reason. Returns whether it is the planner's."""
        if str(rooms) != words:
            self.differ(kind, words, str(rooms))
            return False
        self.counted["sentences"] += 1
        return True

    def differ(self, kind: Kind, real: str, planned: str) -> None:
        """Note a difference."""
        self.differences.append(Difference(self.lab, kind.workload.name, real, planned))

    def result(self, verdicts: Iterable[Verdict]) -> Result:
        """The numbers of the lab."""
        counted = self.counted
        return Result(
            verdicts=tuple(verdicts),
            decisions=counted["decisions"],
            ties=counted["ties"],
            races=counted["races"],
            preemptions=counted["preemptions"],
            sentences=counted["sentences"],
            forgotten=counted["forgotten"],
            differences=tuple(self.differences),
        )


class Rooms(NamedTuple):
    """Where the planner would place a pod, by the names of nodes, or why nowhere."""

    found: tuple[tuple[str, Sequence[Kind]], ...]
    reason: str = ""

    @classmethod
    def of(cls, rooms: Sequence[Room] | NoPlace, nodes: Sequence[str]) -> "Rooms":
        """The planner's answer."""
        return (
            cls((), str(rooms))
            if isinstance(rooms, NoPlace)
            else cls(tuple((nodes[each.node], each.victims) for each in rooms))
        )

    @property
    def first(self) -> str | None:
        """Where the planner itself would place it."""
        return self.found[0][0] if self.found else None

    def include(self, node: str, victims: Sequence[Kind]) -> bool:
        """Whether a room is among them."""
        return any(name == node and Counter(there) == Counter(victims) for name, there in self.found)

    def __str__(self) -> str:
        if not self.found:
            return self.reason
        return f"goes to {' or '.join(_written(node, victims) for node, victims in self.found)}"


def _written(node: str, victims: Iterable[Kind]) -> str:
    names = sorted(each.workload.name for each in victims)
    return node + (f" instead of {', '.join(names)}" if names else "")

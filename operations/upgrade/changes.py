"""Documented changes of the next minor release, held against what runs."""

from typing import Literal, NamedTuple

from observation import Observation
from observation.objects import Reference, controller_uid, reference
from plan.cluster.release_changes import NEWEST_MINOR, Change, changes_between
from plan.model import Manifest

Answer = Literal["concerns", "does not concern", "not checked"]


class Judged(NamedTuple):
    """A change, and the objects that it concerns."""

    change: Change
    answer: Answer
    objects: tuple[Reference, ...] = ()

    @property
    def holds_up(self) -> bool:
        """Whether something stops with the upgrade."""
        return self.answer == "concerns" and self.change.severity == "error"


def judged_changes(observation: Observation, minor: int) -> tuple[Judged, ...] | None:
    """The changes from one minor release to the next; None where those of the next are not known."""
    if minor + 1 > NEWEST_MINOR:
        return None
    written = [each for objects in observation.resources.values() for each in objects if _is_written(observation, each)]
    return tuple(_judged(change, written) for change in changes_between(minor, minor + 1))


def _is_written(observation: Observation, manifest: Manifest) -> bool:
    """Whether somebody wrote an object, and no controller that is here itself: what it says is said there."""
    return controller_uid(manifest) is None or next(observation.owners(manifest), None) is None


def _judged(change: Change, written: list[Manifest]) -> Judged:
    if change.concerns is None:
        return Judged(change, "not checked")
    found = tuple(reference(each) for each in written if change.concerns(each))
    return Judged(change, "concerns" if found else "does not concern", found)

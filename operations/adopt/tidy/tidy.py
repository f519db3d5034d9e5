"""The next departure of a service that can go, and what it costs."""

from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import NamedTuple

from config.load import InvalidLab
from operations.adopt.cluster.comparison import Effect
from operations.adopt.tidy.departures import Departure, Path, departures, unsized, without
from operations.adopt.tidy.effects import Change, change_between, stated_volumes, steps
from operations.adopt.trial import try_files
from plan import Plan, make_plan
from plan.wording import listed

_CHEAPEST: tuple[Effect, ...] = ("in place", "created", "restarts", "re-created", "data")


class Possible(NamedTuple):
    """A departure that can be taken out."""

    departure: Departure
    text: str
    """The file without it."""
    change: Change
    steps: tuple[str, ...]
    errors: tuple[str, ...]
    """Messages of findings that would be errors afterwards, and are none today."""


class Kept(NamedTuple):
    """A departure that cannot be taken out by itself."""

    departure: Departure
    reason: str
    """Why not; in the loader's words where it refuses the file without it."""


class Tidied(NamedTuple):
    """The departures of a service: those that can go, the cheapest first, and those that cannot."""

    service: str
    file: FilePath
    possible: tuple[Possible, ...]
    kept: tuple[Kept, ...]


def tidy(folder: FilePath, before: Plan, service: str) -> Tidied:
    """Try to take each departure out of the file of a service. Nothing is written. Raises OSError."""
    name = f"services/{service}.yaml"
    text = (folder / name).read_text(encoding="utf-8")
    possible: list[Possible] = []
    kept: list[Kept] = []
    known = {(each.code, each.path, each.about) for each in before.errors}
    for departure in departures(text):
        if places := unsized(text, departure):
            kept.append(Kept(departure, _needs_amounts(service, places)))
            continue
        shorter = without(text, departure)
        try:
            after = make_plan(try_files(folder, {name: shorter}))
        except InvalidLab as error:
            first = error.problems[0]
            kept.append(Kept(departure, f"{first.dotted} {first.message}"))
            continue
        change = change_between(before, after, service)
        errors = tuple(each.message for each in after.errors if (each.code, each.path, each.about) not in known)
        commands = tuple(steps(change, before, service, stated_volumes(before, service)))
        possible.append(Possible(departure, shorter, change, commands, errors))
    possible.sort(key=_cost)
    return Tidied(service, folder / name, tuple(possible), tuple(kept))


def _needs_amounts(service: str, places: Sequence[Path]) -> str:
    names = listed([".".join(place) or service for place in places])
    return (
        f"nothing says how much memory it needs: write cpu and memory in place of unsized at {names}; "
        "`homelab rightsize` shows what it used"
    )


def _cost(each: Possible) -> tuple[bool, bool, int]:
    return bool(each.errors), not each.change.is_empty, _CHEAPEST.index(each.change.effect)

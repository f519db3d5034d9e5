"""Where the mistakes of a machine stand that has a shape, and which of the shape's numbers is free."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from config.checks.addresses import check_addresses, check_pool
from config.checks.unique_machines import check_numbers
from config.draft import Draft
from config.machine import Machine
from config.shapes import numbered
from config.source import Path, Places, Problem

_NUMBERS_TRIED = 999
_NEWCOMER = ""
"""Stands for a machine that does not exist yet; no name is empty."""


def trace_to_shapes(lab: Draft, problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems: those with what a shape says at the shape, those with a counted number with one that is free."""
    free: dict[Path, int | None] = {}
    for problem in problems:
        counted = lab.places.counted.get(problem.path)
        if counted is None:
            yield _at_its_origin(lab, problem)
            continue
        shape = counted[:2]
        if shape not in free:
            free[shape] = _free_number(lab, shape)
        yield problem._replace(message=f"{problem.message}; {_fix(lab, counted, free[shape])}")


def _at_its_origin(lab: Draft, problem: Problem) -> Problem:
    """At the machine that says itself where it is or what it is for: the shape may suit the others."""
    origin = lab.places.origin(problem.path)
    machine = problem.path[:2]
    if origin != problem.path and any((*machine, key) in lab.places.by_path for key in ("host", "role")):
        message = f"{problem.message}; it is in {lab.pointer(origin)}"
        return problem._replace(place=lab.problem(machine, "").place, message=message)
    return problem._replace(path=origin)


def _fix(lab: Draft, counted: Path, number: int | None) -> str:
    if number is None:
        return f"of {lab.pointer(counted)} no number up to {_NUMBERS_TRIED} is free"
    if len(counted) == 2:
        return f"number {number} of {lab.pointer(counted)} is free"
    return f"it is counted from {lab.pointer(counted)}, where number {number} is free"


def _free_number(lab: Draft, shape: Path) -> int | None:
    """The lowest number with which one more machine of the shape would clash with nothing."""
    counted = {("machines", _NEWCOMER, *path[2:]): path for path in lab.places.counted.values() if path[:2] == shape}
    lab = replace(lab, places=Places(lab.places.by_path, lab.places.shared, lab.places.counted | counted))
    conflicts = _conflicts(lab)
    for number in range(1, _NUMBERS_TRIED + 1):
        try:
            newcomer = Machine.model_validate(numbered(lab.said_at(shape), number))
        except ValueError:
            return None
        if _conflicts(replace(lab, machines={**lab.machines, _NEWCOMER: newcomer})) == conflicts:
            return number
    return None


def _conflicts(lab: Draft) -> int:
    return sum(1 for check in (check_numbers, check_addresses, check_pool) for _ in check(lab))

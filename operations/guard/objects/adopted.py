"""Differences that the program makes, where the same `up` takes an object over."""

from operations.guard.reading.step import Step
from operations.guard.reading.values import leaves, values_at
from plan.changes.object_rules import touches
from plan.changes.server_defaults import BOOKKEEPING, DEFAULTS, FILLED_IN


def of_program(step: Step) -> tuple[str, ...]:
    """The fields that really change.

    The engine compares what the program states with all that the live object says. A field that the program does not
    state and that the API server or a controller filled in is shown as deleted, and stays: nobody applies its absence.
    """
    return tuple(
        dict.fromkeys(path for path, change in step.changes if change != "removed" or not _is_filled_in(step, path))
    )


def _is_filled_in(step: Step, path: str) -> bool:
    values = tuple(values_at(step.before, path))
    return bool(values) and all(is_default(below, value) for each in values for below, value in leaves(each, path))


def is_default(path: str, value: object) -> bool:
    """Whether the cluster fills in this value, where none is stated."""
    last = path.rpartition(".")[2]
    chosen = touches(path, tuple(FILLED_IN)) or not FILLED_IN.isdisjoint(path.split("."))
    return chosen or touches(path, BOOKKEEPING) or value in DEFAULTS.get(last, ())

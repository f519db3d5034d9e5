"""How full a cluster was over the last weeks, hour by hour, as a monitoring system recorded it."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from observation.json_file import read_fields
from observation.times import read_time
from observation.usage import figure
from plan.model.fields import Fields, text, value, values

Measure = Literal["attachments", "memory-requests", "memory-limits", "evictions"]
"""`attachments`: volumes of the node with most. `memory-requests`: of the nodes that take ordinary pods, as a share of
what is allocatable. `memory-limits`: the same of the node with the largest share. `evictions`: in the last 24 hours."""
MEASURES: tuple[Measure, ...] = get_args(Measure)


class Point(NamedTuple):
    """A measure at a time."""

    at: datetime
    value: float


class History(NamedTuple):
    """The measures that were recorded, oldest point first; one that is not in it was not recorded."""

    source: str
    """The file, or the URL, that says so."""
    measures: Mapping[Measure, tuple[Point, ...]]


class InvalidHistory(Exception):
    """A file that does not hold a history; the message says where and why."""


def read_history(file: Path) -> History:
    """Read a file of history. Raises InvalidHistory."""
    stated = read_fields(file, InvalidHistory)
    if not isinstance(stated.get("measures"), dict):
        raise InvalidHistory(f"{file} holds no history: it lacks the mapping `measures`")
    return History(
        text(stated, "source") or str(file),
        {each: _points(stated, each) for each in MEASURES if value(stated, "measures", each) is not None},
    )


def _points(stated: Fields, measure: Measure) -> tuple[Point, ...]:
    return tuple(_point(each, measure) for each in values(stated, "measures", measure))


def _point(stated: Any, measure: Measure) -> Point:
    try:
        written, number = stated
        at = read_time(written)
        if at is not None:
            return Point(at, figure(number))
    except (TypeError, ValueError):
        pass  # refused below, as a time that cannot be read
    raise InvalidHistory(f"measures.{measure} holds {stated!r}, which is no pair of a time and a number")


def history_text(history: History) -> str:
    """A history in the form that `read_history` reads."""
    content = {
        "source": history.source,
        "measures": {
            measure: [(at.strftime("%Y-%m-%dT%H:%M:%SZ"), round(number, 4)) for at, number in points]
            for measure, points in history.measures.items()
        },
    }
    return json.dumps(content)

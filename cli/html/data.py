"""The data ledger: each volume, the disk that it is on, its copies."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import htpy as h

from cli.html.tables import table
from plan.ledger import Copy, Entry, Place, ledger
from plan.model import Plan
from plan.wording import gib, plural


def data_section(plan: Plan) -> h.Element:
    """The data on each disk."""
    entries = ledger(plan.lab)
    return h.section(id="data")[
        h.h2["Data"],
        h.p(".soft")["Where each volume, database and machine disk lies, and who holds a copy on another disk."],
        (_place(place, on_it) for place, on_it in _by_place(entries)),
    ]


def _by_place(entries: Iterable[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    places: dict[str, list[Entry]] = {}
    for entry in entries:
        where = " or ".join(_place_name(place) for place in entry.places) or "an unknown place"
        places.setdefault(where, []).append(entry)
    yield from places.items()


def _place_name(place: Place) -> str:
    return f"{place} ({place.medium})" if place.medium else str(place)


def _place(place: str, entries: list[Entry]) -> h.Element:
    without = sum(not entry.surviving and not entry.is_copy and entry.without_copy is None for entry in entries)
    size = gib(sum(entry.size for entry in entries))
    return h.details[
        h.summary[
            h.strong[place],
            f": {plural(len(entries), 'volume')}, {size}; {without} without a copy on another disk",
        ],
        table(
            ("data", "kind", "size", "copies"),
            ((entry.name, entry.source, gib(entry.size), _copies(entry)) for entry in entries),
            numbers=(2,),
        ),
    ]


def _copies(entry: Entry) -> str:
    if entry.copies:
        return "; ".join(_copy(entry, copy) for copy in entry.copies)
    if entry.is_copy:
        return "is itself a copy"
    return f"none, on purpose: {entry.without_copy}" if entry.without_copy else "none is known"


def _copy(entry: Entry, copy: Copy) -> str:
    where = ", on another disk" if copy in entry.surviving else ", on the same disk" if copy.places else ""
    return f"{copy.kind} by {copy.by}{where}{_every(copy.every)}{'' if copy.runs else ', does not run'}"


def _every(pause: timedelta | None) -> str:
    if pause is None:
        return ""
    hours = pause.total_seconds() / 3600
    return f", every {hours:g} h" if hours < 48 else f", every {hours / 24:g} days"

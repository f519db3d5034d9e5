"""The data ledger: each volume, the disk that it is on, its copies."""

from collections.abc import Iterable, Iterator

import htpy as h

from cli.html.tables import table
from cli.text.data import age_text, carried_text, copies_text, data_event
from plan.forecast import Forecast
from plan.ledger import DataLoss, Entry, Place
from plan.wording import gib, plural


def data_section(forecast: Forecast) -> h.Element:
    """Losses with each disk and server, and the data on each disk."""
    return h.section(id="data")[
        h.h2["Data"],
        h.p(".soft")["Where each volume, database and machine disk lies, and who holds a copy on another disk."],
        table(
            ("event", "on it", "gone", "restored", "work lost at most", "not known"),
            (_loss(each) for each in forecast.data_losses if each.event != "namespace"),
            numbers=(2, 3, 5),
        ),
        (_place(place, on_it) for place, on_it in _by_place(forecast.ledger)),
    ]


def _loss(loss: DataLoss) -> tuple[str, ...]:
    age = age_text(loss.oldest) if loss.oldest is not None else "-"
    gone, restored, unknown = (str(len(each)) for each in (loss.gone, loss.restored, loss.unchecked))
    return data_event(loss), carried_text(loss.carried), gone, restored, age, unknown


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
            ((entry.name, entry.source, gib(entry.size), copies_text(entry)) for entry in entries),
            numbers=(2,),
        ),
    ]

"""Loss of a disk or of a file server: the data that is gone, and how much work the copies bring back."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from plan.ledger.entries import Entry
from plan.ledger.places import Place


class DataLoss(NamedTuple):
    """The loss of one place."""

    place: Place
    gone: tuple[Entry, ...]
    """Data of which no copy is known to survive."""
    restored: tuple[tuple[Entry, timedelta | None], ...]
    """Data with a copy elsewhere, and the longest time since that copy was made; None where it is not stated."""


def data_losses(entries: Iterable[Entry]) -> Iterator[DataLoss]:
    """The loss of each place that holds data, in the order of the entries. Copies are not counted as data."""
    originals = [entry for entry in entries if not entry.is_copy and entry.without_copy is None]
    for place in dict.fromkeys(place for entry in originals for place in entry.places):
        hit = [entry for entry in originals if place in entry.places]
        yield DataLoss(
            place=place,
            gone=tuple(entry for entry in hit if not entry.surviving),
            restored=tuple((entry, _newest(entry)) for entry in hit if entry.surviving),
        )


def _newest(entry: Entry) -> timedelta | None:
    return min((copy.every for copy in entry.surviving if copy.every is not None), default=None)

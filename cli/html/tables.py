"""Tables that become a list of labelled lines on a narrow screen."""

from collections.abc import Iterable, Sequence

import htpy as h

Cell = str | h.Element | h.Fragment


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], numbers: Iterable[int] = ()) -> h.Element:
    """A table whose first column names the row; `numbers` are the columns that are aligned right."""
    right = dict.fromkeys(numbers, "number")
    return h.table(".stack")[
        h.thead[h.tr[(h.th(scope="col", class_=right.get(index))[each] for index, each in enumerate(headings))]],
        h.tbody[(_row(headings, row, right) for row in rows)],
    ]


def _row(headings: Sequence[str], row: Sequence[Cell], right: dict[int, str]) -> h.Element:
    name, *others = row
    return h.tr[
        h.th(scope="row")[name],
        (h.td(class_=right.get(index), data_label=headings[index])[cell] for index, cell in enumerate(others, 1)),
    ]

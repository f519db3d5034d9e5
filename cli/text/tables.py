"""Tables and bars that fit into any width: columns are dropped first, then each row becomes a card of its own."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.text import Text

BAR_WIDTH = 12
GAP = "  "
CARD_INDENT = (0, 0, 0, 2)
Cell = str | Text


class Column(NamedTuple):
    """A column of a table."""

    heading: str
    drop: int = 0
    """Where the terminal is too narrow, the column with the highest number is dropped first; one with 0 stays."""
    right: bool = False
    """Aligned right, as numbers are."""


def number(heading: str, drop: int = 0) -> Column:
    """A column of numbers."""
    return Column(heading, drop, right=True)


class Table:
    """Rows under headings. No cell is cut or broken; where the columns that stay are still too wide, each row becomes
    a card: its first cell, and below it the others with their headings, none dropped but bars."""

    def __init__(self, title: str, *columns: Column) -> None:
        self.title = title
        self.columns = columns
        self.rows: list[tuple[Cell, ...]] = []

    def add_row(self, *cells: Cell) -> None:
        """Add a row with a cell for each column."""
        self.rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.title:
            yield Text(self.title, "bold")
        shown = self._columns_within(options.max_width)
        yield from self._lines(shown) if shown else self._cards()

    def _columns_within(self, width: int) -> list[int]:
        """The indexes of the columns that fit next to each other; none where even the required ones do not."""
        widths = self._widths()
        shown = [index for index in range(len(self.columns)) if widths[index]]
        while sum(widths[index] for index in shown) + len(GAP) * (len(shown) - 1) > width:
            droppable = [index for index in shown if self.columns[index].drop]
            if not droppable:
                return []
            shown.remove(max(droppable, key=lambda index: self.columns[index].drop))
        return shown

    def _widths(self) -> list[int]:
        headings = [cell_len(column.heading) for column in self.columns]
        cells = [[_width(row[index]) for row in self.rows] for index in range(len(self.columns))]
        return [max((heading, *column)) if any(column) else 0 for heading, column in zip(headings, cells, strict=True)]

    def _lines(self, shown: Sequence[int]) -> Iterator[Text]:
        widths = self._widths()
        headings = [column.heading for column in self.columns]
        for row, style in ((headings, "dim"), *((row, "") for row in self.rows)):
            line = Text(style=style)
            for index in shown:
                line.append(GAP if index != shown[0] else "")
                padding = " " * (widths[index] - _width(row[index]))
                line.append_text(
                    Text.assemble(*((padding, row[index]) if self.columns[index].right else (row[index], padding)))
                )
            line.rstrip()
            line.no_wrap = True
            yield line

    def _cards(self) -> Iterator[Text | Padding]:
        for first, *others in self.rows:
            yield Text.assemble((str(first), "bold"))
            for column, cell in zip(self.columns[1:], others, strict=True):
                if str(cell) and column.heading:
                    yield Padding(Text.assemble((f"{column.heading} ", "dim"), cell), CARD_INDENT, expand=False)


def _width(cell: Cell) -> int:
    return cell_len(str(cell))


def bar(part: int, whole: int) -> Text:
    """How much of something is used, as a bar that turns yellow at 75% and red at 90%."""
    share = part / whole if whole else 0
    filled = min(BAR_WIDTH, round(share * BAR_WIDTH))
    style = "red" if share > 0.9 else "yellow" if share > 0.75 else "green"
    return Text.assemble(("█" * filled, style), ("░" * (BAR_WIDTH - filled), "dim"))

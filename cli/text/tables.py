"""Tables and bars as text."""

from rich.table import Table
from rich.text import Text

BAR_WIDTH = 12


def make_table(title: str, *columns: str) -> Table:
    """A table whose columns are aligned right where their heading ends in a blank: there numbers are, which stay in one
    piece where the others are folded. Nothing is cut off."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for column in columns:
        is_number = column.endswith(" ")
        table.add_column(column.rstrip(), justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    return table


def bar(part: int, whole: int) -> Text:
    """How much of something is used, as a bar that turns yellow at 75% and red at 90%."""
    share = part / whole if whole else 0
    filled = min(BAR_WIDTH, round(share * BAR_WIDTH))
    style = "red" if share > 0.9 else "yellow" if share > 0.75 else "green"
    return Text.assemble(("█" * filled, style), ("░" * (BAR_WIDTH - filled), "dim"))

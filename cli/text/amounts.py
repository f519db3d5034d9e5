"""How amounts, shares and tables look."""

from rich.table import Table
from rich.text import Text

from config.quantity import Cpu, Memory

BAR_WIDTH = 12


def make_table(title: str, *columns: str) -> Table:
    """A table whose columns are aligned right where their heading ends in a blank: there numbers are, which stay in one
    piece where the others are folded. Nothing is cut off."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for column in columns:
        is_number = column.endswith(" ")
        table.add_column(column.rstrip(), justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    return table


def plural(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {noun}{'s' * (count != 1)}"


def bar(part: int, whole: int) -> Text:
    """How much of something is used, as a bar that turns yellow at 75 % and red at 90 %."""
    share = part / whole if whole else 0
    filled = min(BAR_WIDTH, round(share * BAR_WIDTH))
    style = "red" if share > 0.9 else "yellow" if share > 0.75 else "green"
    return Text.assemble(("█" * filled, style), ("░" * (BAR_WIDTH - filled), "dim"))


def gib(size: int) -> str:
    """Bytes as GiB, with as many digits as matter."""
    value = Memory(size).gib
    return f"{value:.0f} GiB" if value == int(value) or value >= 100 else f"{value:.1f} GiB"


def cores(millicores: int) -> str:
    """Millicores as cores."""
    return f"{Cpu(millicores) / 1000:.4g}"


def percent(part: int, whole: int) -> str:
    """A share in percent."""
    return f"{100 * part / whole:.0f}%" if whole else "-"

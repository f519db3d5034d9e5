"""State of a lab's copies, as text."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT
from operations.copies import CheckedCopy, CopyState
from operations.doctor.ages import length, stamp
from plan.wording import gib, listed

BAD: tuple[CopyState, ...] = ("failed", "empty", "missing", "never made", "too old")


def print_copies(copies: Sequence[CheckedCopy], now: datetime, console: Console) -> None:
    """Print the copies that are not as they should be, those that are, and those that could not be asked."""
    console.print()
    console.print(Text("Copies of data", "bold"))
    for line in _lines(copies, now):
        console.print(Padding(line, INDENT, expand=False))


def _lines(copies: Sequence[CheckedCopy], now: datetime) -> Iterator[str]:
    for each in copies:
        if each.found.state in BAD:
            last = f"; the last one was made at {stamp(each.found.at)}" if each.found.at else ""
            detail = f": {each.found.detail}" if each.found.detail else ""
            yield f"{each.entry} by {each.copy.by}: {each.found.state}{detail}{last}"
    for each in copies:
        if each.found.state == "made":
            size = gib(each.found.size) if each.found.size is not None else "size not told"
            age = f"{length(now - each.found.at)} ago" if each.found.at else "at a time not told"
            yield f"{each.entry} by {each.copy.by}: made {age}, {size}"
    unasked = list(
        dict.fromkeys(f"{each.copy.by} of {each.entry}" for each in copies if each.found.state == "not asked")
    )
    if unasked:
        yield f"could not be asked: {listed(unasked)}"
    if not copies:
        yield "the lab states none"

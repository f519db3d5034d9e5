"""Questions that a cluster did not answer, as text."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT
from observation.model import Gap
from plan.wording import listed, printable


def gap_lines(gaps: Sequence[Gap]) -> Iterator[RenderableType]:
    """A heading and a line for each gap; nothing without gaps. Files that a dump lacks share a line."""
    if not gaps:
        return
    yield Text("Not asked", "bold")
    ordered = sorted(gaps, key=lambda each: each.why)
    for why, group in groupby(ordered, key=lambda each: each.why):
        alike = list(group)
        if why == "absent":
            names = listed([each.subject for each in alike], 40)
            yield Padding(f"not in the dump, so there is none or it was not asked: {names}", INDENT, expand=False)
        else:
            for each in alike:
                yield Padding(printable(f"{each.subject}: {each.detail}"), INDENT, expand=False)

"""Markdown for a forge: text of a lab, a preview or a server means itself in it, whatever it contains.

Signs are written as entities, which mean the same in a paragraph, in a table and within HTML. A forge looks for
mentions, issues and addresses in the text as it is read, so these are parted by a space of no width.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from plan.wording import printable

LONGEST = 65_000
"""Characters; GitHub takes 65,536 in a comment."""
LONGEST_FOLD, LONGEST_SECTION = 16_000, 8_000
"""Characters under one title, folded and open."""
MOST_OPEN = 20
"""Lines of a section that are not folded."""
LONGEST_TEXT = 500
"""Characters of one text before they are escaped."""
_NOTHING = "&#8203;"
_ENTITIES = {ord(sign): f"&#{ord(sign)};" for sign in "&<>\"'`*_[]\\|~#!$"}
_LEADING = re.compile(r"[-+=]|\d{1,9}(?=[.)])")
"""The beginning of a list, of a line below a heading, or of a numbered list."""
_CODE = re.compile(r"`([^`]+)`")


def escaped(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text on one line. Its own code, in backticks, is shown as code."""
    parts = _CODE.split(_cut(text, longest))
    return "".join(_code(part) if index % 2 else _plain(part) for index, part in enumerate(parts))


def code(text: str) -> str:
    """A name as code."""
    return _code(_cut(text, LONGEST_TEXT))


def row(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(escaped(each) for each in cells)} |"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: int) -> list[str]:
    """A table of texts; the last `numbers` columns are aligned to the right."""
    lines = ["---"] * (len(columns) - numbers) + ["--:"] * numbers
    return [row(columns), f"|{'|'.join(lines)}|", *map(row, rows)]


def section(title: str, lines: Sequence[str]) -> list[str]:
    """A title and its lines, as many as a reader takes in; nothing where there are none."""
    if not lines:
        return []
    kept = _kept(lines[:MOST_OPEN], LONGEST_SECTION)
    more = [f"- and {len(lines) - kept} more"] if kept < len(lines) else []
    return ["", f"**{title}**", "", *lines[:kept], *more]


def is_cut(lines: Sequence[str]) -> bool:
    """Whether a section leaves lines out."""
    return _kept(lines[:MOST_OPEN], LONGEST_SECTION) < len(lines)


def fold(title: str, lines: Sequence[str]) -> str:
    """A section to be opened; one that is too long by itself ends earlier, so that there is room for the rest."""
    kept = _kept(lines, LONGEST_FOLD)
    more = ["", f"and {len(lines) - kept} more lines"] if kept < len(lines) else []
    shown = (*lines[:kept], *more)
    return "\n".join(("", f"<details><summary>{escaped(title)}</summary>", "", *shown, "", "</details>", ""))


def fitted(text: str, folds: Sequence[str], left_out: Callable[[int], str], after: str = "") -> str:
    """The text, then as many folds as fit, and then `after`. `left_out` is the sentence on so many that do not."""
    for number, each in enumerate(folds):
        rest = left_out(len(folds) - number)
        if len(text) + len(each) + len(rest) + len(after) > LONGEST:
            return text + rest + after
        text += each
    return text + after


def _cut(text: str, longest: int) -> str:
    one_line = printable(" ".join(text.split()))
    return one_line if len(one_line) <= longest else f"{one_line[: longest - 1]}…"


def _plain(text: str) -> str:
    leading = _LEADING.match(text)
    start = f"{_NOTHING}{leading[0]}" if leading else ""
    rest = text[leading.end() :] if leading else text
    entities = rest.translate(_ENTITIES).replace("&#35;", f"&#35;{_NOTHING}")
    return start + entities.replace("@", f"@{_NOTHING}").replace("://", f":{_NOTHING}//").replace(
        "www.", f"www&#46;{_NOTHING}"
    )


def _code(text: str) -> str:
    entities = text.translate(_ENTITIES)
    return f"<code>{entities.replace('@', '&#64;').replace('://', '&#58;//').replace('www.', 'www&#46;')}</code>"


def _kept(lines: Sequence[str], longest: int) -> int:
    """How many lines are together not longer than that."""
    length = 0
    for number, line in enumerate(lines):
        length += len(line) + 1
        if length > longest:
            return number
    return len(lines)

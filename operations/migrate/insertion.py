"""Keys that are written into files of a lab: comments and all else stay to the byte."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from config.source import Path, Place

_SCALAR = re.compile(r"""\s*:\s+("[^"]*"|'[^']*'|[^\s,{}\[\]#"'|>&*!][^\s,{}\[\]#]*)(?=\s*(#.*)?$|\s*[,}])""")
"""A value that stands on the line of its key."""


class Insertion(NamedTuple):
    """A key for an entry that lacks it."""

    entry: Path
    """Where the entry is in the lab."""
    beside: str
    """A key that the entry has."""
    key: str
    value: str
    """As YAML, on one line."""
    before: bool = False
    """Whether it comes before that key in any case; else after it, where its value stands on the same line."""

    @property
    def anchor(self) -> Path:
        """The path of the key that it comes beside."""
        return (*self.entry, self.beside)


def inserted(text: str, insertions: Iterable[tuple[Place, Insertion]]) -> str:
    """The text with all of them, each given with the place of the key that it comes beside."""
    lines = text.splitlines(keepends=True)
    for place, each in sorted(insertions, reverse=True):  # so that the places before stay where they are
        lines[place.line - 1] = _with(lines[place.line - 1], place.column - 1, each)
    return "".join(lines)


def restated(text: str, place: Place, key: str, value: str) -> str:
    """The text with another value of a key, which stands on its line."""
    lines = text.splitlines(keepends=True)
    line, start = lines[place.line - 1], place.column - 1 + len(key)
    if scalar := _SCALAR.match(line.rstrip("\r\n"), start):
        lines[place.line - 1] = f"{line[: scalar.start(1)]}{value}{line[scalar.end(1) :]}"
    return "".join(lines)


def _with(line: str, column: int, insertion: Insertion) -> str:
    """After a value on the same line; else before the key."""
    added = f"{insertion.key}: {insertion.value}"
    scalar = None if insertion.before else _SCALAR.match(line.rstrip("\r\n"), column + len(insertion.beside))
    if line[:column].strip() in ("", "-"):
        newline = "\r\n" if line.endswith("\r\n") else "\n"
        if scalar:
            return f"{line.rstrip()}{newline}{' ' * column}{added}{newline}"
        return f"{line[:column]}{added}{newline}{' ' * column}{line[column:]}"
    if scalar:
        return f"{line[: scalar.end()]}, {added}{line[scalar.end() :]}"
    return f"{line[:column]}{added}, {line[column:]}"

"""Says in plain words, and at the true line, why a parser of YAML refused a text."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import yaml

_KEY = r"(?:- +)*(?P<key>[A-Za-z_][\w.-]*)"
_NO_SPACE = re.compile(rf"^(?P<indent> *){_KEY}:(?=[^\s:/])")
_PLAIN_VALUE = re.compile(rf"^(?P<indent> *){_KEY}: +(?P<value>[^\s\"'|>\[{{#].*)$")
_AFTER_QUOTE = re.compile(rf"^ *{_KEY}: +(?P<quote>[\"'])")
FOREIGN_SPACE = re.compile(r"[\u00a0\u2000-\u200b\u202f\u3000\ufeff]")
FOREIGN_BREAK = re.compile(r"[\u0085\u2028\u2029]")
"""Breaks a line for YAML 1.1 and its parsers, for no editor and not for YAML 1.2."""
_RESERVED = "@`%*&!|>,?]}"
"""A plain text begins with none of these."""


class Slip(NamedTuple):
    """A slip of the pen in a YAML file; line and column count from 1."""

    line: int
    column: int
    message: str


def explain_slip(text: str, error: yaml.MarkedYAMLError) -> Slip:
    """Why `text` is not readable; the parser's own words where the slip is not a usual one."""
    trouble = _Trouble(text.splitlines() or [""], error)
    for explanation in _EXPLANATIONS:
        if slip := next(explanation(trouble), None):
            return slip
    words = ", ".join(part for part in (error.context, error.problem) if part)
    return Slip(trouble.row + 1, trouble.column + 1, f"not readable YAML: {words}")


class _Trouble:
    """A refused text: its lines, where the parser stopped, and where what it could not finish begins."""

    def __init__(self, lines: list[str], error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        begin = error.context_mark or mark
        self.lines = lines
        self.context = error.context or ""
        self.problem = error.problem or ""
        self.row, self.column = (mark.line, mark.column) if mark else (0, 0)
        self.begin, self.begin_column = (begin.line, begin.column) if begin else (0, 0)

    def line(self, row: int) -> str:
        return self.lines[row] if 0 <= row < len(self.lines) else ""

    def before(self, row: int) -> int | None:
        """The nearest line above `row` that says something."""
        above = range(row - 1, -1, -1)
        return next((each for each in above if self.lines[each].strip() and self.lines[each].strip()[0] != "#"), None)


def _tab(trouble: _Trouble) -> Iterator[Slip]:
    """Only the lines that the parser could not take: a tab is allowed elsewhere."""
    for row in range(trouble.begin if "tab" in trouble.problem else trouble.row, trouble.row + 1):
        line = trouble.line(row)
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            yield Slip(row + 1, indent.index("\t") + 1, "a tab; indent with spaces")


def _foreign_space(trouble: _Trouble) -> Iterator[Slip]:
    found = FOREIGN_SPACE.search(trouble.line(trouble.row))
    if found:
        yield Slip(trouble.row + 1, found.start() + 1, foreign_space(found[0]))


def foreign_space(space: str) -> str:
    """The sentence for a character that looks like a space and is not one for YAML."""
    return f"the space U+{ord(space):04X}; write an ordinary one"


def foreign_break(sign: str) -> str:
    """The sentence for a character that breaks a line for parsers of YAML alone."""
    code = f"{ord(sign):04X}"
    return f"the line break U+{code}; write an ordinary one, or `\\u{code.lower()}` in double quotes"


def _conflict(trouble: _Trouble) -> Iterator[Slip]:
    found = next((row for row, line in enumerate(trouble.lines) if line.startswith(("<<<<<<<", ">>>>>>>"))), None)
    if found is not None:
        yield Slip(found + 1, 1, "a conflict of git that is not resolved; keep one of the two sides")


def _missing_space(trouble: _Trouble) -> Iterator[Slip]:
    if "mapping values" in trouble.problem:
        rows = [trouble.before(trouble.row), trouble.row]
    elif "simple key" in trouble.context:
        rows = [trouble.begin]
    else:
        return
    for row in rows:
        match = _NO_SPACE.match(trouble.line(row)) if row is not None else None
        if row is not None and match:
            yield Slip(row + 1, match.end(), f"a space is missing after `{match['key']}:`")


def _lonely_text(trouble: _Trouble) -> Iterator[Slip]:
    if "simple key" in trouble.context and "expected ':'" in trouble.problem:
        said = trouble.line(trouble.begin).strip()[:40]
        message = f"{said!r} is no key with a value; write `key: value`, or indent it under the text it continues"
        yield Slip(trouble.begin + 1, trouble.begin_column + 1, message)


def _colon_in_text(trouble: _Trouble) -> Iterator[Slip]:
    match = _PLAIN_VALUE.match(trouble.line(trouble.row))
    if "mapping values" in trouble.problem and match and trouble.column >= match.start("value"):
        yield Slip(
            trouble.row + 1,
            match.start("value") + 1,
            f"the text after `{match['key']}:` has another colon and a space in it; put it in quotes",
        )


def _indented_too_far(trouble: _Trouble) -> Iterator[Slip]:
    if "mapping values" not in trouble.problem:
        return
    above = trouble.before(trouble.row)
    indent = _indent(trouble.line(trouble.row))
    if above is None:
        return
    if indent > _indent(trouble.line(above)):
        parent = _indent(trouble.line(above))
        message = f"indented too far: by {_spaces(indent)}, the line before it by {parent}, which has a value already"
        yield Slip(trouble.row + 1, indent + 1, message)
    else:
        said = trouble.line(above).strip()[:40]
        yield Slip(above + 1, _indent(trouble.line(above)) + 1, f"{said!r} is no key with a value; write `key: value`")


def _not_closed(trouble: _Trouble) -> Iterator[Slip]:
    at = (trouble.begin + 1, trouble.begin_column + 1)
    if "flow" in trouble.context and "did not find expected" in trouble.problem:
        opened = trouble.line(trouble.begin)[trouble.begin_column : trouble.begin_column + 1]
        where = "" if trouble.row == trouble.begin else f" before line {trouble.row + 1}"
        closing = "]" if opened == "[" else "}"
        yield Slip(*at, f"the {opened!r} that opens here is not closed by {closing!r}{where}, or a comma is missing")
    elif "quoted scalar" in trouble.context and "end of stream" in trouble.problem:
        yield Slip(*at, "the quote that opens here is not closed")


def _escape(trouble: _Trouble) -> Iterator[Slip]:
    if "unknown escape" in trouble.problem:
        message = "a backslash in double quotes; write it twice, or use single quotes"
        yield Slip(trouble.row + 1, trouble.column, message)


def _text_after_quote(trouble: _Trouble) -> Iterator[Slip]:
    line = trouble.line(trouble.row)
    match = _AFTER_QUOTE.match(line)
    if match and "expected key" in trouble.problem and trouble.column > match.end():
        quote = match["quote"]
        remedy = "write ' as '' inside single quotes" if quote == "'" else 'write " as \\" inside double quotes'
        yield Slip(trouble.row + 1, trouble.column + 1, f"text after the closing quote; {remedy}")


def _reserved(trouble: _Trouble) -> Iterator[Slip]:
    """A plain text that begins with a sign of YAML's own."""
    for column in (trouble.begin_column, trouble.column):
        row = trouble.begin if column == trouble.begin_column else trouble.row
        line = trouble.line(row)
        sign = line[column : column + 1]
        before = line[:column].rstrip()
        if sign and sign in _RESERVED and (before == "" or before[-1] in ":-[,{"):
            yield Slip(row + 1, column + 1, f"a text cannot begin with {sign!r}; put it in quotes")


def _list_in_line(trouble: _Trouble) -> Iterator[Slip]:
    if "block sequence entries" in trouble.problem:
        message = "a list cannot begin behind a key; put each `- ` on a line of its own, or write [a, b]"
        yield Slip(trouble.row + 1, trouble.column + 1, message)


def _between_levels(trouble: _Trouble) -> Iterator[Slip]:
    """Deeper than the block it ends, and less deep than the one it should continue."""
    line = trouble.line(trouble.row)
    indent = _indent(line)
    above = trouble.before(trouble.row)
    if "block" not in trouble.context or above is None or trouble.column != indent:
        return
    at = (trouble.row + 1, indent + 1)
    if line.strip().startswith("- ") and "expected key" in trouble.problem and indent <= trouble.begin_column:
        yield Slip(*at, "an element of a list among keys; indent it under the key that it belongs to")
    elif "expected '-'" in trouble.problem:
        yield Slip(*at, "a key among the elements of a list; begin it with `- `, or indent it under one")
    elif "expected key" in trouble.problem:
        levels = sorted({_indent(each) for each in trouble.lines[trouble.begin : trouble.row] if each.strip()})
        allowed = " or ".join(str(level) for level in levels)
        yield Slip(*at, f"indented by {_spaces(indent)}, where {allowed} would be right")


def _second_document(trouble: _Trouble) -> Iterator[Slip]:
    if "another document" in trouble.problem:
        yield Slip(trouble.row + 1, trouble.column + 1, "a second document begins here; a file holds one")


def _spaces(count: int) -> str:
    return f"{count} space{'s' * (count != 1)}"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


_EXPLANATIONS: tuple[Callable[[_Trouble], Iterator[Slip]], ...] = (
    _conflict,
    _tab,
    _foreign_space,
    _missing_space,
    _colon_in_text,
    _lonely_text,
    _indented_too_far,
    _not_closed,
    _escape,
    _reserved,
    _text_after_quote,
    _list_in_line,
    _between_levels,
    _second_document,
)

"""Proposals as changes to a lab's files: only the amounts are replaced, comments and all else stay to the byte."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.source import Place
from operations.rightsize.cluster import Sized
from plan.model.resources import CPU, MEMORY, notation

_AMOUNT = re.compile(r"""(?P<before>\s*:\s*)(?P<quote>["']?)(?P<amount>[0-9][\w.]*)(?P=quote)""")


ELSEWHERE = {
    "none": "it runs without requests; write cpu and memory in place of unsized",
    "patch": "a patch in its file sets its amounts",
}
"""Where amounts stand that the keys of a container do not say."""


class NotWritable(NamedTuple):
    """A proposal that cannot be written; whoever wrote the amount has to."""

    sized: Sized
    why: str


class _Change(NamedTuple):
    place: Place
    """Where the key stands."""
    key: str
    amount: str
    insert: str | None = None
    """A key that is not there yet, to be put behind this one."""


def changed_files(
    lab: Lab, sized: Iterable[Sized], texts: Mapping[str, str]
) -> tuple[Mapping[str, str], tuple[NotWritable, ...]]:
    """The new texts of the files, by the names that the lab's places have; and proposals that stand in none."""
    changes: dict[str, list[_Change]] = {}
    left: list[NotWritable] = []
    for each in sized:
        if not each.changes:
            continue
        if each.written is None:
            left.append(NotWritable(each, "the lab does not write its amounts"))
            continue
        if each.written.amounts != "keys":
            left.append(NotWritable(each, ELSEWHERE[each.written.amounts]))
            continue
        for change in _changes(lab, each):
            changes.setdefault(change.place.file, []).append(change)
    return {file: _applied(texts[file], each) for file, each in changes.items()}, tuple(left)


def _changes(lab: Lab, sized: Sized) -> Iterable[_Change]:
    assert sized.written, "only what the lab writes is changed"
    path, places = sized.written.path, lab.places.by_path
    request, limit = sized.memory.proposed
    if sized.cpu.proposed.request is not None and (place := places.get((*path, "cpu"))):
        yield _Change(place, "cpu", notation(CPU, sized.cpu.proposed.request))
    memory = places.get((*path, "memory"))
    if memory is None:
        return
    if limit is not None:
        yield _Change(memory, "memory", notation(MEMORY, limit))
    if request is not None and not sized.policy.request_is_limit:
        amount = notation(MEMORY, request)
        stated = places.get((*path, "memory_request"))
        yield (
            _Change(stated, "memory_request", amount)
            if stated
            else _Change(memory, "memory", amount, insert="memory_request")
        )


def _applied(text: str, changes: Iterable[_Change]) -> str:
    """From the last change to the first, so that the places before stay where they are."""
    lines = text.splitlines(keepends=True)
    for change in sorted(changes, key=lambda each: (each.place.line, each.place.column, bool(each.insert)))[::-1]:
        number = change.place.line - 1
        line, column = lines[number], change.place.column - 1
        match = _AMOUNT.match(line, column + len(change.key))
        if match is None:
            continue  # the amount stands on a line of its own; the lab is read again, and tells that it is as it was
        if change.insert is None:
            start, end = match.span("amount")
            lines[number] = f"{line[:start]}{change.amount}{line[end:]}"
        elif line[:column].strip() in ("", "-"):
            newline = "\r\n" if line.endswith("\r\n") else "\n"
            lines[number] = f"{line.rstrip()}{newline}" if not line.endswith("\n") else line
            lines.insert(number + 1, f"{' ' * column}{change.insert}: {change.amount}{newline}")
        else:
            lines[number] = f"{line[: match.end()]}, {change.insert}: {change.amount}{line[match.end() :]}"
    return "".join(lines)

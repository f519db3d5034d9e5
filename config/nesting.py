"""YAML that would exhaust the stack or the memory of whoever reads it: lists within lists, and aliases of aliases."""

from collections.abc import Iterator
from typing import Any, cast

import yaml
from yaml.composer import ComposerError

MAX_DEPTH = 40
"""Levels of a lab."""
FOREIGN_DEPTH = 200
"""Levels of a text from elsewhere: the schema of a custom kind has about 60."""
_MOST_REPEATED = 1_000_000
"""Values that the aliases of a text stand for."""
_KINDS = (yaml.CollectionStartEvent, yaml.CollectionEndEvent, yaml.AliasEvent)


def refuse_bombs(text: str, deepest: int = MAX_DEPTH) -> None:
    """Raises YAMLError: of deeper texts libyaml would run out of stack, and nobody can go through all that aliases of
    aliases stand for."""
    sizes: dict[str, int] = {}
    open_parts: list[tuple[str | None, int]] = []
    repeated = 0
    events = yaml.parse(text, Loader=yaml.CSafeLoader)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    for written, event in enumerate(cast("Iterator[Any]", events)):
        begins, ends, repeats = (isinstance(event, kind) for kind in _KINDS)
        if begins:
            open_parts.append((event.anchor, written + repeated))
        elif ends:
            anchor, before = open_parts.pop()
            if anchor is not None:
                sizes[anchor] = written + repeated - before
        elif repeats:
            repeated += sizes.get(event.anchor, 1)
        if len(open_parts) > deepest:
            raise ComposerError(None, None, "it is nested too deeply", event.start_mark)
        if repeated > _MOST_REPEATED:
            raise ComposerError(None, None, "its aliases stand for too much", event.start_mark)

"""The part of a Compose service that one module has read."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Taken(NamedTuple):
    """Keys of the service's file, and remarks on the rest."""

    said: Mapping[str, Any] = {}
    """Keys of the format."""
    notes: tuple[str, ...] = ()
    """Assumptions, and what the owner has to do."""
    lacking: tuple[str, ...] = ()
    """Settings without a place in the file: a service with any of them is not written."""


_NAMED = ("claims", "exceptions", "files", "mounts", "scratch", "secret_files", "sidecars", "volumes")
"""Keys to which several parts contribute."""


def together(parts: Iterable[Taken]) -> Taken:
    """All of them as one. A volume at several places has them as a list."""
    said: dict[str, Any] = {}
    notes: list[str] = []
    lacking: list[str] = []
    for part in parts:
        for key, value in part.said.items():
            if key not in _NAMED:
                said[key] = value
                continue
            known = said.setdefault(key, {})
            for name, each in value.items():
                known[name] = [known[name], each] if key == "mounts" and name in known else each
        notes += part.notes
        lacking += part.lacking
    return Taken(said, tuple(dict.fromkeys(notes)), tuple(dict.fromkeys(lacking)))

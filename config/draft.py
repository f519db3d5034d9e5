"""A lab as far as it could be read: what the checks of the whole look at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.cluster import Cluster
from config.group import Group
from config.machine import Machine, Shape
from config.network import Networks
from config.node import OutsideNode
from config.objects import StatedObject
from config.service import Service
from config.site import Site
from config.source import Path, Places, Problem, is_mapping, is_sequence
from config.storage_class import StorageClass
from config.tier import Tier

_ATTRIBUTES: Mapping[str, str] = {"nodes": "outside"}
"""Files whose entries are called otherwise in a draft."""


@dataclass(frozen=True)
class Draft:
    """The valid parts of a lab. Invalid parts are missing from them, but not from `said`."""

    site: Site | None
    networks: Networks | None
    shapes: Mapping[str, Shape]
    machines: Mapping[str, Machine]
    outside: Mapping[str, OutsideNode]
    cluster: Cluster | None
    tiers: Mapping[str, Tier]
    storage_classes: Mapping[str, StorageClass]
    groups: Mapping[str, Group]
    services: Mapping[str, Service]
    objects: Mapping[str, tuple[StatedObject, ...]]
    """Objects from files of a service, by service."""
    said: dict[str, Any]
    """Content of the files, by file and for `services` by service, before it is validated; None where unreadable.
    Machines with a shape include its content."""
    places: Places

    def problem(self, path: Path, message: str, *related: Path) -> Problem:
        """A problem with the value at `path`; `related` are other places that it is about."""
        place = self.places.find(path)
        assert place is not None, f"{path} is in no file"
        return Problem(place, path, message, related)

    def pointer(self, path: Path) -> str:
        """`path` and its place, for a message about something else."""
        return self.places.pointer(path)

    def find(self, pattern: Sequence[str | int]) -> Iterator[tuple[Path, Any]]:
        """All that the files say at paths like `pattern`, in which `*` stands for any key."""
        return _matches(self.said, pattern, ())

    def said_at(self, path: Path) -> Any:
        """Value in the files at `path`; None where there is none or they cannot be read."""
        value: Any = self.said
        for part in path:
            value = value.get(str(part)) if is_mapping(value) else None
        return value

    def is_said(self, *path: str | int) -> bool:
        """Whether the files say something at `path`, right or wrong."""
        return self.said_at(path) is not None

    def is_complete(self, part: str) -> bool:
        """Whether every entry in a file of named entries is valid."""
        said = self.said[part]
        return is_mapping(said) and len(said) == len(getattr(self, _ATTRIBUTES.get(part, part)))


def _matches(value: Any, pattern: Sequence[str | int], path: Path) -> Iterator[tuple[Path, Any]]:
    if not pattern:
        yield path, value
        return
    head, *rest = pattern
    entries: dict[Any, Any]
    if is_sequence(value):
        entries = dict(enumerate(value))
    elif is_mapping(value):
        entries = value
    else:
        return
    for key in entries if head == "*" else [head] if head in entries else []:
        yield from _matches(entries[key], rest, (*path, key))

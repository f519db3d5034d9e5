"""Services that were found in files of other tools."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.source import Problem


class FileService(NamedTuple):
    """A service that was found in files."""

    name: str
    kind: str
    notes: tuple[str, ...] = ()
    """Assumptions, and what the owner has to do."""
    lacking: tuple[str, ...] = ()
    """Why it is not written; empty where it is."""
    is_known: bool = False
    """Whether the lab has it already, so that its file stays as it is."""


class FilesFound(NamedTuple):
    """The services that a lab gets, and what none of them takes."""

    files: Mapping[str, str]
    """The text of each file that is written, by its path in the lab."""
    services: tuple[FileService, ...]
    unread: tuple[str, ...] = ()
    """Files and objects that no service takes, and why."""

    @property
    def is_complete(self) -> bool:
        """Whether everything that was found is written."""
        return not self.unread and not any(each.lacking for each in self.services)


class Unusable(Exception):
    """Files that cannot be read into this lab; the message is one sentence."""


def tier_of(lab: Lab, stated: str | None) -> str:
    """The tier of what is found: as stated, else the least important one. Raises Unusable."""
    if stated is None:
        return min(lab.tiers, key=lambda name: lab.tiers[name].priority)
    if stated not in lab.tiers:
        raise Unusable(f"{lab.name} has no tier {stated!r}; it has {', '.join(lab.tiers)}")
    return stated


def sentences(problems: Iterable[Problem]) -> tuple[str, ...]:
    """The loader's problems with a service, as reasons why it is not written."""
    return tuple(f"{problem.dotted}: {problem.message}" for problem in problems)

"""Services that were found in files of other tools."""

from typing import NamedTuple


class FileService(NamedTuple):
    """A service that was found in files."""

    name: str
    kind: str
    notes: tuple[str, ...] = ()
    """Assumptions, and what the owner has to do."""
    lacking: tuple[str, ...] = ()
    """Why it is not written; empty where it is."""


class FilesFound(NamedTuple):
    """The services that a lab gets, and what none of them takes."""

    lab: str
    written: bool
    files: tuple[str, ...]
    services: tuple[FileService, ...]
    unread: tuple[str, ...]
    """Files and objects that no service takes, and why."""

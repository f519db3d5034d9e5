"""Services that were made from files of other tools, as JSON."""

from cli.reports.document import Document, Report
from operations.adopt.files.found import FilesFound


class FileServiceReport(Report):
    """A service that was found in files."""

    name: str
    kind: str
    notes: tuple[str, ...]
    """Assumptions, and what the owner has to do."""
    lacking: tuple[str, ...]
    """Why it is not written; empty where it is."""
    is_known: bool
    """Whether the lab has it already, so that its file stays as it is."""


class FilesReport(Document):
    """The services that a lab gets from files of other tools."""

    lab: str
    valid: bool = True
    written: bool
    files: tuple[str, ...]
    services: tuple[FileServiceReport, ...]
    unread: tuple[str, ...]
    """Files and objects that no service takes, and why."""


def files_report(lab: str, found: FilesFound, *, written: bool) -> FilesReport:
    """Services from files, for programs."""
    return FilesReport(
        lab=lab,
        written=written,
        files=tuple(found.files),
        services=tuple(FileServiceReport(**each._asdict()) for each in found.services),
        unread=found.unread,
    )

"""A lab in the newest format, as JSON."""

from pathlib import Path

from cli.reports.document import Document
from config.format import NEWEST_FORMAT
from operations.migrate import Migrated


class ChangedFileReport(Document):
    """A file, why it changes, and how."""

    file: str
    why: tuple[str, ...]
    diff: str


class MigrateReport(Document):
    """The files of a lab that change, and why the lab is refused all the same."""

    folder: str
    stated_format: int | None
    newest_format: int
    files: tuple[ChangedFileReport, ...]
    problems: tuple[str, ...]
    written: bool


def migrate_report(folder: Path, migrated: Migrated, *, written: bool) -> MigrateReport:
    """The report on a migration."""
    return MigrateReport(
        folder=str(folder),
        stated_format=migrated.stated,
        newest_format=NEWEST_FORMAT,
        files=tuple(ChangedFileReport(file=each.file, why=each.why, diff=each.diff) for each in migrated.files),
        problems=tuple(map(str, migrated.problems)),
        written=written,
    )

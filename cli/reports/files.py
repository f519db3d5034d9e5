"""Files that a command wrote, as JSON."""

from cli.reports.document import Document


class FilesReport(Document):
    """A folder, and the files that were written there."""

    folder: str
    files: tuple[str, ...]

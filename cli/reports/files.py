"""Files that a command wrote, as JSON."""

from cli.reports.document import Document
from cli.reports.finding import FindingReport
from plan.model import Severity


class FilesReport(Document):
    """A folder, and the files that were written there."""

    folder: str
    files: tuple[str, ...]


class NewReport(Document):
    """Files that were written, the counts of the lab with them, and the findings about what is new."""

    files: tuple[str, ...]
    counts: dict[Severity, int]
    findings: tuple[FindingReport, ...]

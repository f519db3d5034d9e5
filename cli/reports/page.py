"""The page of a finding as JSON."""

from cli.reports.document import Document


class PageReport(Document):
    """The explanation of a finding."""

    code: str
    title: str
    meaning: str
    remedy: str

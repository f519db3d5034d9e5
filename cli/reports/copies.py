"""State of a lab's copies, as JSON."""

from cli.reports.document import Report
from operations.copies import CheckedCopy, CopyState


class CheckedCopyReport(Report):
    """A copy of the ledger, and when it was really made; `size_bytes` is null where nothing tells."""

    data: str
    kind: str
    by: str
    state: CopyState
    last: str | None
    size_bytes: int | None
    detail: str


def checked_copy_report(each: CheckedCopy) -> CheckedCopyReport:
    """A copy for programs."""
    return CheckedCopyReport(
        data=each.entry,
        kind=each.copy.kind,
        by=each.copy.by,
        state=each.found.state,
        last=each.found.at.isoformat().replace("+00:00", "Z") if each.found.at else None,
        size_bytes=each.found.size,
        detail=each.found.detail,
    )

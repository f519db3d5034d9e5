"""`homelab doctor` reports copies: those that are not as they should be first, and what could not be asked."""

import io
from datetime import UTC, datetime, timedelta

from rich.console import Console

from cli.reports.copies import checked_copy_report
from cli.text.copies import print_copies
from operations.copies import CheckedCopy, Found
from plan.ledger import Copy

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def checked(data: str, found: Found) -> CheckedCopy:
    return CheckedCopy(data, Copy("job", f"{data}-backup", (), "0 3 * * *", timedelta(days=1)), found)


COPIES = (
    checked("wiki", Found("made", NOW - timedelta(hours=9), 3 << 30)),
    checked("mail", Found("too old", NOW - timedelta(days=4))),
    checked("photos", Found("not asked", detail="restic is outside of the cluster")),
)


def test_what_is_wrong_comes_first_and_what_was_not_asked_is_named() -> None:
    output = io.StringIO()
    print_copies(COPIES, NOW, Console(file=output, width=200, color_system=None))
    assert [line.strip() for line in output.getvalue().splitlines() if line.strip()] == [
        "Copies of data",
        "mail by mail-backup: too old; the last one was made at 2026-11-22T12:00:00Z",
        "wiki by wiki-backup: made 9 hours ago, 3.0 GiB",
        "could not be asked: photos-backup of photos",
    ]


def test_programs_get_the_state_the_time_and_the_size() -> None:
    report = checked_copy_report(COPIES[0])
    assert (report.state, report.last, report.size_bytes) == ("made", "2026-11-26T03:00:00Z", 3 << 30)

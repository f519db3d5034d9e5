"""The data ledger held against what runs: when each copy was really made last, and how large it is."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from observation.model import Observation
from observation.times import read_time
from operations.copies.attempts import Found
from operations.copies.tools import found_by_tool
from plan.ledger import Copy, Entry
from plan.model.fields import text
from plan.watching.keeping import oldest


class CheckedCopy(NamedTuple):
    """A copy of the ledger, and what became of it."""

    entry: str
    copy: Copy
    found: Found


def checked_copies(entries: Iterable[Entry], observed: Observation) -> Iterator[CheckedCopy]:
    """Each copy of each entry of the ledger, in its order."""
    for entry in entries:
        for copy in entry.copies:
            if copy.kind != "replica":
                yield CheckedCopy(entry.name, copy, _judged(copy, _found(entry, copy, observed), observed.now))


def _judged(copy: Copy, found: Found, now: datetime) -> Found:
    """A copy that was made is empty or too old, if it is."""
    if found.state != "made":
        return found
    if found.size == 0:
        return found._replace(state="empty")
    if copy.every is not None and found.at is not None and now - found.at > oldest(copy.every):
        return found._replace(state="too old")
    return found


def _found(entry: Entry, copy: Copy, observed: Observation) -> Found:
    if copy.kind in ("job", "dump"):
        return _of_cronjob(copy, observed)
    if copy.tool is not None:
        return found_by_tool(copy.tool, entry, copy, observed)
    return Found("not asked", detail=f"{copy.by} is outside of the cluster")


def _of_cronjob(copy: Copy, observed: Observation) -> Found:
    if not observed.knows("CronJob"):
        return Found("not asked", detail="CronJobs could not be asked")
    cron = observed.get("CronJob", copy.by, copy.namespace)
    if cron is None:
        return Found("missing", detail=f"there is no CronJob {copy.by}")
    at = read_time(text(cron, "status", "lastSuccessfulTime"))
    if at is None:
        return Found("never made", detail="it never succeeded")
    return Found("made", at, detail="a CronJob does not tell the size")

"""The data ledger held against what runs: when each copy was really made last, and how large it is."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from observation.model import Observation
from observation.objects import name_of, namespace_of
from observation.times import read_time
from plan.ledger import Copy, Entry
from plan.model import Manifest
from plan.model.fields import number, text, value
from plan.watching.keeping import oldest

CopyState = Literal["made", "too old", "failed", "empty", "never made", "missing", "not asked"]
"""`missing`: nothing runs that would make it. `not asked`: the cluster does not know, or did not answer."""
_VELERO_ENDS: dict[str, CopyState] = {
    "Failed": "failed",
    "PartiallyFailed": "failed",
    "FailedValidation": "failed",
    "Completed": "made",
}


class Found(NamedTuple):
    """Evidence in the cluster about the last copy."""

    state: CopyState
    at: datetime | None = None
    """When the last one that succeeded ended."""
    size: int | None = None
    """Bytes; None where nothing tells."""
    detail: str = ""


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
    if copy.kind == "backup service":
        kind, _, name = copy.by.partition(" ")
        return _of_service(kind, name, entry, copy, observed)
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


def _of_service(kind: str, name: str, entry: Entry, copy: Copy, observed: Observation) -> Found:
    """By the objects of the tool that makes it."""
    if kind == "ScheduledBackup":
        return _newest(observed, "Backup", "postgresql.cnpg.io", entry.name, copy.namespace)
    if kind == "ReplicationSource":
        source = observed.get(kind, name, copy.namespace)
        if source is None:
            return _absent(observed, kind)
        if text(source, "status", "latestMoverStatus", "result") == "Failed":
            return Found("failed", read_time(text(source, "status", "lastSyncTime")))
        at = read_time(text(source, "status", "lastSyncTime"))
        return Found("made", at) if at else Found("never made")
    if kind == "Schedule":
        made = [
            each
            for each in observed.in_namespace("Backup", copy.namespace)
            if value(each, "metadata", "labels", "velero.io/schedule-name") == name
        ]
        return _of_velero(made) if made else _absent(observed, "Backup")
    return Found("not asked", detail=f"{kind} does not tell")


def _newest(observed: Observation, kind: str, group: str, cluster: str, namespace: str | None) -> Found:
    """The newest backup of a database cluster."""
    mine = [
        each
        for each in observed.of(kind, group)
        if namespace_of(each) == namespace and text(each, "spec", "cluster", "name") == cluster
    ]
    if not mine:
        return _absent(observed, kind)
    newest = max(mine, key=lambda each: text(each, "metadata", "creationTimestamp"))
    done = [
        read_time(text(each, "status", "stoppedAt")) for each in mine if text(each, "status", "phase") == "completed"
    ]
    at = max((each for each in done if each), default=None)
    if text(newest, "status", "phase") == "failed":
        return Found("failed", at, detail=text(newest, "status", "error"))
    return Found("made", at) if at else Found("never made")


def _of_velero(made: Iterable[Manifest]) -> Found:
    """The newest backup by a schedule. Velero counts objects; that it copied none is as good as empty."""
    newest = max(made, key=lambda each: text(each, "metadata", "creationTimestamp"))
    phase = text(newest, "status", "phase")
    at = read_time(text(newest, "status", "completionTimestamp"))
    state = _VELERO_ENDS.get(phase)
    if state is None:
        return Found("not asked", detail=f"{name_of(newest)} is in phase {phase or 'New'}")
    if state == "made" and number(newest, "status", "progress", "itemsBackedUp", default=1) == 0:
        return Found("empty", at, detail="it holds no object")
    return Found(state, at, detail="" if state == "made" else phase)


def _absent(observed: Observation, kind: str) -> Found:
    if observed.knows(kind):
        return Found("never made", detail=f"there is no {kind} of it")
    return Found("not asked", detail=f"{kind} could not be asked, or is not known here")

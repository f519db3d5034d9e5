"""The objects by which tools for copies say what became of them, read as attempts.

Sources of the fields: the kinds of cloudnative-pg 1.28, Velero 1.17, VolSync 0.13, K8up 2.12, Longhorn 1.10 and
external-snapshotter 8.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from observation.model import Observation
from observation.objects import condition, labels_of, name_of, namespace_of
from observation.times import read_time
from operations.copies.attempts import Attempt, Found, summed_up
from plan.ledger import Copy, Entry
from plan.ledger.copies import Tool
from plan.model import Manifest
from plan.model.fields import number, text, value, values

_VELERO_ENDS = {"Completed": True, "PartiallyFailed": False, "Failed": False, "FailedValidation": False}
_CNPG_ENDS = {"completed": True, "failed": False}
_LONGHORN_ENDS = {"Completed": True, "Error": False}


def found_by_tool(tool: Tool, entry: Entry, copy: Copy, observed: Observation) -> Found:
    """The last copy, as the objects of the tool that makes it tell."""
    return _READERS[tool](entry, copy, observed)


def _by_cloudnativepg(entry: Entry, copy: Copy, observed: Observation) -> Found:
    mine = _those_of(observed.of("Backup", "postgresql.cnpg.io"), copy.namespace)
    mine = [each for each in mine if text(each, "spec", "cluster", "name") == entry.name]
    return _found(observed, "Backup", mine, cloudnativepg_attempts(mine))


def cloudnativepg_attempts(backups: Iterable[Manifest]) -> Iterator[Attempt]:
    """Backups of CloudNativePG that have ended. They do not tell their size."""
    for each in backups:
        succeeded = _CNPG_ENDS.get(text(each, "status", "phase"))
        if succeeded is not None:
            begun = text(each, "status", "startedAt") or text(each, "metadata", "creationTimestamp")
            ended = read_time(text(each, "status", "stoppedAt") or begun)
            yield Attempt(name_of(each), succeeded, ended, reason=text(each, "status", "error"))


def _by_velero(entry: Entry, copy: Copy, observed: Observation) -> Found:
    schedule = copy.by.partition(" ")[2]
    mine = _those_of(observed.of("Backup", "velero.io"), copy.namespace)
    mine = [each for each in mine if labels_of(each).get("velero.io/schedule-name") == schedule]
    claim = observed.get("PersistentVolumeClaim", entry.claim, entry.namespace) if entry.claim else None
    return _found(observed, "Backup", mine, velero_attempts(observed, mine, claim))


def velero_attempts(
    observed: Observation, backups: Iterable[Manifest], claim: Manifest | None = None
) -> Iterator[Attempt]:
    """Backups of Velero that have ended, with the bytes of a claim where it moved them itself. A backup that holds no
    object is an empty one."""
    for each in backups:
        phase = text(each, "status", "phase")
        succeeded = _VELERO_ENDS.get(phase)
        if succeeded is None:
            continue
        size = _velero_bytes(observed, name_of(each), claim) if claim else None
        if number(each, "status", "progress", "itemsBackedUp", default=1) == 0:
            size = 0
        ended = read_time(text(each, "status", "completionTimestamp") or text(each, "metadata", "creationTimestamp"))
        yield Attempt(name_of(each), succeeded, ended, size, text(each, "status", "failureReason") or phase)


def _velero_bytes(observed: Observation, backup: str, claim: Manifest) -> int | None:
    uid = text(claim, "metadata", "uid")
    moved = [
        number(each, "status", "progress", "bytesDone")
        for kind in ("PodVolumeBackup", "DataUpload")
        for each in observed.of(kind, "velero.io")
        if labels_of(each).get("velero.io/backup-name") == backup and labels_of(each).get("velero.io/pvc-uid") == uid
    ]
    return sum(moved) if moved else None


def _by_volsync(_: Entry, copy: Copy, observed: Observation) -> Found:
    source = observed.get("ReplicationSource", copy.by.partition(" ")[2], copy.namespace)
    if source is None:
        return _absent(observed, "ReplicationSource")
    at = read_time(text(source, "status", "lastSyncTime"))
    if text(source, "status", "latestMoverStatus", "result") == "Failed":
        return Found("failed", at)
    return Found("made", at) if at else Found("never made")


def _by_k8up(entry: Entry, copy: Copy, observed: Observation) -> Found:
    """Its snapshots say when a claim was copied, its backups whether the last one succeeded."""
    backups = _those_of(observed.of("Backup", "k8up.io"), copy.namespace)
    found = _found(observed, "Backup", backups, k8up_attempts(backups))
    taken = [
        at
        for each in _those_of(observed.of("Snapshot", "k8up.io"), copy.namespace)
        if any(str(path).rpartition("/")[2] == entry.claim for path in values(each, "spec", "paths"))
        and (at := read_time(text(each, "spec", "date")))
    ]
    if not taken or found.state not in ("made", "failed", "never made"):
        return found
    return found._replace(state="failed" if found.state == "failed" else "made", at=max(taken))


def k8up_attempts(backups: Iterable[Manifest]) -> Iterator[Attempt]:
    """Backups of K8up that have ended. They do not tell their size."""
    for each in backups:
        completed = condition(each, "Completed")
        if completed is not None and completed.status == "True":
            succeeded = completed.reason == "Succeeded"
            yield Attempt(name_of(each), succeeded, completed.since, reason=completed.message or completed.reason)


def _by_longhorn(entry: Entry, copy: Copy, observed: Observation) -> Found:
    if copy.kind == "snapshot":
        return Found("not asked", detail="snapshots of Longhorn are not read")
    mine = [backup for volume in _longhorn_volumes(observed, entry) for backup in longhorn_backups(observed, volume)]
    return _found(observed, "Backup", mine, longhorn_attempts(mine))


def _longhorn_volumes(observed: Observation, entry: Entry) -> Iterator[str]:
    """The volumes of a claim; a claim of a database is one of its cluster."""
    for each in observed.of("Volume", "longhorn.io"):
        claim = text(each, "status", "kubernetesStatus", "pvcName")
        is_mine = claim == entry.claim if entry.claim else claim.startswith(f"{entry.name}-")
        if is_mine and text(each, "status", "kubernetesStatus", "namespace") == entry.namespace:
            yield name_of(each)


def longhorn_backups(observed: Observation, volume: str) -> Iterator[Manifest]:
    """Backups of a volume of Longhorn."""
    for each in observed.of("Backup", "longhorn.io"):
        if volume in (text(each, "status", "volumeName"), labels_of(each).get("backup-volume")):
            yield each


def longhorn_attempts(backups: Iterable[Manifest]) -> Iterator[Attempt]:
    """Backups of Longhorn that have ended, with their size."""
    for each in backups:
        succeeded = _LONGHORN_ENDS.get(text(each, "status", "state"))
        if succeeded is not None:
            size = text(each, "status", "size")
            ended = read_time(text(each, "status", "backupCreatedAt") or text(each, "metadata", "creationTimestamp"))
            bytes_of = int(size) if size.isdecimal() else None
            yield Attempt(name_of(each), succeeded, ended, bytes_of, text(each, "status", "error"))


def _by_snapshots(entry: Entry, copy: Copy, observed: Observation) -> Found:
    name = copy.by.partition(" ")[2] if copy.tool == "VolumeSnapshot" else None
    mine = [
        each
        for each in _those_of(observed.of("VolumeSnapshot", "snapshot.storage.k8s.io"), copy.namespace)
        if text(each, "spec", "source", "persistentVolumeClaimName") == entry.claim and name in (None, name_of(each))
    ]
    return _found(observed, "VolumeSnapshot", mine, snapshot_attempts(mine))


def snapshot_attempts(snapshots: Iterable[Manifest]) -> Iterator[Attempt]:
    """Snapshots that are there or failed. What they take is not told: `restoreSize` is that of the volume."""
    for each in snapshots:
        error = text(each, "status", "error", "message")
        is_ready = value(each, "status", "readyToUse") is True
        if is_ready or error:
            at = read_time(text(each, "status", "creationTime") or text(each, "metadata", "creationTimestamp"))
            yield Attempt(name_of(each), is_ready, at, reason=error)


def _those_of(objects: Iterable[Manifest], namespace: str | None) -> list[Manifest]:
    return [each for each in objects if namespace_of(each) == namespace]


def _found(observed: Observation, kind: str, mine: list[Manifest], attempts: Iterable[Attempt]) -> Found:
    return summed_up(attempts) if mine else _absent(observed, kind)


def _absent(observed: Observation, kind: str) -> Found:
    if observed.knows(kind):
        return Found("never made", detail=f"there is no {kind} of it")
    return Found("not asked", detail=f"{kind} could not be asked, or is not known here")


_READERS: Mapping[Tool, Callable[[Entry, Copy, Observation], Found]] = {
    "CloudNativePG": _by_cloudnativepg,
    "Velero": _by_velero,
    "VolSync": _by_volsync,
    "K8up": _by_k8up,
    "Longhorn": _by_longhorn,
    "VolumeSnapshot": _by_snapshots,
    "SnapScheduler": _by_snapshots,
}

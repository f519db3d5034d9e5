"""Backups by Velero, K8up, Longhorn, VolSync and snapshots: those that failed, hold nothing, or were not started."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from observation.model import Observation
from observation.objects import Reference, condition, labels_of, name_of, namespace_of, reference
from observation.times import read_time
from operations.copies.attempts import Attempt, Found, summed_up
from operations.copies.tools import k8up_attempts, longhorn_attempts, snapshot_attempts, velero_attempts
from operations.doctor.ages import stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from plan.ledger.copies import longest_pause
from plan.model import Manifest
from plan.model.fields import text, value
from plan.watching.keeping import oldest

_VELERO, _K8UP, _LONGHORN, _SNAPSHOTS = "velero.io", "k8up.io", "longhorn.io", "snapshot.storage.k8s.io"
_PATIENCE = timedelta(minutes=15)
"""Time that a store may be out of reach before it is a finding."""


def backup_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each store that is out of reach, each series of backups that fails, and each that stands still."""
    yield from _stores(observed)
    for what, made, attempts in _series(observed):
        found, newest = summed_up(attempts), max(made, key=lambda each: text(each, "metadata", "creationTimestamp"))
        if found.state == "failed":
            yield _failed(observed, newest, what, found)
        elif found.state == "made" and found.size == 0 and newest["apiVersion"].startswith(_VELERO):
            yield _empty(newest, what)
    for source in observed.of("ReplicationSource", "volsync.backube"):
        if text(source, "status", "latestMoverStatus", "result") == "Failed":
            claim = Reference("PersistentVolumeClaim", namespace_of(source), text(source, "spec", "sourcePVC"))
            said = text(source, "status", "latestMoverStatus", "logs").strip().rpartition("\n")[2]
            found = Found("failed", read_time(text(source, "status", "lastSyncTime")), detail=said)
            yield _failed(observed, source, f"of {claim}", found)
    for schedule in observed.of("Schedule", _VELERO):
        yield from _not_started(observed, schedule)


def _series(observed: Observation) -> Iterator[tuple[str, list[Manifest], Iterable[Attempt]]]:
    """Backups of one thing: what they are of, the objects, and the attempts that they stand for."""
    for (namespace, schedule), made in _by(observed.of("Backup", _VELERO), _velero_schedule):
        what = f"of Schedule/{namespace}/{schedule}" if schedule else f"in {namespace} without a schedule"
        yield what, made, velero_attempts(observed, made)
    for (namespace, _), made in _by(observed.of("Backup", _K8UP), lambda _: ""):
        yield f"of namespace {namespace}", made, k8up_attempts(made)
    for (_, volume), made in _by(observed.of("Backup", _LONGHORN), lambda each: text(each, "status", "volumeName")):
        yield f"of volume {volume}{_claim(observed, volume)}", made, longhorn_attempts(made)
    for (namespace, claim), made in _by(observed.of("VolumeSnapshot", _SNAPSHOTS), _source):
        yield f"of PersistentVolumeClaim/{namespace}/{claim}", made, snapshot_attempts(made)


def _by(
    objects: Iterable[Manifest], key: Callable[[Manifest], str]
) -> Iterable[tuple[tuple[str | None, str], list[Manifest]]]:
    groups: defaultdict[tuple[str | None, str], list[Manifest]] = defaultdict(list)
    for each in objects:
        groups[namespace_of(each), key(each)].append(each)
    return groups.items()


def _velero_schedule(backup: Manifest) -> str:
    return str(labels_of(backup).get("velero.io/schedule-name") or "")


def _source(snapshot: Manifest) -> str:
    return text(snapshot, "spec", "source", "persistentVolumeClaimName")


def _claim(observed: Observation, volume: str) -> str:
    """The claim of a volume of Longhorn, in brackets."""
    for each in observed.of("Volume", _LONGHORN):
        if name_of(each) == volume and (claim := text(each, "status", "kubernetesStatus", "pvcName")):
            return f" (PersistentVolumeClaim/{text(each, 'status', 'kubernetesStatus', 'namespace')}/{claim})"
    return ""


def _failed(observed: Observation, newest: Manifest, what: str, found: Found) -> Finding:
    since = f"the last that succeeded ended at {stamp(found.at)}" if found.at else "none ever succeeded"
    stores = (*observed.of("BackupStorageLocation", _VELERO), *observed.of("BackupTarget", _LONGHORN))
    pods = observed.in_namespace("Pod", namespace_of(newest))
    return Finding(
        "BACKUP-FAILED",
        "error",
        reference(newest),
        f"The last backup {what} failed{f': {found.detail}' if found.detail else ''}; {since}",
        f"correct what it names: kubectl describe {newest['kind'].lower()} {name_of(newest)} -n {namespace_of(newest)}",
        (Evidence(reference(newest), found.detail or "failed"),),
        covers=frozenset((reference(newest),)),
        upstream=frozenset(reference(each) for each in (*stores, *pods)),
        cause=f"{newest['apiVersion']} {what}",
    )


def _empty(newest: Manifest, what: str) -> Finding:
    return Finding(
        "BACKUP-EMPTY",
        "error",
        reference(newest),
        f"The last backup {what} completed, and holds no object",
        "see which namespaces and labels its schedule selects",
        (Evidence(reference(newest), "phase Completed, 0 items backed up"),),
        covers=frozenset((reference(newest),)),
        cause=f"{newest['apiVersion']} {what}",
    )


def _stores(observed: Observation) -> Iterator[Finding]:
    for store in observed.of("BackupStorageLocation", _VELERO):
        if text(store, "status", "phase") == "Unavailable":
            yield _out_of_reach(store, text(store, "status", "message"))
    for store in observed.of("BackupTarget", _LONGHORN):
        url, unavailable = text(store, "spec", "backupTargetURL"), condition(store, "Unavailable")
        is_away = value(store, "status", "available") is False
        if url and is_away and not is_young(observed, unavailable.since if unavailable else None, _PATIENCE):
            yield _out_of_reach(store, unavailable.message if unavailable else "")


def _out_of_reach(store: Manifest, message: str) -> Finding:
    return Finding(
        "BACKUP-STORE-UNAVAILABLE",
        "error",
        reference(store),
        f"The store of backups is out of reach{f': {message}' if message else ''}; nothing is copied meanwhile",
        "see whether the store answers, and takes its credentials",
        (Evidence(reference(store), message or "not available"),),
        covers=frozenset((reference(store),)),
    )


def _not_started(observed: Observation, schedule: Manifest) -> Iterator[Finding]:
    """A schedule of Velero whose last backup is older than its pauses allow."""
    last, pause = read_time(text(schedule, "status", "lastBackup")), longest_pause(text(schedule, "spec", "schedule"))
    is_off = value(schedule, "spec", "paused") is True or text(schedule, "status", "phase") not in ("", "Enabled")
    if last is None or pause is None or is_off or observed.now - last <= oldest(pause):
        return
    servers = observed.in_namespace("Deployment", namespace_of(schedule))
    yield Finding(
        "BACKUP-NOT-STARTED",
        "error",
        reference(schedule),
        f"Its last backup was started at {stamp(last)}, and one is due every {_hours(pause)}",
        f"see whether Velero runs, and what it says: kubectl get pods -n {namespace_of(schedule)}",
        (Evidence(reference(schedule), f"lastBackup {stamp(last)}, schedule {text(schedule, 'spec', 'schedule')}"),),
        covers=frozenset((reference(schedule),)),
        upstream=frozenset(reference(x) for each in servers for x in (each, *observed.pods_of(each))),
    )


def _hours(pause: timedelta) -> str:
    return f"{pause.total_seconds() / 3600:g} hours"

"""The ledger against a cluster: when copies were really made."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from observation.model import Gap, Observation
from operations.copies import checked_copies
from plan.ledger import Copy, Entry, Place
from plan.ledger.copies import Tool

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SDA = Place("pve", "sda", "hdd")


def entry(copy: Copy) -> Entry:
    return Entry("database", "db", ("services", "db"), 1, (SDA,), (copy,), None, is_copy=False, namespace="core-db")


def made_by(kind: str, by: str, tool: Tool | None = None) -> Copy:
    return Copy(kind, by, (), "0 3 * * *", timedelta(days=1), namespace="core-db", tool=tool)  # pyright: ignore[reportArgumentType]


def observed(resource: str, *objects: dict[str, Any], gaps: tuple[Gap, ...] = ()) -> Observation:
    resources = {} if gaps else {resource: objects}
    return Observation("a dump", NOW, "stated", resources, gaps)


def cron(**status: str) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "db-backup", "namespace": "core-db"},
        "status": status,
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"lastSuccessfulTime": "2026-11-26T03:00:10Z"}, "made"),
        ({"lastSuccessfulTime": "2026-11-24T03:00:10Z"}, "too old"),
        ({}, "never made"),
    ],
)
def test_a_job_tells_when_it_last_succeeded(status: dict[str, str], state: str) -> None:
    (found,) = checked_copies([entry(made_by("dump", "db-backup"))], observed("cronjobs", cron(**status)))
    assert found.found.state == state
    assert found.found.size is None


def test_a_job_that_is_not_there_is_missing() -> None:
    (found,) = checked_copies([entry(made_by("dump", "other"))], observed("cronjobs", cron()))
    assert found.found.state == "missing"


def test_what_was_refused_is_not_taken_for_missing() -> None:
    gap = Gap("cronjobs", "forbidden", "no")
    (found,) = checked_copies([entry(made_by("dump", "db-backup"))], observed("cronjobs", gaps=(gap,)))
    assert found.found.state == "not asked"


def backup(group: str, name: str, created: str, status: dict[str, Any], **extra: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "core-db", "creationTimestamp": created, **extra.pop("metadata", {})}
    return {"apiVersion": group, "kind": "Backup", "metadata": metadata, "status": status, **extra}


def test_a_backup_of_cloudnativepg_that_failed_leaves_the_one_before() -> None:
    cluster = {"spec": {"cluster": {"name": "db"}}}
    good = {"phase": "completed", "stoppedAt": "2026-11-25T03:01:00Z"}
    bad = {"phase": "failed", "error": "no space"}
    seen = observed(
        "backups.postgresql.cnpg.io",
        backup("postgresql.cnpg.io/v1", "a", "2026-11-25T03:00:00Z", good, **cluster),
        backup("postgresql.cnpg.io/v1", "b", "2026-11-26T03:00:00Z", bad, **cluster),
    )
    (found,) = checked_copies([entry(made_by("backup service", "ScheduledBackup nightly", "CloudNativePG"))], seen)
    assert (found.found.state, found.found.detail) == ("failed", "no space")
    assert found.found.at == datetime(2026, 11, 25, 3, 1, tzinfo=UTC)


def test_a_backup_of_velero_that_completed_with_nothing_is_empty() -> None:
    status = {
        "phase": "Completed",
        "completionTimestamp": "2026-11-26T03:01:00Z",
        "progress": {"totalItems": 0, "itemsBackedUp": 0},
    }
    labels = {"labels": {"velero.io/schedule-name": "nightly"}}
    seen = observed("backups.velero.io", backup("velero.io/v1", "a", "2026-11-26T03:00:00Z", status, metadata=labels))
    (found,) = checked_copies([entry(made_by("backup service", "Schedule nightly", "Velero"))], seen)
    assert found.found.state == "empty"


def test_what_lies_outside_of_the_cluster_could_not_be_asked() -> None:
    (found,) = checked_copies([entry(made_by("stated", "restic"))], observed("cronjobs"))
    assert (found.found.state, found.found.detail) == ("not asked", "restic is outside of the cluster")


def of_claim(copy: Copy) -> Entry:
    return entry(copy)._replace(source="volume", name="shop/data", claim="data")


def longhorn(*states: tuple[str, str]) -> Observation:
    kept = {"pvcName": "data", "namespace": "core-db"}
    volume = {"kind": "Volume", "apiVersion": "longhorn.io/v1beta2", "metadata": {"name": "pvc-1"}}
    backups = (
        backup(
            "longhorn.io/v1beta2",
            f"backup-{number}",
            f"2026-11-2{number + 5}T03:00:00Z",
            {
                "state": state,
                "size": size,
                "volumeName": "pvc-1",
                "backupCreatedAt": f"2026-11-2{number + 5}T03:01:00Z",
            },
        )
        for number, (state, size) in enumerate(states)
    )
    resources = {
        "volumes.longhorn.io": ({**volume, "status": {"kubernetesStatus": kept}},),
        "backups.longhorn.io": tuple(backups),
    }
    return Observation("a dump", NOW, "stated", resources)


@pytest.mark.parametrize(
    ("states", "state", "size"),
    [
        ((("Completed", "1048576"), ("Completed", "2097152")), "made", 2097152),
        ((("Completed", "1048576"), ("Error", "")), "failed", 1048576),
        ((("Completed", "1048576"), ("InProgress", "")), "too old", 1048576),
        ((("Completed", "0"), ("Completed", "0")), "empty", 0),
    ],
)
def test_a_backup_of_longhorn_tells_its_end_and_its_bytes(
    states: tuple[tuple[str, str], ...], state: str, size: int
) -> None:
    copy = made_by("backup service", "RecurringJob nightly", "Longhorn")._replace(every=timedelta(hours=6))
    (found,) = checked_copies([of_claim(copy)], longhorn(*states))
    assert (found.found.state, found.found.size) == (state, size)


def test_a_backup_of_velero_tells_the_bytes_of_a_claim_that_it_moved_itself() -> None:
    labels = {"velero.io/schedule-name": "nightly"}
    done = {"phase": "Completed", "completionTimestamp": "2026-11-26T03:01:00Z"}
    made = backup("velero.io/v1", "a", "2026-11-26T03:00:00Z", done, metadata={"labels": labels})
    claim = {"kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "core-db", "uid": "u1"}}

    def moved(kind: str, uid: str, size: int) -> dict[str, Any]:
        labels = {"velero.io/backup-name": "a", "velero.io/pvc-uid": uid}
        metadata = {"name": f"{kind}-{uid}", "namespace": "core-db", "labels": labels}
        status = {"progress": {"bytesDone": size, "totalBytes": size}}
        return {"apiVersion": "velero.io/v1", "kind": kind, "metadata": metadata, "status": status}

    resources = {
        "backups.velero.io": (made,),
        "persistentvolumeclaims": (claim,),
        "podvolumebackups.velero.io": (moved("PodVolumeBackup", "u2", 7),),
        "datauploads.velero.io": (moved("DataUpload", "u1", 4096),),
    }
    copy = made_by("backup service", "Schedule nightly", "Velero")
    (found,) = checked_copies([of_claim(copy)], Observation("a dump", NOW, "stated", resources))
    assert (found.found.state, found.found.size) == ("made", 4096)


def test_a_snapshot_of_k8up_says_when_a_claim_was_copied() -> None:
    done = {"type": "Completed", "status": "True", "reason": "Succeeded", "lastTransitionTime": "2026-11-26T03:09:00Z"}
    status = {"conditions": [done]}
    snapshot = {
        "apiVersion": "k8up.io/v1",
        "kind": "Snapshot",
        "metadata": {"name": "s", "namespace": "core-db"},
        "spec": {"date": "2026-11-24T03:04:00Z", "paths": ["/data/data"]},
    }
    resources = {
        "backups.k8up.io": (backup("k8up.io/v1", "a", "2026-11-26T03:00:00Z", status),),
        "snapshots.k8up.io": (snapshot,),
    }
    copy = made_by("backup service", "Schedule nightly", "K8up")
    (found,) = checked_copies([of_claim(copy)], Observation("a dump", NOW, "stated", resources))
    assert (found.found.state, found.found.at) == ("too old", datetime(2026, 11, 24, 3, 4, tzinfo=UTC))


def test_a_snapshot_of_a_volume_is_one_when_it_is_ready() -> None:
    def snapshot(name: str, at: str, **status: Any) -> dict[str, Any]:
        return {
            "apiVersion": "snapshot.storage.k8s.io/v1",
            "kind": "VolumeSnapshot",
            "metadata": {"name": name, "namespace": "core-db", "creationTimestamp": at},
            "spec": {"source": {"persistentVolumeClaimName": "data"}},
            "status": status,
        }

    ready = snapshot("a", "2026-11-26T03:00:00Z", readyToUse=True, creationTime="2026-11-26T03:00:02Z")
    cut = snapshot("b", "2026-11-26T04:00:00Z", readyToUse=False)
    copy = made_by("snapshot", "SnapshotSchedule nightly", "SnapScheduler")
    (found,) = checked_copies([of_claim(copy)], observed("volumesnapshots.snapshot.storage.k8s.io", ready, cut))
    assert (found.found.state, found.found.at) == ("made", datetime(2026, 11, 26, 3, 0, 2, tzinfo=UTC))

"""Backups that fail, hold nothing or stand still, and volumes that nobody holds."""

from typing import Any

import pytest

from operations.doctor.finding import Finding
from tests.operations.doctor.cluster import Cluster, Object, crashing, days, healthy, hours, loud, only, words

VELERO, K8UP, LONGHORN = "velero.io/v1", "k8up.io/v1", "longhorn.io/v1beta2"
SNAPSHOTS = "snapshot.storage.k8s.io/v1"


def velero(cluster: Cluster, name: str, ago: float, phase: str, **status: Any) -> Object:
    metadata = {"labels": {"velero.io/schedule-name": "nightly"}, "creationTimestamp": hours(ago)}
    told = {"phase": phase, "completionTimestamp": hours(ago - 0.1), "progress": {"itemsBackedUp": 90}, **status}
    return cluster.add("Backup", name, "velero", apiVersion=VELERO, metadata=metadata, status=told)


def test_a_backup_of_velero_that_failed_says_when_the_last_one_succeeded() -> None:
    cluster = healthy()
    velero(cluster, "nightly-1", 33, "Completed")
    velero(cluster, "nightly-2", 9, "Failed", failureReason="no space left on device")
    found = only(cluster)
    assert (found.code, found.severity, found.subject.name) == ("BACKUP-FAILED", "error", "nightly-2")
    assert "of Schedule/velero/nightly failed: no space left on device" in found.message
    assert f"ended at {hours(32.9)}" in found.message


def test_a_store_out_of_reach_is_the_cause_of_the_backups_that_fail() -> None:
    cluster = healthy()
    status = {"phase": "Unavailable", "message": "dial tcp 192.0.2.9:9000: i/o timeout"}
    cluster.add("BackupStorageLocation", "default", "velero", apiVersion=VELERO, status=status)
    velero(cluster, "nightly-2", 9, "FailedValidation")
    found = only(cluster)
    assert found.code == "BACKUP-STORE-UNAVAILABLE"
    assert "i/o timeout" in found.message
    assert "Backup/velero/nightly-2" in words(found)


def test_a_backup_of_velero_that_holds_nothing() -> None:
    cluster = healthy()
    velero(cluster, "nightly-1", 9, "Completed", progress={"itemsBackedUp": 0, "totalItems": 0})
    assert only(cluster).code == "BACKUP-EMPTY"


@pytest.mark.parametrize(("spec", "ago", "codes"), [
    ({"schedule": "0 3 * * *"}, 9, []),
    ({"schedule": "0 3 * * *"}, 9 + 24 * 4, ["BACKUP-NOT-STARTED"]),
    ({"schedule": "0 3 * * *", "paused": True}, 9 + 24 * 4, []),
    ({"schedule": "0 3 1 * *"}, 24 * 28, []),
])  # fmt: skip
def test_a_schedule_of_velero_that_stands_still(spec: Object, ago: float, codes: list[str]) -> None:
    cluster = healthy()
    status = {"phase": "Enabled", "lastBackup": hours(ago)}
    cluster.add("Schedule", "nightly", "velero", apiVersion=VELERO, spec=spec, status=status)
    assert [each.code for each in loud(cluster.diagnose())] == codes


def test_a_backup_of_k8up_that_failed() -> None:
    cluster = healthy()
    for name, ago, reason in (("one", 30, "Succeeded"), ("two", 6, "Failed")):
        done = {"type": "Completed", "status": "True", "reason": reason, "lastTransitionTime": hours(ago)}
        metadata = {"creationTimestamp": hours(ago)}
        cluster.add("Backup", name, "shop", apiVersion=K8UP, metadata=metadata, status={"conditions": [done]})
    found = only(cluster)
    assert (found.code, found.subject.name) == ("BACKUP-FAILED", "two")
    assert f"of namespace shop failed: Failed; the last that succeeded ended at {hours(30)}" in found.message


def test_a_backup_of_longhorn_that_failed_names_the_claim() -> None:
    cluster = healthy()
    kept = {"pvcName": "data", "namespace": "shop"}
    cluster.add("Volume", "pvc-1", "longhorn-system", apiVersion=LONGHORN, status={"kubernetesStatus": kept})
    status = {"state": "Error", "volumeName": "pvc-1", "error": "cannot mount nfs.lab.example:/backup"}
    cluster.add("Backup", "backup-1", "longhorn-system", apiVersion=LONGHORN, status=status)
    found = only(cluster)
    assert "PersistentVolumeClaim/shop/data" in found.message
    assert "cannot mount nfs.lab.example:/backup; none ever succeeded" in found.message


def test_a_target_of_longhorn_that_nobody_set_is_no_trouble() -> None:
    cluster = healthy()
    gone = {"type": "Unavailable", "status": "True", "message": "backup target URL is empty"}
    status = {"available": False, "conditions": [{**gone, "lastTransitionTime": days(20)}]}
    spec = {"backupTargetURL": ""}
    cluster.add("BackupTarget", "default", "longhorn-system", apiVersion=LONGHORN, spec=spec, status=status)
    assert loud(cluster.diagnose()) == []


def test_a_snapshot_that_cannot_be_taken() -> None:
    cluster = healthy()
    spec = {"source": {"persistentVolumeClaimName": "data"}}
    status = {"readyToUse": False, "error": {"message": "snapshot controller failed: pool is full"}}
    cluster.add("VolumeSnapshot", "data-1", "shop", apiVersion=SNAPSHOTS, spec=spec, status=status)
    assert (
        "of PersistentVolumeClaim/shop/data failed: snapshot controller failed: pool is full" in only(cluster).message
    )


def test_backups_that_wait_for_a_program_that_crashes_follow_from_it() -> None:
    cluster = healthy()
    cluster.workload("velero", "velero", service=False)
    crashing(cluster.get("Pod", "velero"))
    spec, status = {"schedule": "0 3 * * *"}, {"phase": "Enabled", "lastBackup": days(5)}
    cluster.add("Schedule", "nightly", "velero", apiVersion=VELERO, spec=spec, status=status)
    assert only(cluster).subject.name.startswith("velero")


def notes(cluster: Cluster) -> list[Finding]:
    return [each for each in cluster.diagnose() if each.severity == "info"]


def test_a_claim_that_nothing_mounts_is_a_note() -> None:
    cluster = healthy()
    cluster.claim("forgotten")
    (found,) = (each for each in notes(cluster) if each.code == "CLAIM-NOT-MOUNTED")
    assert found.subject.name == "forgotten"


@pytest.mark.parametrize("named_by", ["deployment at zero", "statefulset at zero", "operator", "source", "owner"])
def test_a_claim_that_something_names_is_none(named_by: str) -> None:
    cluster = healthy()
    claim = cluster.claim("data-db-0" if named_by == "statefulset at zero" else "kept")
    volumes = [{"name": "x", "persistentVolumeClaim": {"claimName": "kept"}}]
    match named_by:
        case "deployment at zero":
            spec = {"replicas": 0, "template": {"spec": {"volumes": volumes}}}
            cluster.add("Deployment", "off", "shop", apiVersion="apps/v1", spec=spec)
        case "statefulset at zero":
            spec = {"replicas": 0, "template": {}, "volumeClaimTemplates": [{"metadata": {"name": "data"}}]}
            cluster.add("StatefulSet", "db", "shop", apiVersion="apps/v1", spec=spec)
        case "operator":
            cluster.add("VirtualMachine", "vm", "shop", apiVersion="kubevirt.io/v1", spec={"disks": volumes})
        case "source":
            other = cluster.claim("restored")
            other["spec"]["dataSource"] = {"kind": "PersistentVolumeClaim", "name": "kept"}
            claim = other
        case _:
            claim["metadata"]["ownerReferences"] = [{"kind": "Cluster", "name": "pg", "uid": "gone"}]
    found = [each.subject.name for each in notes(cluster) if each.code == "CLAIM-NOT-MOUNTED"]
    assert "kept" not in found
    assert "data-db-0" not in found


def test_released_volumes_are_one_note_with_their_size_and_last_claim() -> None:
    cluster = healthy()
    for name in ("pv-a", "pv-b"):
        spec = {
            "capacity": {"storage": "8Gi"},
            "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {"namespace": "shop", "name": f"old-{name}"},
        }
        status = {"phase": "Released", "lastPhaseTransitionTime": days(12)}
        cluster.add("PersistentVolume", name, spec=spec, status=status)
    (found,) = (each for each in notes(cluster) if each.code == "VOLUME-RELEASED")
    assert "shop/old-pv-a has been gone for 12 days, and its 8Gi are kept" in found.message
    assert "pv-b" in words(found)

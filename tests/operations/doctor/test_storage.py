"""Claims, volumes and mounts, broken in one place each."""

from tests.operations.doctor.cluster import (
    Cluster,
    Object,
    crashing,
    healthy,
    hours,
    loud,
    only,
    pending,
    short,
    unserved,
    waiting,
    words,
)


def mounted(cluster: Cluster, pod: str, claim: str) -> Object:
    found = cluster.get("Pod", pod)
    found["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
    return found


def attached(cluster: Cluster, claim: str, node: str, **status: object) -> Object:
    spec = {"attacher": "disks.lan", "nodeName": node, "source": {"persistentVolumeName": f"pv-{claim}"}}
    return cluster.add("VolumeAttachment", f"csi-{claim}-{node}", spec=spec, status={"attached": not status, **status})


def test_a_volume_that_is_attached_to_another_node() -> None:
    cluster = healthy()
    cluster.claim("data")
    holder = mounted(cluster, "web-r1-x1", "data")
    attached(cluster, "data", "worker-a")
    pod = mounted(cluster, "web-r1-x0", "data")
    pod["spec"]["nodeName"] = "worker-b"
    waiting(pod, "ContainerCreating")
    cluster.event(pod, "FailedAttachVolume", 'Multi-Attach error for volume "pv-data"')
    found = only(cluster)
    assert found.code == "MULTI-ATTACH"
    for each in ("PersistentVolumeClaim/shop/data", "worker-a", "worker-b", holder["metadata"]["name"]):
        assert each in words(found)


def test_a_volume_on_a_node_that_is_gone() -> None:
    cluster = healthy()
    cluster.claim("data")
    attached(cluster, "data", "worker-z")
    waiting(mounted(cluster, "database-0", "data"), "ContainerCreating")
    short(cluster.get("StatefulSet", "database"))
    unserved(cluster, "database")
    found = only(cluster)
    assert "worker-z" in found.message
    assert "StatefulSet/shop/database" in words(found)


def test_a_node_without_a_free_slot_says_the_driver() -> None:
    cluster = healthy()
    cluster.claim("data")
    attached(cluster, "data", "worker-a", attachError={"message": "no free lun found"})
    waiting(mounted(cluster, "database-0", "data"), "ContainerCreating")
    short(cluster.get("StatefulSet", "database"))
    unserved(cluster, "database")
    found = only(cluster)
    assert found.code == "ATTACH-FAILS"
    assert "no free lun found" in found.message


def test_slots_that_released_volumes_hold() -> None:
    cluster = healthy()
    for name in ("worker-a", "worker-b"):
        driver = {"name": "disks.lan", "allocatable": {"count": 1}}
        cluster.add("CSINode", name, spec={"drivers": [driver]})
    cluster.claim("old")
    cluster.remove(cluster.get("PersistentVolumeClaim", "old"))
    cluster.get("PersistentVolume", "pv-old")["status"]["phase"] = "Released"
    attached(cluster, "old", "worker-a")
    cluster.claim("more")
    attached(cluster, "more", "worker-b")
    claim = cluster.claim("data")
    cluster.remove(cluster.get("PersistentVolume", "pv-data"))
    claim["spec"].pop("volumeName")
    claim["status"] = {"phase": "Pending"}
    pending(mounted(cluster, "web-r1-x0", "data"))
    found = only(cluster)
    assert found.code == "VOLUME-SLOTS-FULL"
    for each in ("CSINode/worker-a", "CSINode/worker-b", "PersistentVolume/pv-old", "1 of 1"):
        assert each in words(found)
    assert "csi-old-worker-a" in found.fix
    assert "csi-more" not in found.fix


def test_a_claim_whose_volume_was_deleted() -> None:
    cluster = healthy()
    claim = cluster.claim("data")
    cluster.remove(cluster.get("PersistentVolume", "pv-data"))
    claim["status"]["phase"] = "Lost"
    pending(mounted(cluster, "web-r1-x0", "data"))
    found = only(cluster)
    assert found.code == "CLAIM-LOST"
    assert "Deployment/shop/web" in words(found)


def test_a_claim_that_names_the_volume_of_another() -> None:
    cluster = healthy()
    claim = cluster.claim("data")
    volume = cluster.get("PersistentVolume", "pv-data")
    volume["status"]["phase"] = "Released"
    volume["spec"]["claimRef"]["uid"] = "another"
    claim["status"] = {"phase": "Pending"}
    found = only(cluster)
    assert found.code == "VOLUME-TAKEN"
    assert "PersistentVolume/pv-data" in found.message


def test_a_provisioner_that_has_no_room() -> None:
    cluster = healthy()
    claim = cluster.claim("data")
    cluster.remove(cluster.get("PersistentVolume", "pv-data"))
    claim["spec"].pop("volumeName")
    claim["status"] = {"phase": "Pending"}
    cluster.event(claim, "ProvisioningFailed", 'failed to provision volume: storage "tank" has no space')
    pending(mounted(cluster, "web-r1-x0", "data"))
    cluster.get("StorageClass", "block")["volumeBindingMode"] = "Immediate"
    found = only(cluster)
    assert found.code == "PROVISIONING-FAILS"
    assert "no space" in found.message


def test_an_export_that_does_not_answer() -> None:
    cluster = healthy()
    cluster.workload("films", pod={"volumes": [{"name": "films", "nfs": {"server": "10.0.0.5", "path": "/srv/films"}}]})
    pod = cluster.get("Pod", "films")
    waiting(pod, "ContainerCreating")
    short(cluster.get("Deployment", "films"))
    unserved(cluster, "films")
    cluster.event(pod, "FailedMount", 'MountVolume.SetUp failed for volume "films": mount failed: Connection timed out')
    found = only(cluster)
    assert found.code == "NFS-MOUNT-FAILS"
    assert "10.0.0.5" in found.message


def test_the_export_of_several_that_does_not_answer() -> None:
    cluster = healthy()
    names = ("films", "scans", "films-old")
    volumes = [{"name": name, "nfs": {"server": "10.0.0.5", "path": f"/srv/{name}"}} for name in names]
    cluster.workload("shows", pod={"volumes": volumes})
    pod = cluster.get("Pod", "shows")
    waiting(pod, "ContainerCreating")
    short(cluster.get("Deployment", "shows"))
    unserved(cluster, "shows")
    said = 'MountVolume.SetUp failed for volume "scans": mount failed: -t nfs 10.0.0.5:/srv/scans: Connection timed out'
    cluster.event(pod, "FailedMount", said)
    assert "volume scans (inline: 10.0.0.5:/srv/scans)" in only(cluster).message


def test_a_file_system_that_is_damaged() -> None:
    cluster = healthy()
    cluster.claim("data")
    pod = mounted(cluster, "web-r1-x0", "data")
    waiting(pod, "ContainerCreating")
    said = "MountVolume.MountDevice failed: 'fsck' found errors on device /dev/sdc but could not correct them"
    cluster.event(pod, "FailedMount", said)
    found = only(cluster)
    assert found.code == "FILE-SYSTEM-DAMAGED"
    assert "/dev/sdc" in found.message


def test_a_full_volume() -> None:
    cluster = healthy()
    cluster.claim("data")
    crashing(mounted(cluster, "database-0", "data"), code=1, message="could not write: No space left on device")
    short(cluster.get("StatefulSet", "database"))
    unserved(cluster, "database")
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("VOLUME-FULL", "PersistentVolumeClaim/shop/data")
    assert "5Gi" in found.message


def test_a_claim_that_does_not_grow() -> None:
    cluster = healthy()
    claim = cluster.claim("data")
    claim["spec"]["resources"]["requests"]["storage"] = "9Gi"
    claim["status"]["conditions"] = [{"type": "Resizing", "status": "True", "lastTransitionTime": hours(4)}]
    found = only(cluster)
    assert found.code == "CLAIM-NOT-GROWN"
    assert "9Gi" in found.message


def test_an_attachment_that_does_not_go() -> None:
    cluster = healthy()
    cluster.claim("data")
    stuck = attached(cluster, "data", "worker-a", detachError={"message": "rpc error: timeout"})
    stuck["metadata"]["deletionTimestamp"] = hours(5)
    found = only(cluster)
    assert found.code == "ATTACHMENT-STUCK"
    assert "timeout" in found.message


def test_a_released_volume_is_worth_knowing() -> None:
    cluster = healthy()
    cluster.claim("old")
    cluster.remove(cluster.get("PersistentVolumeClaim", "old"))
    cluster.get("PersistentVolume", "pv-old")["status"]["phase"] = "Released"
    assert [each.code for each in cluster.diagnose()] == ["VOLUME-RELEASED"]
    assert not loud(cluster.diagnose())

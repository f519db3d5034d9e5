"""Keys of volumes, claims and mounted folders, and what they become."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from config.load import InvalidLab, load_lab
from plan import make_plan
from tests.plan.every_key.lab import one, pod
from tests.plan.labs import FOLDERS, change, objects, plan_of


def test_a_share_that_exists_is_a_volume_for_one_claim() -> None:
    volume = one(plan_of("every_key"), "PersistentVolume", "home-house-pods-archive")
    claim = one(plan_of("every_key"), "PersistentVolumeClaim", "pods-archive")
    assert claim["spec"]["volumeName"] == volume["metadata"]["name"]
    assert volume["spec"]["claimRef"]["name"] == claim["metadata"]["name"]
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"


def test_a_volume_of_a_driver_that_exists_is_found_by_its_handle() -> None:
    spec = one(plan_of("every_key"), "PersistentVolume", "home-house-pods-scans")["spec"]
    assert spec["csi"]["volumeHandle"] == "nas-scans"
    assert spec["csi"]["nodeStageSecretRef"] == {"name": "nas-login", "namespace": "home-house"}
    assert (spec["accessModes"], spec["mountOptions"]) == (["ReadWriteMany"], ["uid=1000"])
    assert (
        one(plan_of("every_key"), "PersistentVolumeClaim", "pods-scans")["spec"]["storageClassName"] == "scans-by-hand"
    )


def test_a_volume_of_a_zone_keeps_its_pods_there(folder: Path) -> None:
    """A zone without nodes is a place that nobody has."""
    zoned = "handle: nas-scans\n      zone: {}"
    for zone, pending in (("two", []), ("three", ["pods"])):
        shutil.copytree(FOLDERS["every_key"], folder, dirs_exist_ok=True)
        change(folder, [{"file": "services/pods.yaml", "old": "handle: nas-scans", "new": zoned.format(zone)}])
        plan = make_plan(load_lab(folder))
        assert [each.workload.name for each in plan.capacity.pending] == pending


def test_scratch_space_without_a_size_has_no_limit_of_its_own() -> None:
    volumes = {each["name"]: each.get("emptyDir") for each in pod()["volumes"]}
    assert (volumes["cache"], volumes["fast"]) == ({}, {"medium": "Memory"})


def test_a_claim_is_mounted_in_its_own_namespace_alone(folder: Path) -> None:
    change(folder, [{"file": "services/shelf.yaml", "old": "group: house\n", "new": ""}])
    with pytest.raises(InvalidLab, match="shelf lives in namespace 'home-shelf', and pods mount claims of their own"):
        load_lab(folder)


def shelf_volumes() -> dict[str, Any]:
    """The volumes of the pod with folders of each sort, by name."""
    spec = one(plan_of("every_key"), "Deployment", "shelf")["spec"]["template"]["spec"]
    return {each["name"]: each for each in spec["volumes"]}


def test_a_config_map_or_a_secret_is_a_folder_with_all_of_its_keys_or_some() -> None:
    volumes = shelf_volumes()
    items = [{"key": "index.html", "path": "site/index.html"}]
    shown = {"name": "shelf-pages", "items": items, "defaultMode": 0o444, "optional": True}
    assert volumes["shown"]["configMap"] == shown
    assert volumes["certificate"]["secret"] == {"secretName": "shelf-tls"}
    assert volumes["keys"]["secret"]["defaultMode"] == 0o400


def test_a_folder_has_files_of_several_sources() -> None:
    projected = shelf_volumes()["all"]["projected"]
    assert projected["defaultMode"] == 0o440
    assert [next(iter(each)) for each in projected["sources"]] == [
        "secret",
        "configMap",
        "downwardAPI",
        "serviceAccountToken",
    ]


def test_a_path_of_the_node_says_of_which_kind_it_is() -> None:
    assert shelf_volumes()["time"]["hostPath"] == {"path": "/etc/localtime", "type": "File"}


def test_a_variable_in_the_path_within_a_volume_is_replaced_by_kubernetes() -> None:
    container = one(plan_of("every_key"), "Deployment", "routes")["spec"]["template"]["spec"]["containers"][0]
    assert {"name": "photos", "mountPath": "/photos", "subPathExpr": "$(POD)/photos"} in container["volumeMounts"]


def test_a_new_volume_may_begin_as_a_copy() -> None:
    spec = one(plan_of("every_key"), "PersistentVolumeClaim", "routes-photos")["spec"]
    assert spec["dataSourceRef"] == {"kind": "VolumeSnapshot", "name": "photos", "apiGroup": "snapshot.storage.k8s.io"}


def test_fields_of_the_pod_are_files() -> None:
    folder = shelf_volumes()["pod"]["downwardAPI"]
    assert folder["defaultMode"] == 0o400
    assert folder["items"] == [
        {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
        {
            "path": "memory",
            "resourceFieldRef": {"containerName": "shelf", "resource": "limits.memory", "divisor": "1Mi"},
        },
        {"path": "cpu", "resourceFieldRef": {"containerName": "shelf", "resource": "requests.cpu"}},
    ]


def test_a_driver_makes_a_volume_with_each_pod() -> None:
    assert shelf_volumes()["vault"]["csi"] == {
        "driver": "secrets-store.csi.k8s.io",
        "readOnly": True,
        "volumeAttributes": {"secretProviderClass": "shelf"},
        "nodePublishSecretRef": {"name": "shelf-login"},
    }


def test_scratch_space_of_a_class_is_a_claim_that_goes_with_the_pod() -> None:
    template = shelf_volumes()["index"]["ephemeral"]["volumeClaimTemplate"]
    assert template["metadata"] == {"labels": {"type": "cache"}, "annotations": {"example.com/for": "index"}}
    assert template["spec"] == {
        "accessModes": ["ReadWriteOncePod"],
        "storageClassName": "longhorn",
        "resources": {"requests": {"storage": "5Gi"}},
    }


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the lab `small`, with a class whose volumes go with their claims."""
    lab = Path(shutil.copytree(FOLDERS["small"], tmp_path / "small"))
    storage = lab / "storage.yaml"
    fast = "fast: {backend: block, driver: proxmox-csi, storage: local-lvm, reclaim: Delete, description: For work}"
    storage.write_text(f"{storage.read_text(encoding='utf-8')}{fast}\n", encoding="utf-8")
    return lab


def with_work(lab: Path, storage_class: str, replicas: int) -> Path:
    """The lab with a service that has scratch space of a class."""
    lines = (
        "kind: app\ntier: hobby\ndescription: Works\nimage: registry.example/work:1.0.0\ncpu: 10m\nmemory: 64Mi\n"
        f"replicas: {replicas}\nscratch: {{work: {{storage_class: {storage_class}, size: 50Gi}}}}\n"
        "mounts: {work: /work}\nrun_as_user: 1000\n"
    )
    (lab / "services" / "work.yaml").write_text(lines, encoding="utf-8")
    return lab


def test_each_pod_takes_a_slot_and_room_for_its_scratch_space(small: Path) -> None:
    before = make_plan(load_lab(small)).capacity
    plan = make_plan(load_lab(with_work(small, "fast", 2)))
    assert sum(use.volumes for use in plan.capacity.nodes) == sum(use.volumes for use in before.nodes) + 2
    (used, _), (was, _) = (each.hosts[0].storages["local-lvm"] for each in (plan.capacity, before))
    assert used - was == 100 << 30
    (written,) = (each for each in objects(plan, "StorageClass") if each["metadata"]["name"] == "fast")
    assert written["reclaimPolicy"] == "Delete"


def test_volumes_of_scratch_space_do_not_stay_behind(small: Path) -> None:
    with pytest.raises(InvalidLab, match="each pod would leave one behind; name a class with reclaim: Delete"):
        load_lab(with_work(small, "disk", 1))

"""Keys of volumes, claims and mounted folders, and what they become."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from config.load import InvalidLab, load_lab
from plan import make_plan
from tests.plan.every_key.lab import one, pod
from tests.plan.labs import FOLDERS, change, plan_of


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

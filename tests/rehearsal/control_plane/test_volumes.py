"""Claims get volumes as the CSI drivers make them."""

from typing import Any

import pytest

from plan.model import Manifest
from plan.workloads.storage_classes import storage_classes
from rehearsal.control_plane.volumes import PROVISIONER, SELECTED_NODE, attach, attached_volumes, provision
from tests.plan.labs import lab_of
from tests.rehearsal.memory import Memory

LAB = lab_of("prod")
CLASSES = tuple(storage_classes(LAB))


def claim(storage_class: str, annotations: dict[str, str], **spec: Any) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": "4-aux-x", "uid": "u-1", "annotations": annotations},
        "spec": {
            "storageClassName": storage_class,
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "5Gi"}},
            **spec,
        },
        "status": {"phase": "Pending"},
    }


def volumes_for(waiting: Manifest) -> list[Manifest]:
    memory = Memory(*CLASSES, waiting)
    provision(memory.api, LAB)
    return memory.list("v1", "PersistentVolume")


def test_a_block_volume_waits_until_the_scheduler_has_chosen_a_node() -> None:
    assert volumes_for(claim("proxmox-lvm", {PROVISIONER: "csi"})) == []


def test_a_block_volume_is_in_reach_of_the_nodes_of_one_host() -> None:
    (volume,) = volumes_for(claim("proxmox-lvm", {PROVISIONER: "csi", SELECTED_NODE: "k8s-node3"}))
    host = LAB.machines["k8s-node3"].host
    (term,) = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert {each["key"].rpartition("/")[2]: each["values"] for each in term["matchExpressions"]}["zone"] == [host]
    assert volume["spec"]["csi"]["volumeHandle"].split("/")[1:] == [host, "local-lvm", "vm-9999-pvc-u-1"]
    assert volume["spec"]["claimRef"]["uid"] == "u-1"
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"


def test_a_folder_is_made_at_once_and_in_reach_of_all_nodes() -> None:
    folders = next(each["metadata"]["name"] for each in CLASSES if each["volumeBindingMode"] == "Immediate")
    (volume,) = volumes_for(claim(folders, {PROVISIONER: "nfs"}))
    assert "nodeAffinity" not in volume["spec"]


@pytest.mark.parametrize(
    "served",
    [
        claim("proxmox-lvm", {SELECTED_NODE: "k8s-node3"}),
        claim("proxmox-lvm", {PROVISIONER: "csi"}, volumeName="pvc-x"),
    ],
    ids=["nobody asked the driver", "it has a volume"],
)
def test_a_claim_that_does_not_wait_for_a_driver_is_left_alone(served: Manifest) -> None:
    assert volumes_for(served) == []


def test_what_is_attached_is_counted_by_node() -> None:
    attachments = [
        {"kind": "VolumeAttachment", "metadata": {"name": str(number)}, "spec": {"nodeName": node}}
        for number, node in enumerate(("a", "a", "b"))
    ]
    memory = Memory(*attachments)
    attach(memory.api)
    assert all(each["status"]["attached"] for each in memory.list("", "VolumeAttachment"))
    assert attached_volumes(memory.api) == {"a": 2, "b": 1}

"""Storage: what the CSI drivers' provisioner and attacher do, without a volume behind it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from config.lab import Lab
from operations.clients.kubernetes import Api
from plan.cluster.nodes import REGION_LABEL, ZONE_LABEL, topology
from plan.model import Manifest
from plan.workloads.storage_classes import BLOCK_PROVISIONER, NFS_PROVISIONER
from rehearsal.control_plane.playing import played

SELECTED_NODE = "volume.kubernetes.io/selected-node"
"""Annotation with which the scheduler says where the first user of a claim goes."""
PROVISIONER = "volume.kubernetes.io/storage-provisioner"
"""Annotation with which the volume controller asks a driver to act."""
_INTERVAL = 0.25


@contextmanager
def storage(api: Api, lab: Lab) -> Iterator[None]:
    """Serve claims and attachments while this lasts."""
    for driver in csi_drivers():
        api.apply(driver)

    def serve() -> None:
        provision(api, lab)
        attach(api)

    with played("storage", serve, _INTERVAL):
        yield


def csi_drivers() -> list[Manifest]:
    """Block volumes are attached to a node; folders are mounted from anywhere."""
    return [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "CSIDriver",
            "metadata": {"name": name},
            "spec": {"attachRequired": attached},
        }
        for name, attached in ((BLOCK_PROVISIONER, True), (NFS_PROVISIONER, False))
    ]


def provision(api: Api, lab: Lab) -> None:
    """Make a volume for each claim that waits for one. Raises Refused."""
    waiting = [claim for claim in api.list("v1", "PersistentVolumeClaim") if _waits(claim)]
    if not waiting:
        return
    classes = {each["metadata"]["name"]: each for each in api.list("storage.k8s.io/v1", "StorageClass")}
    for claim in waiting:
        storage_class = classes[claim["spec"]["storageClassName"]]
        if SELECTED_NODE in _notes(claim) or storage_class["volumeBindingMode"] == "Immediate":
            api.apply(volume(lab, claim, storage_class))


def volume(lab: Lab, claim: Manifest, storage_class: Manifest) -> Manifest:
    """The volume of a claim: one of block storage is in reach of the nodes of one host, a folder of all."""
    name = f"pvc-{claim['metadata']['uid']}"
    on_block = storage_class["provisioner"] == BLOCK_PROVISIONER
    place = topology(lab.cluster, lab.machines[_notes(claim)[SELECTED_NODE]]) if on_block else {}
    storage_name = storage_class["parameters"].get("storage", "")
    handle = "/".join((*place.values(), storage_name, f"vm-9999-{name}")) if place else name
    spec = {
        "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
        "accessModes": claim["spec"]["accessModes"],
        "storageClassName": storage_class["metadata"]["name"],
        "persistentVolumeReclaimPolicy": storage_class["reclaimPolicy"],
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            **{key: claim["metadata"][key] for key in ("name", "namespace", "uid")},
        },
        "csi": {"driver": storage_class["provisioner"], "volumeHandle": handle},
    }
    if place:
        expressions = [{"key": key, "operator": "In", "values": [place[key]]} for key in (REGION_LABEL, ZONE_LABEL)]
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": expressions}]}}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec}


def attach(api: Api) -> None:
    """Say of each attachment that is asked for that it is done. Raises Refused."""
    for attachment in api.list("storage.k8s.io/v1", "VolumeAttachment"):
        if not attachment.get("status", {}).get("attached"):
            api.patch(attachment, {"status": {"attached": True}}, part="status")


def attached_volumes(api: Api) -> Mapping[str, int]:
    """How many volumes each node holds."""
    held: dict[str, int] = {}
    for attachment in api.list("storage.k8s.io/v1", "VolumeAttachment"):
        node = attachment["spec"]["nodeName"]
        held[node] = held.get(node, 0) + 1
    return held


def _waits(claim: Manifest) -> bool:
    is_pending = claim["status"]["phase"] == "Pending" and "volumeName" not in claim["spec"]
    return is_pending and PROVISIONER in _notes(claim)


def _notes(claim: Manifest) -> Mapping[str, str]:
    return claim["metadata"].get("annotations", {})

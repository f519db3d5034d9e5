"""File servers, and who mounts from them."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from plan.ledger import ledger
from plan.scenarios.file_servers import served
from plan.scenarios.losses import losses, snapshot_of
from tests.plan.labs import FOLDERS, change

CLAIM = """
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: films}
spec: {accessModes: [ReadWriteMany], storageClassName: "", volumeName: films, resources: {requests: {storage: 1Ti}}}
"""
NFS_VOLUME = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: films}
spec: {capacity: {storage: 1Ti}, accessModes: [ReadWriteMany], nfs: {server: 192.168.1.5, path: /films}}
"""
SMB_VOLUME = NFS_VOLUME.replace(
    "nfs: {server: 192.168.1.5, path: /films}",
    "csi: {driver: smb.csi.k8s.io, volumeHandle: films, volumeAttributes: {source: //192.168.1.5/films}}",
)
POD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: films}
spec:
  selector: {matchLabels: {app: films}}
  template:
    metadata: {labels: {app: films}}
    spec:
      containers: [{name: films, image: "nginx:1.29.0"}]
      volumes: [{name: films, nfs: {server: 192.168.1.5, path: /films}}]
"""
KEYS = "volumes: {films: {size: 1Ti, {how}}}\nmounts: {films: /films}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of `small`, which has no file server."""
    return shutil.copytree(FOLDERS["small"], tmp_path / "small")


def _write(folder: Path, *, keys: str = "", objects: str = "") -> None:
    service = (
        "kind: app\ntier: hobby\ndescription: Films\nimage: nginx:1.29.0\ncpu: 10m\nmemory: 64Mi\n" + keys
        if keys
        else "kind: objects\ntier: hobby\ndescription: Films\nobjects: [films.yaml]\n"
    )
    change(folder, [{"file": "services/films.yaml", "new": service}])
    if objects:
        change(folder, [{"file": "services/films/films.yaml", "new": objects}])


@pytest.mark.parametrize(
    "keys",
    [
        KEYS.replace("{how}", "share: {server: 192.168.1.5, path: /films}"),
        KEYS.replace(
            "{how}", "csi: {driver: smb.csi.k8s.io, handle: films, attributes: {source: //192.168.1.5/films}}"
        ),
        "shares: {films: {server: 192.168.1.5, path: /films}}\nmounts: {films: /films}\n",
    ],
    ids=["share", "smb", "without a claim"],
)
def test_a_service_is_interrupted_with_the_server_that_its_keys_name(folder: Path, keys: str) -> None:
    _write(folder, keys=keys)
    assert _interrupted(folder) == {"192.168.1.5": ("films",)}


@pytest.mark.parametrize("objects", [NFS_VOLUME + CLAIM, SMB_VOLUME + CLAIM, POD], ids=["nfs", "smb", "pod"])
def test_a_service_is_interrupted_with_the_server_that_its_objects_name(folder: Path, objects: str) -> None:
    _write(folder, objects=objects)
    assert _interrupted(folder) == {"192.168.1.5": ("films",)}


def test_the_data_of_a_claim_lie_where_the_volume_that_is_stated_beside_it_is(folder: Path) -> None:
    _write(folder, objects=NFS_VOLUME + CLAIM)
    (entry,) = (each for each in ledger(load_lab(folder)) if each.name == "films/films")
    assert [place.server for place in entry.places] == ["192.168.1.5"]


def test_a_lab_without_shares_has_no_file_server(folder: Path) -> None:
    assert list(served(load_lab(folder))) == []


def _interrupted(folder: Path) -> dict[str, tuple[str, ...]]:
    plan = make_plan(load_lab(folder))
    return {
        each.name: each.interrupted_services for each in losses(plan.lab, snapshot_of(plan)) if each.event == "server"
    }


@pytest.mark.parametrize(("controller", "place"), [("", "nvme0 of pve"), ("\n  pci_devices: [hba]", "pve")])
def test_the_files_of_a_machine_are_on_its_disks_or_behind_its_own_controller(
    folder: Path, controller: str, place: str
) -> None:
    """Disks of a controller that is passed through are none that the lab knows."""
    nas = (
        "nas:\n  vmid: 120\n  host: pve\n  role: appliance\n  description: Files\n  vcpus: 2\n  memory: 4Gi\n"
        "  disks: [{interface: scsi0, storage: local-lvm, size: 32Gi}]\n"
        f"  interfaces: [{{network: home, address: 192.168.1.5}}]{controller}\n"
        "  start: {order: 0, up_seconds: 90, down_seconds: 180}\n  adopt: true\n"
    )
    hba = '    pci_devices: {hba: {id: "1000:0072", path: "0000:02:00.0", description: HBA}}\n'
    change(
        folder,
        [
            {"file": "machines.yaml", "old": "worker1: {shape: worker}", "new": f"worker1: {{shape: worker}}\n{nas}"},
            {"file": "site.yaml", "old": "    file_storage: local\n", "new": f"    file_storage: local\n{hba}"},
        ],
    )
    _write(folder, keys=KEYS.replace("{how}", "share: {server: 192.168.1.5, path: /films}"))
    (entry,) = (each for each in ledger(load_lab(folder)) if each.name == "films/films")
    assert list(map(str, entry.places)) == [place]

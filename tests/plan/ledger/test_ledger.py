"""Copies of data: of what, on which disk, and how old they may be."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from cli.text.data import carried_text
from config.lab import Lab
from config.load import InvalidLab, load_lab
from plan.ledger import Carried, Entry, Place, data_losses, ledger
from plan.ledger.copies import longest_pause
from tests.plan.labs import FOLDERS, change, lab_of

NVME, HDD = Place("pve", "nvme0", "ssd"), Place("pve", "sda", "hdd")
DATA = "  data: {storage_class: disk, size: 1Gi}"
JOB = """workloads:
  backup:
    image: alpine:3.22
    command: [sh, -c, 'tar -czf /backup/data.tar.gz -C /data .']
    cpu: 10m
    memory: 64Mi
    runs_as: cronjob
    schedule: 0 3 * * *
    mounts: {data: /data, copies: /backup}
"""
SECOND_DISK = [
    {
        "file": "site.yaml",
        "old": "      nvme0: {size: 1000G, medium: ssd}",
        "new": "      nvme0: {size: 1000G, medium: ssd}\n      sda: {size: 4T, medium: hdd}",
    },
    {
        "file": "site.yaml",
        "old": "      local-lvm: {type: lvmthin, disk: nvme0, size: 900G}",
        "new": "      local-lvm: {type: lvmthin, disk: nvme0, size: 900G}\n"
        "      slow: {type: lvmthin, disk: sda, size: 3T}",
    },
    {
        "file": "storage.yaml",
        "old": "  description: Block volumes on the host's SSD",
        "new": "  description: Block volumes on the host's SSD\n"
        "slow: {backend: block, driver: proxmox-csi, storage: slow, description: Block volumes on the hard disk}",
    },
]


UNSTATED = {"file": "storage.yaml", "old": "  backup: {by: restic, to: nas, every_hours: 24}\n", "new": ""}


def lab_with(tmp_path: Path, *edits: dict[str, str]) -> Lab:
    """`small` after some edits, without the copy of all volumes of its storage class."""
    folder = Path(shutil.copytree(FOLDERS["small"], tmp_path / "lab"))
    change(folder, [UNSTATED, *edits])
    return load_lab(folder)


def entries(tmp_path: Path, *edits: dict[str, str]) -> dict[str, Entry]:
    """Its ledger, by name."""
    return {entry.name: entry for entry in ledger(lab_with(tmp_path, *edits))}


def volume(new: str, file: str = "services/vaultwarden.yaml") -> dict[str, str]:
    return {"file": file, "old": DATA, "new": new}


def with_copies_on(storage_class: str) -> dict[str, str]:
    return volume(f"{DATA}\n  copies: {{storage_class: {storage_class}, size: 1Gi, copy_of: [data]}}\n{JOB}")


def test_a_volume_lies_on_the_disk_of_its_storage(tmp_path: Path) -> None:
    found = entries(tmp_path)["vaultwarden/data"]
    assert (found.places, found.copies, found.size) == ((NVME,), (), 1 << 30)


def test_a_copy_on_the_same_disk_does_not_survive_it(tmp_path: Path) -> None:
    found = entries(tmp_path, with_copies_on("disk"))["vaultwarden/data"]
    assert [(copy.by, copy.every, copy.places) for copy in found.copies] == [
        ("vaultwarden-backup", timedelta(days=1), (NVME,))
    ]
    assert found.surviving == ()


def test_a_copy_on_another_disk_survives(tmp_path: Path) -> None:
    lab = lab_with(tmp_path, *SECOND_DISK, with_copies_on("slow"))
    found = {entry.name: entry for entry in ledger(lab)}
    assert [copy.places for copy in found["vaultwarden/data"].surviving] == [(HDD,)]
    losses = {loss.name: loss for loss in data_losses(lab, ledger(lab))}
    restored = {entry.name: age for entry, age in losses["nvme0 of pve"].restored}
    assert restored["vaultwarden/data"] == restored["control-plane/scsi0"] == timedelta(days=1)
    assert [entry.name for entry in losses["nvme0 of pve"].gone] == ["freshrss/data"]
    assert losses["sda of pve"].gone == (), "a copy is no data of its own"
    assert {entry.name for entry in losses["pve"].gone} == {"freshrss/data", "vaultwarden/data"}


def test_a_deleted_namespace_keeps_the_volumes_of_the_labs_own_classes(tmp_path: Path) -> None:
    lab = lab_with(tmp_path)
    (loss,) = (each for each in data_losses(lab, ledger(lab)) if each.name.endswith("-freshrss"))
    assert (loss.event, [entry.name for entry in loss.kept], loss.gone) == ("namespace", ["freshrss/data"], ())


def test_a_copy_of_a_whole_storage_class_is_one_of_each_volume() -> None:
    found = {entry.name: entry for entry in ledger(lab_of("small"))}
    assert [copy.by for copy in found["freshrss/data"].surviving] == ["restic"]
    assert found["freshrss/data"].state == "copied"


@pytest.mark.parametrize(
    ("api", "kind", "spec", "by"),
    [
        ("velero.io/v1", "Schedule", "schedule: 0 3 * * *, template: {includedNamespaces: ['*']}", "Schedule it"),
        ("k8up.io/v1", "Schedule", "backup: {schedule: 0 3 * * *}", "Schedule it"),
        (
            "volsync.backube/v1alpha1",
            "ReplicationSource",
            "sourcePVC: vaultwarden-data, trigger: {schedule: 0 3 * * *}",
            "ReplicationSource it",
        ),
    ],
)
def test_objects_of_backup_tools_are_copies_that_lie_nobody_knows_where(
    api: str, kind: str, spec: str, by: str, tmp_path: Path
) -> None:
    text = f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: it}}\nspec: {{{spec}}}\n"
    beside = {"file": "services/vaultwarden/backup.yaml", "new": text}
    found = entries(tmp_path, volume(DATA + "\nobjects: [backup.yaml]"), beside)["vaultwarden/data"]
    assert [(copy.by, copy.every, copy.places) for copy in found.copies] == [(by, timedelta(days=1), ())]
    assert found.state == "not known"


@pytest.mark.parametrize(
    ("api", "kind", "spec", "state"),
    [
        ("snapscheduler.backube/v1", "SnapshotSchedule", "schedule: 0 3 * * *", "same disk"),
        (
            "snapshot.storage.k8s.io/v1",
            "VolumeSnapshot",
            "source: {persistentVolumeClaimName: vaultwarden-data}",
            "same disk",
        ),
        ("velero.io/v1", "Schedule", "schedule: 0 3 * * *, template: {snapshotVolumes: false}", "none"),
        ("velero.io/v1", "Schedule", "schedule: 0 3 * * *, paused: true", "never runs"),
    ],
)
def test_a_snapshot_goes_with_its_disk_and_a_copy_of_objects_holds_no_volume(
    api: str, kind: str, spec: str, state: str, tmp_path: Path
) -> None:
    text = f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: it}}\nspec: {{{spec}}}\n"
    beside = {"file": "services/vaultwarden/backup.yaml", "new": text}
    found = entries(tmp_path, volume(DATA + "\nobjects: [backup.yaml]"), beside)["vaultwarden/data"]
    assert found.state == state


def test_a_schedule_that_never_comes_up_has_no_pause() -> None:
    assert longest_pause("0 3 31 2 *") is None


def test_a_copy_outside_of_the_lab_counts_as_stated(tmp_path: Path) -> None:
    found = entries(
        tmp_path,
        volume("  data: {storage_class: disk, size: 1Gi, backup: {by: restic, to: nas2, every_hours: 12}}"),
        volume(
            "  data: {storage_class: disk, size: 1Gi, no_backup: The feeds can be read again}",
            "services/freshrss.yaml",
        ),
    )
    assert [(copy.by, copy.places, copy.every) for copy in found["vaultwarden/data"].surviving] == [
        ("restic", (Place("nas2"),), timedelta(hours=12))
    ]
    assert found["freshrss/data"].without_copy == "The feeds can be read again"


@pytest.mark.parametrize(
    ("schedule", "pause"),
    [
        ("0 3 * * *", timedelta(days=1)),
        ("@weekly", timedelta(days=7)),
        ("0 3 * * 1-5", timedelta(days=3)),
        ("0 0 1 * *", timedelta(days=31)),
        ("*/15 * * * *", timedelta(minutes=15)),
    ],
)
def test_the_longest_pause_of_a_schedule_is_the_age_of_its_copy(schedule: str, pause: timedelta) -> None:
    assert longest_pause(schedule) == pause


@pytest.mark.parametrize(
    ("copy_of", "message"),
    [
        ("dta", "unknown volume 'dta'; did you mean 'vaultwarden/data'?"),
        ("freshrss/dat", "unknown volume 'freshrss/dat'; did you mean 'freshrss/data'?"),
        ("copies", "'copies' cannot be a copy of itself; name the volume that is copied"),
    ],
)
def test_a_copy_names_a_volume_that_exists(tmp_path: Path, copy_of: str, message: str) -> None:
    with pytest.raises(InvalidLab) as invalid:
        entries(tmp_path, volume(f"{DATA}\n  copies: {{storage_class: disk, size: 1Gi, copy_of: [{copy_of}]}}\n{JOB}"))
    assert [problem.message for problem in invalid.value.problems] == [message]


def test_a_folder_lies_on_the_storage_whose_path_is_above_it() -> None:
    found = {entry.name: entry for entry in ledger(lab_of("prod"))}
    assert found["immich/library"].places == (Place("pve", "sdc", "hdd"),)
    assert found["nextcloud/files-ssd"].places == (Place("pve", "sdb", "ssd"),)


def test_no_copy_in_prod_survives_the_loss_of_its_one_large_disk() -> None:
    found = ledger(lab_of("prod"))
    assert {copy.by for entry in found for copy in entry.copies} >= {"mysql-backup", "vault-backup"}
    assert not [entry.name for entry in found if entry.surviving]


def test_volumes_that_may_be_on_another_host_are_counted_as_up_to_so_many() -> None:
    assert carried_text(Carried(2, 3, 0, 0)) == "2 machines, 3 block volumes"
    assert carried_text(Carried(2, 3, 1, 0, is_upper_bound=True)) == "2 machines, up to 3 block volumes, 1 NFS folder"
    assert carried_text(Carried(1, 0, 0, 0, is_upper_bound=True)) == "1 machine"


def test_a_volume_of_a_file_server_through_a_csi_driver_is_on_that_server() -> None:
    entries = {entry.name: entry for entry in ledger(lab_of("every_key"))}
    assert entries["pods/scans"].places == (Place("nas.every.example"),), "by its source"
    assert entries["pods/made-by-hand"].places == (Place("nfs.csi.k8s.io"),), "a class, of which no server is stated"


def test_each_replica_of_a_statefulset_of_a_chart_or_of_a_file_has_its_own_volume(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(Path(__file__).parents[2] / "incidents" / "lab", tmp_path / "lab"))
    chart = (
        "kind: helm\ntier: core\ndescription: Cache\nchart: {name: cache, repository: https://c.example, version: "
        "1.2.3}\nvolumes: {data: {storage_class: block, size: 8Gi}}\nfootprint:\n  cache: {runs_as: statefulset,\n"
        "    replicas: 3, volumes: [data], containers: {main: {cpu: 50m, memory: 128Mi, values: resources}}}\n"
    )
    pod = "spec: {containers: [{name: s, image: registry.example/s:1.0.0}]}"
    claim = "{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], storageClassName: block, resources: %s}}"
    stated = (
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec:\n  serviceName: s\n  replicas: 3\n"
        f"  selector: {{matchLabels: {{app: s}}}}\n  template: {{metadata: {{labels: {{app: s}}}}, {pod}}}\n"
        f"  volumeClaimTemplates: [{claim % '{requests: {storage: 7Gi}}'}]\n"
    )
    edits = [
        {"file": "services/cache.yaml", "new": chart},
        {"file": "services/wiki.yaml", "old": "replicas: 2", "new": "replicas: 2\nobjects: [s.yaml]"},
        {"file": "services/wiki/s.yaml", "new": stated},
    ]
    change(folder, edits)
    entries = {entry.name: (entry.volumes, entry.size >> 30) for entry in ledger(load_lab(folder))}
    assert (entries["cache/data"], entries["wiki/d-s"]) == ((3, 24), (3, 21))


def test_a_scheduled_backup_is_of_the_cluster_and_not_of_the_service_that_has_it(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDERS["small"], tmp_path / "lab"))
    (folder / "services" / "rows").mkdir()
    (folder / "services" / "rows.yaml").write_text(
        "kind: postgres\ntier: home\ndescription: Rows\nimage: ghcr.io/cloudnative-pg/postgresql:17.6\ncpu: 50m\n"
        "memory: 256Mi\nstorage_class: disk\nsize: 1Gi\ncluster: pg17\nobjects: [backup.yaml]\n"
        "provides: [postgresql.cnpg.io]\n",
        encoding="utf-8",
    )
    (folder / "services" / "rows" / "backup.yaml").write_text(
        "apiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: {name: nightly}\n"
        "spec: {schedule: 0 0 3 * * *, cluster: {name: pg17}, method: plugin}\n",
        encoding="utf-8",
    )
    found = {each.name: each for each in ledger(load_lab(folder))}["rows"]
    assert "ScheduledBackup nightly" in {copy.by for copy in found.copies}

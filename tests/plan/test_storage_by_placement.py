"""Block volumes count on the host on which their pod is planned, and pods go where their volumes can be made."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from plan.model import Plan
from tests.plan.labs import change

INCIDENTS = Path(__file__).parents[1] / "incidents" / "lab"
SOUTH = """
  south:
    address: 192.168.1.11
    cores: 16
    threads: 32
    memory: 64Gi
    reserved_memory: 4Gi
    disks: {nvme: {size: 1T, medium: ssd, write_mb_per_second: 1000}}
    storages:
      local: {type: dir, disk: nvme, size: 200G}
      FAST
    file_storage: local
"""
OTHER = "{shape: worker, host: south, disks: [{interface: scsi0, storage: other, size: 64Gi}]}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The lab of the incidents, with two of its workers on a second host."""
    folder = Path(shutil.copytree(INCIDENTS, tmp_path / "lab"))
    change(
        folder,
        [
            {"file": "networks.yaml", "old": "hosts: [pve]", "new": "hosts: [pve, south]"},
            {
                "file": "machines.yaml",
                "old": "worker3: {shape: worker}\nworker4: {shape: worker}",
                "new": "worker3: {shape: worker, host: south}\nworker4: {shape: worker, host: south}",
            },
            {
                "file": "services/database.yaml",
                "old": "cpu: 250m",
                "new": "replicas: 3\ncpu: 250m",
            },
        ],
    )
    return folder


def second_host(folder: Path, storage: str) -> Plan:
    """The plan with a second host that has a storage of that line."""
    text = SOUTH.replace("FAST", storage)
    change(folder, [{"file": "site.yaml", "old": "\ntemplates:", "new": f"{text}\ntemplates:"}])
    return make_plan(load_lab(folder))


def volumes_on(plan: Plan, host: str) -> int:
    """GiB of volumes of the database on a host, the disks of its machines aside."""
    (use,) = (each for each in plan.capacity.hosts if each.name == host)
    machines = sum(
        disk.size
        for machine in plan.lab.machines.values()
        if machine.host == host
        for disk in machine.disks
        if disk.storage == "fast"
    )
    return (use.storages["fast"][0] - machines) >> 30


def test_each_volume_counts_once_where_its_pod_is_planned(folder: Path) -> None:
    plan = second_host(folder, "fast: {type: lvmthin, disk: nvme, size: 700G}")
    here, there = volumes_on(plan, "pve"), volumes_on(plan, "south")
    assert here + there == 3 * 20
    assert 0 < there < 60
    assert not [each for each in plan.findings if each.code == "STORAGE-OVERCOMMITTED"]


def test_a_pod_does_not_go_where_its_volume_cannot_be_made(folder: Path) -> None:
    change(
        folder,
        [
            {"file": "machines.yaml", "old": "worker3: {shape: worker, host: south}", "new": f"worker3: {OTHER}"},
            {"file": "machines.yaml", "old": "worker4: {shape: worker, host: south}", "new": f"worker4: {OTHER}"},
        ],
    )
    plan = second_host(folder, "other: {type: lvmthin, disk: nvme, size: 700G}")
    nodes = {
        use.node.name for use in plan.capacity.nodes for workload, _ in use.workloads if workload.name == "database"
    }
    assert nodes == {"worker2"}


def volumes_by_host(plan: Plan) -> tuple[int, int]:
    """GiB of the database's volumes on either host."""
    return volumes_on(plan, "pve"), volumes_on(plan, "south")


@pytest.mark.parametrize(
    "edits",
    [
        [{"file": "services/database.yaml", "old": "memory: 1Gi", "new": "memory: 2Gi"}],
        [{"file": "services/database.yaml", "old": "registry.example/database:1.0.0", "new": "registry.example/db:2"}],
        [{"file": "machines.yaml", "old": "\nworker4: {shape: worker, host: south}", "new": ""}],
        [{"file": "machines.yaml", "old": "\nworker2: {shape: worker}", "new": ""}],
    ],
    ids=["larger", "another image", "a node less on one host", "a node less on the other"],
)
def test_of_a_lab_that_runs_no_volume_changes_its_host(folder: Path, edits: list[dict[str, str]]) -> None:
    change(folder, [{"file": "tiers.yaml", "old": "cpu: 4, memory: 8Gi", "new": "cpu: 40, memory: 80Gi"}])
    change(folder, [{"file": "machines.yaml", "old": "worker3:", "new": "worker5: {shape: worker}\nworker3:"}])
    before = second_host(folder, "fast: {type: lvmthin, disk: nvme, size: 700G}")
    change(folder, edits)
    after = make_plan(load_lab(folder), running=before.capacity.nodes)
    assert volumes_by_host(after) == volumes_by_host(before)
    assert after.capacity.pending == ()


def test_where_the_last_node_of_a_host_goes_the_pods_with_volumes_there_have_no_place(folder: Path) -> None:
    before = second_host(folder, "fast: {type: lvmthin, disk: nvme, size: 700G}")
    change(
        folder,
        [
            {
                "file": "machines.yaml",
                "old": "worker3: {shape: worker, host: south}\nworker4: {shape: worker, host: south}",
                "new": "worker3: {shape: worker}\nworker4: {shape: worker}",
            }
        ],
    )
    after = make_plan(load_lab(folder), running=before.capacity.nodes)
    (finding,) = (each for each in after.findings if each.code == "DOES-NOT-FIT")
    assert "the storage of data is on south, and no node that lets database in is there" in finding.message
    assert finding.fix == "keep a worker on south, or add one there: its volumes stay on that host"

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

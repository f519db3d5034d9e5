"""Fixes work: each is carried out in the lab's files, and the lab fits."""

import re
import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from plan.model import Finding
from plan.scenarios.remedies import MOST_TRIED, NOTHING_HELPS, ONE_BY_ONE
from tests.plan.labs import FOLDERS, change

TOO_MUCH = [
    {"file": "tiers.yaml", "old": "max_memory: 16Gi", "new": "max_memory: 64Gi"},
    {"file": "tiers.yaml", "old": "memory: 16Gi, pods: 10", "new": "memory: 64Gi, pods: 10"},
    {"file": "services/painter.yaml", "old": "memory: 4Gi", "new": "memory: 31Gi"},
]
TOO_MANY = [
    {"file": "machines.yaml", "old": "A node without one\n  vcpus: 8", "new": "A node without one\n  vcpus: 4"},
    {"file": "tiers.yaml", "old": "quota: {cpu: 2, memory: 4Gi", "new": "quota: {cpu: 8, memory: 4Gi"},
    {"file": "services/photos.yaml", "old": "cpu: 100m", "new": "cpu: 700m"},
]

INCIDENTS = FOLDERS["every_kind"].parents[1] / "incidents" / "lab"
EVERYTHING_WITHOUT_A_CARD = (
    *("database", "dns", "kyverno", "metallb", "nfs-csi", "proxmox-csi", "traefik", "gpu-operator", "nfd", "wiki"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def without_a_place(folder: Path) -> list[Finding]:
    """Findings of the plan about pods that do not fit."""
    return [finding for finding in make_plan(load_lab(folder)).findings if finding.code == "DOES-NOT-FIT"]


def test_the_largest_request_named_fits_and_no_larger_one_does(folder: Path) -> None:
    change(folder, TOO_MUCH)
    (finding,) = without_a_place(folder)
    (named,) = re.findall(r"request at most (\d+)Mi of memory", finding.fix)
    change(folder, [{"file": "services/painter.yaml", "old": "memory: 31Gi", "new": f"memory: {named}Mi"}])
    assert without_a_place(folder) == []
    larger = int(named) + 1
    change(folder, [{"file": "services/painter.yaml", "old": f"memory: {named}Mi", "new": f"memory: {larger}Mi"}])
    assert len(without_a_place(folder)) == 1


def test_a_worker_is_named_where_one_helps(folder: Path) -> None:
    change(folder, TOO_MANY)
    (finding,) = without_a_place(folder)
    assert "add a worker like worker in machines.yaml" in finding.fix
    machines = (folder / "machines.yaml").read_text(encoding="utf-8")
    worker = machines[machines.index("\nworker:\n") :]
    another = worker.replace("worker:", "another:").replace("vmid: 202", "vmid: 203").replace(".102", ".103")
    (folder / "machines.yaml").write_text(machines + another, encoding="utf-8")
    assert without_a_place(folder) == []


def test_a_worker_is_not_named_where_it_does_not_help(folder: Path) -> None:
    change(folder, TOO_MUCH)
    (finding,) = without_a_place(folder)
    assert "add a worker" not in finding.fix


def test_a_more_important_tier_is_not_named_where_those_pushed_out_would_wait_instead(folder: Path) -> None:
    change(folder, TOO_MANY)
    (finding,) = without_a_place(folder)
    assert "tier" not in finding.fix


def test_volumes_that_need_no_slot_are_named_where_that_helps(folder: Path) -> None:
    change(folder, [{"file": "cluster.yaml", "old": "schedulable: 28", "new": "schedulable: 7"}])
    findings = without_a_place(folder)
    assert findings
    assert all("exceed max volume count" in finding.message for finding in findings)
    assert any(re.search("move [a-z-]+ of [a-z-]+ to an NFS storage class", finding.fix) for finding in findings)


def test_where_no_single_step_helps_that_is_said(folder: Path) -> None:
    change(
        folder,
        [{"file": "machines.yaml", "old": "A node without one\n  vcpus: 8", "new": "A node without one\n  vcpus: 1"}],
    )
    assert NOTHING_HELPS in [finding.fix for finding in without_a_place(folder)]


def test_for_many_at_once_only_the_first_are_tried(folder: Path) -> None:
    change(
        folder,
        [{"file": "machines.yaml", "old": "A node without one\n  vcpus: 8", "new": "A node without one\n  vcpus: 1"}],
    )
    found = without_a_place(folder)
    together = [finding for finding in found if finding.fix == ONE_BY_ONE]
    assert len(found) - len(together) == MOST_TRIED
    assert together
    assert all("workloads" in finding.facts for finding in together)


def test_what_waits_for_one_cause_is_one_finding_with_a_step_that_helps_all(folder: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(INCIDENTS, folder)
    workers = "worker2: {shape: worker}\nworker3: {shape: worker}\nworker4: {shape: worker}\n"
    change(folder, [{"file": "machines.yaml", "old": workers, "new": ""}])
    (finding,) = without_a_place(folder)
    assert "13 pods of 10 workloads would stay Pending for one cause: all nodes have taints that" in finding.message
    assert finding.facts["services"] == EVERYTHING_WITHOUT_A_CARD
    assert finding.concerns("wiki")
    assert not finding.concerns("chat")
    assert finding.fix == "write control_plane_taint: false in cluster.yaml"
    change(folder, [{"file": "cluster.yaml", "old": "volume_slots", "new": "control_plane_taint: false\nvolume_slots"}])
    assert without_a_place(folder) == []


def test_what_would_help_a_job_is_tried_too(folder: Path) -> None:
    change(folder, TOO_MANY[:1])
    change(folder, [{"file": "services/sweeper.yaml", "old": "cpu: 10m", "new": "cpu: 900m"}])
    (finding,) = make_plan(load_lab(folder)).errors
    (named,) = re.findall(r"request at most (\d+m) of cpu for each pod;", finding.fix)
    change(folder, [{"file": "services/sweeper.yaml", "old": "cpu: 900m", "new": f"cpu: {named}"}])
    assert make_plan(load_lab(folder)).errors == ()

"""A change of what machines read once is said: which error it makes, or what is done by hand."""

import re
import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from operations.guard.consequence import Consequence
from plan.cluster.membership import control_planes_of, node_address
from tests.operations.guard.test_predicted import consequences, edit
from tests.plan.families import FAMILY_EDITS
from tests.plan.labs import FOLDERS, ROOT

VERSION = "kubernetes_version: v1.34.2"
WORKER = """worker2:
  vmid: 203
  host: pve
  role: worker
  description: Another node
  vcpus: 4
  memory: 8Gi
  disks: [{interface: scsi0, storage: local-lvm, size: 64Gi}]
  interfaces: [{network: nodes, address: 10.0.20.103}]
  start: {order: 22, up_seconds: 60, down_seconds: 120}
  template: ubuntu
"""
LAST = "vmid: 202"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def version(new: str) -> dict[str, str]:
    return edit("cluster.yaml", VERSION, f"kubernetes_version: {new}")


def another_worker(**changes: str) -> dict[str, str]:
    text = WORKER
    for old, new in changes.items():
        text = text.replace(f"{old}: {WORKER.partition(f'{old}: ')[2].partition(chr(10))[0]}", new)
    return edit("machines.yaml", "worker:\n  vmid: 202", f"{text}worker:\n  vmid: 202")


def errors(found: dict[str, Consequence]) -> list[str]:
    return [each.message for each in found.values() if each.severity == "error"]


def test_a_worker_that_joins_is_never_newer_than_the_control_plane(folder: Path) -> None:
    found = consequences(folder, version("v1.35.0"), another_worker())["FAIL:cluster"]
    assert found.severity == "error"
    assert "worker2 would join with a kubelet of v1.35.0, and the control plane stays at v1.34.2" in found.message
    assert "upgrade the cluster first" in found.fix


def test_a_minor_release_is_never_skipped(folder: Path) -> None:
    found = consequences(folder, version("v1.36.0"))["FAIL:cluster"]
    assert "kubeadm upgrades by one minor release at a time, and refuses v1.34.2 to v1.36.0" in found.message
    assert "take v1.35, then v1.36" in found.fix


def test_a_cluster_never_goes_back(folder: Path) -> None:
    assert "never goes back" in consequences(folder, version("v1.33.5"))["FAIL:cluster"].message


@pytest.mark.parametrize("new", ["v1.34.3", "v1.35.1"])
def test_a_newer_version_is_taken_by_hand(folder: Path, new: str) -> None:
    found = consequences(folder, version(new))
    assert errors(found) == []
    said = found["BY-HAND:cluster"]
    assert f"Machines read kubernetes_version (v1.34.2 -> {new}) once, when they are set up" in said.message
    assert (
        f"by hand: `homelab upgrade` says in which order: on the control plane `kubeadm upgrade apply {new}`"
        in said.fix
    )


def test_a_patch_release_and_a_worker_go_together(folder: Path) -> None:
    assert errors(consequences(folder, version("v1.34.3"), another_worker())) == []


def test_a_newer_version_and_a_machine_that_is_no_node_go_together(folder: Path) -> None:
    assert errors(consequences(folder, version("v1.35.0"), another_worker(role="role: appliance"))) == []


def test_a_worker_alone_is_not_asked(folder: Path) -> None:
    assert {each.effect for each in consequences(folder, another_worker()).values()} <= {"UPDATE"}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (
            edit("cluster.yaml", "max_parallel_image_pulls: 10", "max_parallel_image_pulls: 5"),
            "kubelet.max_parallel_image_pulls",
        ),
        (
            edit("cluster.yaml", "eviction_hard: {memory: 500Mi", "eviction_hard: {memory: 400Mi"),
            "kubelet.eviction_hard",
        ),
        (
            edit("tiers.yaml", "priority: 200000", "priority: 200001"),
            "priority and shutdown_grace_seconds of the tiers",
        ),
    ],
)
def test_a_setting_of_the_kubelet_names_its_key_and_the_way(folder: Path, change: dict[str, str], key: str) -> None:
    said = consequences(folder, change)["BY-HAND:cluster"]
    assert said.causes == (key,)
    assert f"Machines read {key} once" in said.message
    assert "kubeadm upgrade node phase kubelet-config" in said.fix


def test_keys_for_ssh_name_the_machines(folder: Path) -> None:
    text = (folder / "site.yaml").read_text(encoding="utf-8")
    old = f"ssh_keys:{text.partition('ssh_keys:')[2].partition(chr(10))[0]}\n"
    keys = "ssh_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1pVtXQpNkX6pVtXQpNkX6pVtXQpNkX6pVtXQpNkX6p you]"
    said = consequences(folder, edit("site.yaml", old, f"{keys}\n"))["BY-HAND:cluster"]
    assert "Machines read ssh_keys once, when they are set up: none that runs (master, worker" in said.message
    assert "authorized_keys" in said.fix


def test_name_servers_of_created_machines(folder: Path) -> None:
    found = consequences(folder, edit("networks.yaml", "nameservers: [10.0.20.1]", "nameservers: [10.0.20.5]"))
    assert {each.target for each in found.values() if each.effect == "BY-HAND"} == {"machines"}
    said = (
        "Machines read nameservers once, when they are set up: none that runs (master, worker, worker-gpu) takes the "
        "change."
    )
    assert found["BY-HAND:machines"].message == said
    found = consequences(folder, edit("networks.yaml", "gateway: 10.0.20.1", "gateway: 10.0.20.3"))
    assert "Machines read gateway once, when they are set up" in found["BY-HAND:machines"].message


def test_the_disk_of_a_created_machine_names_its_command(folder: Path) -> None:
    found = consequences(folder, edit("machines.yaml", "size: 32Gi", "size: 48Gi"))
    assert "qm disk resize 200 DISK SIZE" in found["BY-HAND:master"].fix


def test_disks_of_several_machines_are_one_step_with_all_their_numbers(folder: Path) -> None:
    text = (folder / "machines.yaml").read_text(encoding="utf-8")
    found = consequences(folder, {"file": "machines.yaml", "new": re.sub(r"size: (\d+)Gi", r"size: 1\1Gi", text)})
    said = found["BY-HAND:machines"]
    assert said.fix.startswith("by hand: `qm disk resize VMID DISK SIZE`")
    assert said.fix.endswith("; VMID: master 200, worker 202, worker-gpu 201")


@pytest.mark.parametrize("key", ["pod_cidr", "service_cidr"])
def test_the_ranges_of_a_cluster_stay(folder: Path, key: str) -> None:
    text = (folder / "cluster.yaml").read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith(key))
    other = edit("cluster.yaml", line, f"{key}: {'10.11.0.0/16' if key == 'pod_cidr' else '10.112.0.0/12'}")
    found = consequences(folder, other)["FAIL:cluster"]
    assert found.causes == (key,)
    assert "keeps the ranges of addresses" in found.message


def test_another_name_of_the_cluster_would_be_another_region(folder: Path) -> None:
    found = consequences(folder, edit("cluster.yaml", "name: every-kind\n", "name: house\n"))
    assert found["REDIRECT:cluster"].severity == "error"
    assert found["REDIRECT:cluster"].fix == "write region: every-kind in cluster.yaml"
    (folder / "cluster.yaml").write_text(
        (folder / "cluster.yaml").read_text(encoding="utf-8").replace("name: house\n", "name: every-kind\n")
    )
    kept = consequences(folder, edit("cluster.yaml", "name: every-kind\n", "name: house\nregion: every-kind\n"))
    assert errors(kept) == []


def test_the_virtual_address_of_the_api_server_stays(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tests" / "labs" / "high_availability", tmp_path / "lab"))
    found = consequences(folder, edit("cluster.yaml", "api_address: 10.0.30.10", "api_address: 10.0.30.9"))
    assert found["REDIRECT:cluster"].severity == "error"
    assert "10.0.30.10:6443 -> 10.0.30.9:6443" in found["REDIRECT:cluster"].message


def test_a_virtual_address_in_place_of_the_machines_is_another_endpoint(folder: Path) -> None:
    found = consequences(folder, edit("cluster.yaml", VERSION, f"{VERSION}\napi_address: 10.0.20.99"))
    assert "10.0.20.100:6443 -> 10.0.20.99:6443" in found["REDIRECT:cluster"].message


def test_the_address_of_an_adopted_control_plane_stays(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDERS["prod"], tmp_path / "prod"))
    lab = load_lab(folder)
    old = str(node_address(lab, next(iter(control_planes_of(lab).values()))))
    new = f"{old.rpartition('.')[0]}.251"
    assert "REDIRECT:cluster" in consequences(folder, edit("machines.yaml", f"address: {old}}}", f"address: {new}}}"))


def test_a_template_is_told_by_its_number_alone(folder: Path) -> None:
    """A host of another name is another place of the same template."""
    found = consequences(folder, edit("site.yaml", "ubuntu: {vmid: 2000", "ubuntu: {vmid: 2005"))
    assert "Machines read template once" in found["BY-HAND:machines"].message
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.yaml")}
    other = [{"file": name, "new": re.sub(r"\bpve\b", "other", text)} for name, text in texts.items() if "pve" in text]
    found = consequences(folder, *other)
    assert "REPLACE:worker" in found
    assert not [each for each in found.values() if each.effect == "BY-HAND"]


def test_a_cluster_that_runs_gets_no_second_family_by_an_up(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tests" / "labs" / "high_availability", tmp_path / "lab"))
    found = consequences(folder, *FAMILY_EDITS)
    assert "keeps the families that it was made with" in found["FAIL:cluster"].message
    assert "add it by hand first" in found["FAIL:cluster"].fix
    assert "names the new one" not in found["REDIRECT:control1"].message
    other = consequences(folder, edit("cluster.yaml", "fd00:10::/56", "fd00:12::/56"))
    assert other["FAIL:cluster"].causes == ("ipv6.pod_cidr",)
    assert "keeps the ranges of addresses" in other["FAIL:cluster"].message

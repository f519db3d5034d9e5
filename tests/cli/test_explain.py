"""`homelab explain`."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from cli.reports.document import FORMAT_VERSION
from config.refusals import REFUSALS, Refusal
from operations.rules import all_rules
from plan.changes.effects import EFFECTS, Effect
from plan.parts import part_names
from tests.cli.conftest import Homelab
from tests.plan.labs import FOLDERS, plan_of

EVERY_KIND = FOLDERS["every_kind"]
INCIDENTS = Path(__file__).parents[1] / "incidents" / "lab"


@pytest.mark.parametrize("code", all_rules())
def test_every_finding_is_explained(code: str, homelab: Homelab) -> None:
    result = homelab("explain", code)
    assert result.exit_code == 0
    rule = all_rules()[code]
    severity = " or ".join(rule.severities)
    assert result.stdout == f"{code} ({severity}): {rule.title}\n\n{rule.meaning}\n\nRemedy: {rule.remedy}\n"


def test_a_code_may_be_written_small(homelab: Homelab) -> None:
    assert homelab("explain", "quota-exceeded").stdout == homelab("explain", "QUOTA-EXCEEDED").stdout


def test_programs_get_the_page_as_json(homelab: Homelab) -> None:
    page = json.loads(homelab("explain", "quota-exceeded", "--format", "json").stdout)
    assert page.pop("format_version") == FORMAT_VERSION
    rule = all_rules()["QUOTA-EXCEEDED"]
    assert page == {
        "code": "QUOTA-EXCEEDED",
        "severities": ["error"],
        "title": rule.title,
        "meaning": rule.meaning,
        "remedy": rule.remedy,
    }


def test_an_unknown_code_is_invalid_input(homelab: Homelab) -> None:
    result = homelab("explain", "QUOTA-EXCEDED")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "homelab: no finding has the code 'QUOTA-EXCEDED'; did you mean 'QUOTA-EXCEEDED'?\n"


def test_a_service_is_followed_down_to_the_kernel(homelab: Homelab) -> None:
    result = homelab("explain", "photos", "--lab", EVERY_KIND)
    assert result.exit_code == 0
    assert "\nphotos: Deployment, 2 pods, Burstable, priority " in result.stdout
    assert "In the kernel, below kubepods.slice/kubepods-burstable.slice" in result.stdout
    row = next(line.split() for line in result.stdout.splitlines() if line.startswith("exporter"))
    assert row == ["exporter", "1", "(4)", "max", "100000", "32Mi", "999"]
    assert "Burstable: not every container has a CPU and a memory limit equal to its request" in result.stdout
    assert "\n  migrate: limits.cpu 50m (now none), requests.memory " in result.stdout
    assert "For cores of its own: be Guaranteed; photos: cpu 1 instead of 100m" in result.stdout
    assert re.search(r"^worker +memory +\d+ of \d+ ", result.stdout, re.MULTILINE)
    assert "memory: up to 400Mi above its request; disk: " in result.stdout


def test_a_node_tells_who_goes_first_for_each_shortage(homelab: Homelab) -> None:
    result = homelab("explain", "worker", "--lab", EVERY_KIND)
    assert result.exit_code == 0
    assert result.stdout.startswith("worker: A node without one\nworker on host pve, VMID 202, taints: none\n")
    assert re.search(r"^ +never +never +never +kube-proxy", result.stdout, re.MULTILINE)
    assert "worker dies" in result.stdout
    assert "out of reach of pods: CPU 400m, memory 1Gi reserved and 500Mi before eviction (by a rule " in result.stdout


def test_what_is_interrupted_by_the_loss_of_a_node_is_named(homelab: Homelab) -> None:
    text = homelab("explain", "k8s-node2").stdout
    assert re.search(r"^k8s-node2 dies: interrupted until they run elsewhere: .*navidrome", text, re.MULTILINE)


def test_programs_get_cgroups_and_eviction_orders(homelab: Homelab) -> None:
    service = json.loads(homelab("explain", "queue", "--lab", EVERY_KIND, "--format", "json").stdout)["service"]
    (pod, queue) = service["workloads"][0]["cgroups"]
    assert (pod["cpu_max"], queue["cpu_max"], queue["memory_max"]) == ("25000 100000", "25000 100000", 512 << 20)
    assert service["workloads"][0]["steps_to_guaranteed"] == []
    first = service["evictions"][0]
    assert (first["workload"], first["resource"], first["of"]) == (
        "queue",
        "memory",
        1 + len(first["before"] + first["after"]),
    )
    node = json.loads(homelab("explain", "master", "--lab", EVERY_KIND, "--format", "json").stdout)
    assert node["eviction_order"]["memory"] == ["aux-watcher/watcher", "core-flannel/kube-flannel-ds"]


def test_an_unknown_service_is_invalid_input(homelab: Homelab) -> None:
    result = homelab("explain", "photo", "--lab", EVERY_KIND)
    assert result.exit_code == 2
    assert result.stderr.endswith("did you mean 'photos'?\n")


def test_the_essential_of_a_service_comes_first_and_the_kernel_on_demand(homelab: Homelab) -> None:
    whole = homelab("explain", "photos", "--lab", EVERY_KIND).stdout
    short = homelab("explain", "photos", "--lab", EVERY_KIND, "--short").stdout
    for line in (
        "runs on worker (",
        "reached at https://photos.every.example",
        "size: CPU 0.",
        "stores photos/",
        "No findings.",
    ):
        assert line in short
        assert whole.index(line) < whole.index("In the kernel") or line == "No findings."
    assert "In the kernel" not in short
    assert "homelab explain photos --all" in short


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("pfsense", ("Firewall", "appliance on host pve, VMID 101, adopted", "disk scsi0: 32.0 GiB on local-lvm")),
        ("pve", ("Proxmox host at ", "276.0 GiB of 272.0 GiB committed, 101%", "warning HOST-MEMORY-OVERCOMMITTED")),
        ("2-gpu", ("priority 500,000", "one namespace: CPU 48", "14 services: comfyui, ")),
        ("cpu-request-cap", ("Cap on CPU requests (ValidatingPolicy of Kyverno)", "homelab/exception.cpu-above-cap")),
        ("power-cycle", ("POWER-CYCLE: The machine is stopped and started again", "Remedy: Drain the node")),
    ],
)
def test_whatever_has_a_name_is_explained(name: str, parts: tuple[str, ...], homelab: Homelab) -> None:
    result = homelab("explain", name)
    assert result.exit_code == 0
    for part in parts:
        assert part in result.stdout
    document = json.loads(homelab("explain", name, "--format", "json").stdout)
    assert document["format_version"] == FORMAT_VERSION


def test_every_effect_of_an_up_has_a_page() -> None:
    assert set(EFFECTS) == set(get_args(Effect))


def test_without_a_name_all_names_are_listed(homelab: Homelab) -> None:
    text = homelab("explain", "--lab", EVERY_KIND).stdout
    for part in (
        f"Services ({len(plan_of('every_kind').services)}): ",
        "Nodes (",
        "Hosts (1): pve",
        "Tiers (",
        "Policies (",
        "QUOTA-EXCEEDED",
        "POWER-CYCLE",
    ):
        assert part in text
    names = json.loads(homelab("explain", "--lab", EVERY_KIND, "--format", "json").stdout)["names"]
    assert names["host"] == ["pve"]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_every_reason_to_refuse_a_lab_is_explained(refusal: Refusal, homelab: Homelab) -> None:
    result = homelab("explain", refusal.code.lower())
    assert result.exit_code == 0
    assert result.stdout == f"{refusal.code}: {refusal.title}\n\n{refusal.meaning}\n\nRemedy: {refusal.remedy}\n"


def test_data_and_disks_tell_their_copies(homelab: Homelab) -> None:
    volume = homelab("explain", "vault/data").stdout
    assert "it has copies on its own disk only" in volume
    assert "copy: job vault-backup, to sdc of pve, the same disk, every 7 days" in volume
    assert "COPY-ON-SAME-DISK" in volume
    disk = homelab("explain", "pve/sdc").stdout
    assert disk.startswith("sdc of pve, a RAID 1 of hard disks: 11 machines, ")
    document = json.loads(homelab("explain", "pve/sdc", "--format", "json").stdout)
    assert (document["event"], document["machines"]) == ("disk", 11)
    assert {"vault/data", "pfsense/scsi0"} <= set(document["gone"])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(each, id=f"{kind} {each}")
        for kind, names in part_names(plan_of("every_kind")).items()
        for each in names
    ],
)
def test_every_part_of_a_lab_can_be_explained(name: str, homelab: Homelab) -> None:
    result = homelab("explain", name, "--lab", EVERY_KIND)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{name}, ")
    document = json.loads(homelab("explain", name, "--lab", EVERY_KIND, "--format", "json").stdout)
    assert document["name"] == name
    assert document["used_by"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("kubernetes", ["network", "the nodes of the cluster are in it", "machines: "]),
        ("tesla-t4", ["pve/tesla-t4, device: ", "MiB of video memory", "machines: k8s-node1"]),
        ("proxmox-lvm", ["storage class", "block volumes on the storage local-lvm of pve, made by proxmox-csi"]),
        ("local-lvm", ["pve/local-lvm, storage", "committed; its size is not stated", "storage classes: proxmox-lvm"]),
        ("vmbr1", ["bridge", "networks: "]),
    ],
)
def test_a_part_tells_what_it_is_and_who_uses_it(name: str, says: list[str], homelab: Homelab) -> None:
    text = homelab("explain", name, "--lab", "prod").stdout
    for each in says:
        assert each in text


def test_the_last_part_of_a_name_is_enough_where_it_is_the_only_one(homelab: Homelab) -> None:
    assert homelab("explain", "tesla-t4").stdout == homelab("explain", "pve/tesla-t4").stdout


@pytest.mark.parametrize(
    ("name", "lab", "says"),
    [
        ("report", INCIDENTS, "\nruns at times: CronJob report (0 3 * * *); the node is chosen each time\n"),
        ("report", INCIDENTS, "\nsize: while report runs, CPU 0.1, memory 256 MiB requested, 512 MiB at most\n"),
        ("wiki.incidents.example", INCIDENTS, "wiki: Pages that people write together\n"),
        ("10.0.20.201", INCIDENTS, "dns: Blocks advertisements for the house\n"),
        ("192.168.1.10", INCIDENTS, "pve: Proxmox host at 192.168.1.10\n"),
        ("10.0.20.5", INCIDENTS, "nas: "),
        ("102", INCIDENTS, "nas: "),
        ("apps-wiki", INCIDENTS, "wiki: Pages that people write together\n"),
        ("nightly", INCIDENTS, "nightly, machine backup\na job of Proxmox, at 0 2 * * *, to backup-server\n"),
        ("mysql-backup", EVERY_KIND, "runs at times: CronJob mysql-backup (0 4 * * *)"),
    ],
)
def test_jobs_and_names_that_people_know_are_explained(name: str, lab: Path, says: str, homelab: Homelab) -> None:
    text = homelab("explain", name, "--lab", lab).stdout
    assert says in text
    assert "runs nowhere" not in text


def test_what_is_out_of_reach_on_a_node_whose_kubelet_was_asked_is_no_rule(homelab: Homelab) -> None:
    text = homelab("explain", "one", "--lab", FOLDERS["every_kind"].parent / "outside").stdout
    assert "\nout of reach of pods: CPU 200m, memory 1.0 GiB, by what it has for them (allocatable)\n" in text

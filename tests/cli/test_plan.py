"""`homelab plan`."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.text.service import print_service
from tests.cli.conftest import Homelab
from tests.plan.labs import FOLDERS, ROOT, change, plan_of


def report(homelab: Homelab, *arguments: object) -> dict[str, Any]:
    return json.loads(homelab("plan", "--format", "json", *arguments).stdout)


def test_a_lab_that_fits_is_fine(homelab: Homelab) -> None:
    result = homelab("plan", "--lab", "small")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].startswith("Lab small: 2 machines, 2 nodes, 6 services in 3 tiers")
    assert "No findings." in result.stdout
    assert "no errors, 0 warnings, 0 notes" in result.stdout.splitlines()[-1]


def test_a_lab_with_errors_is_not(lab_with_an_error: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", lab_with_an_error)
    assert result.exit_code == 1
    assert "error CPU-ABOVE-CAP  labs/every_kind/services/sweeper.yaml:9" in result.stdout
    assert "requests 1500m CPU" in result.stdout
    assert "  fix: write cpu: 1 or less" in result.stdout
    assert "1 error" in result.stdout.splitlines()[-1]


def test_only_what_is_wrong_is_listed_of_the_services(lab_with_an_error: Path, homelab: Homelab) -> None:
    services = homelab("plan", "--lab", lab_with_an_error).stdout.split("\nServices\n")[1].split("\n\n")[0]
    assert services.startswith("sweeper (app, aux): ")
    assert services.endswith("22 services without error or warning")


def test_production_is_planned_unless_another_lab_is_named(homelab: Homelab) -> None:
    result = homelab("plan")
    assert result.exit_code == 0
    assert result.stdout.startswith("Lab prod: ")
    assert "warning HOST-MEMORY-OVERCOMMITTED  " in result.stdout
    assert "config/labs/prod/site.yaml:" in result.stdout


def test_an_invalid_lab_is_answered_with_one_line_for_each_problem(invalid_lab: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", invalid_lab)
    assert result.exit_code == 2
    missing, unknown, tier = result.stdout.splitlines()
    assert missing == "labs/every_kind/services/queue.yaml:1:1: services.queue.cpu: is required and missing"
    assert unknown.startswith("labs/every_kind/services/queue.yaml:8:1: services.queue.cpus: ")
    assert tier.startswith("labs/every_kind/services/sweeper.yaml:3:1: services.sweeper.tier: ")
    assert result.stderr.splitlines() == ["labs/every_kind is not a valid lab: 3 problems (LAB-FORMAT, LAB-REFERENCE)."]
    assert "Traceback" not in result.output


def test_programs_get_the_problems_as_json(invalid_lab: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", invalid_lab, "--format", "json")
    assert result.exit_code == 2
    answer = json.loads(result.stdout)
    assert (answer["valid"], len(answer["problems"])) == (False, 3)
    assert (
        answer["problems"][2].items()
        >= {
            "file": "labs/every_kind/services/sweeper.yaml",
            "line": 3,
            "column": 1,
            "path": "services.sweeper.tier",
        }.items()
    )


@pytest.mark.parametrize("name", ["smal", "./smal", "../config", "/", "small/site.yaml"])
def test_a_lab_that_is_not_there_is_invalid_input(name: str, lab: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", name)
    assert result.exit_code == 2
    assert result.stdout
    assert isinstance(result.exception, SystemExit)


def test_a_lab_without_a_name_is_refused_in_a_sentence(homelab: Homelab) -> None:
    result = homelab("plan", "--lab", "")
    assert result.exit_code == 2
    said = " ".join(result.stderr.replace("│", " ").split())
    assert "it is empty; write the name of a folder in config/labs/, or a path such as ./house" in said
    assert isinstance(result.exception, SystemExit)


def test_a_lab_with_a_similar_name_is_suggested(homelab: Homelab) -> None:
    assert "did you mean 'small'?" in homelab("plan", "--lab", "smal").stdout


def test_an_unknown_option_is_invalid_input(homelab: Homelab) -> None:
    assert homelab("plan", "--lap", "small").exit_code == 2
    assert homelab("plan", "--format", "xml").exit_code == 2


# Keys that programs may rely on.
KEYS = {
    "machines": {"name", "vmid", "host", "vcpus", "memory_mib", "adopted"},
    "nodes": {"name", "allocatable", "requests", "limits", "volume_slots"},
    "tiers": {"name", "priority", "requests", "limits"},
    "services": {
        "name",
        "kind",
        "tier",
        "namespace",
        "qos",
        "priority",
        "memory_request_bytes",
        "memory_limit_bytes",
        "cpu_request_millicores",
        "replicas",
        "gpu",
    },
}


@pytest.mark.parametrize("lab", ["prod", "small"])
def test_the_json_has_the_keys_that_programs_rely_on(lab: str, homelab: Homelab) -> None:
    plan = report(homelab, "--lab", lab)
    assert plan["lab"] == lab
    assert plan.keys() >= {"lab", "manifests", "findings", *KEYS}
    for part, keys in KEYS.items():
        assert plan[part]
        for each in plan[part]:
            assert each.keys() >= keys
    assert plan["manifests"]["Namespace"] > 1
    assert all(isinstance(count, int) for count in plan["manifests"].values())


def test_a_finding_has_its_place_in_the_json(lab_with_an_error: Path, homelab: Homelab) -> None:
    (finding,) = report(homelab, "--lab", lab_with_an_error)["findings"]
    assert finding.keys() >= {"code", "severity", "message", "file", "line", "fix"}
    assert (finding["code"], finding["severity"]) == ("CPU-ABOVE-CAP", "error")
    assert (finding["file"], finding["line"]) == ("labs/every_kind/services/sweeper.yaml", 9)


def test_the_json_says_what_a_service_is(lab: Path, homelab: Homelab) -> None:
    services = {service["name"]: service for service in report(homelab, "--lab", lab)["services"]}
    assert (
        services["painter"].items()
        >= {
            "kind": "gpu",
            "tier": "gpu",
            "namespace": "gpu-painter",
            "qos": "Burstable",
            "priority": 500000,
            "memory_request_bytes": 4 << 30,
            "memory_limit_bytes": 4 << 30,
            "cpu_request_millicores": 500,
            "replicas": 1,
            "gpu": 1,
        }.items()
    )
    assert services["queue"]["qos"] == "Guaranteed"
    has = {"memory_request_bytes": 144 << 20, "memory_limit_bytes": 544 << 20, "replicas": 2}
    assert services["photos"].items() >= has.items()


def test_the_json_says_what_a_node_has(lab: Path, homelab: Homelab) -> None:
    nodes = {node["name"]: node for node in report(homelab, "--lab", lab)["nodes"]}
    has = {"cpu_millicores": 7600, "memory_bytes": 30572 << 20, "pods": 110}
    assert nodes["worker"]["allocatable"].items() >= has.items()
    assert nodes["worker"]["volume_slots"] == 28
    assert nodes["worker-gpu"]["requests"]["nvidia.com/gpu"] == 1


def test_one_service_alone(lab_with_an_error: Path, homelab: Homelab) -> None:
    plan = report(homelab, "--lab", lab_with_an_error, "--service", "sweeper")
    assert [service["name"] for service in plan["services"]] == ["sweeper"]
    assert [finding["code"] for finding in plan["findings"]] == ["CPU-ABOVE-CAP"]
    assert report(homelab, "--lab", lab_with_an_error, "--service", "queue")["findings"] == []


def test_one_service_as_text(lab: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", lab, "--service", "photos")
    assert result.exit_code == 0
    for part in (
        "photos: A deployment with all that a deployment can have",
        "https://photos.every.example",
        "eviction order",
        "Burstable",
        "Deployment (apps): photos",
        "HorizontalPodAutoscaler (autoscaling): photos",
        "No findings.",
    ):
        assert part in result.stdout
    assert "\nqueue: " not in result.stdout


def test_the_findings_of_one_service_as_text(lab_with_an_error: Path, homelab: Homelab) -> None:
    assert "error CPU-ABOVE-CAP" in homelab("plan", "--lab", lab_with_an_error, "--service", "sweeper").stdout
    assert "CPU-ABOVE-CAP" not in homelab("plan", "--lab", lab_with_an_error, "--service", "queue").stdout


@pytest.mark.parametrize("lab", ["prod", "small", "every_kind"])
def test_every_service_can_be_shown(lab: str, capsys: pytest.CaptureFixture[str]) -> None:
    for service in plan_of(lab).services:
        print_service(plan_of(lab), service.name)
        shown = capsys.readouterr().out
        assert shown.startswith(f"{service.name}: ")
        for workload in service.workloads:
            assert f"\n{workload.name}: {workload.controller}, " in shown


def test_an_unknown_service_is_invalid_input(homelab: Homelab) -> None:
    result = homelab("plan", "--lab", "small", "--service", "traefic")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "homelab: small has no service 'traefic'; did you mean 'traefik'?\n"


def test_without_a_terminal_no_line_is_cut_or_wrapped(
    lab: Path, homelab: Homelab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    long = "a-worker-whose-name-is-as-long-as-the-name-of-a-machine-may-be"
    change(lab, [{"file": "machines.yaml", "old": "\nworker:\n", "new": f"\n{long}:\n"}])
    change(lab, [{"file": "cluster.yaml", "old": "memory_limits_percent: 100", "new": "memory_limits_percent: 50"}])
    change(lab, [{"file": "services/photos.yaml", "old": "memory: 512Mi", "new": "memory: 4Gi"}])
    output = homelab("plan", "--lab", lab).stdout
    assert "…" not in output
    assert f"{long}  202  " in re.sub(" +", "  ", output)
    (message,) = (line for line in output.splitlines() if "memory limits add up to" in line)
    assert message.endswith("would run out of memory")
    assert "\x1b" not in output


@pytest.mark.parametrize(("lab", "code"), [("small", 0), ("nowhere", 2)])
def test_the_shell_gets_the_exit_code(lab: str, code: int) -> None:
    command = [sys.executable, "-m", "cli.main", "plan", "--lab", lab]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == code
    assert "Traceback" not in result.stderr


def test_a_reader_that_stops_reading_is_no_error() -> None:
    command = f"{sys.executable} -m cli.main plan --format json | head -c 10"
    result = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stdout == '{"lab": "p'
    assert result.stderr == ""


def test_a_plan_says_what_runs_out_first_and_what_a_loss_takes(homelab: Homelab) -> None:
    text = homelab("plan").stdout
    assert next(line for line in text.splitlines() if line.startswith("host memory")).endswith("101%  limiting")
    assert "91 more block volumes could be attached" in text
    (lost,) = (line for line in text.splitlines() if line.startswith("k8s-node1 dies "))
    assert lost.split() == ["k8s-node1", "dies", "5", "0", "5", "4"]
    assert "k8s-node1 dies: no place for frigate, " in text
    assert "k8s-master dies: no control plane: running pods go on" in text
    assert "pve starts pfsense at 0 s, docker-registry at 90 s, k8s-master at 105 s" in text


def test_constraints_and_losses_are_in_the_json(homelab: Homelab) -> None:
    plan = report(homelab)
    assert {"name", "used", "capacity", "left", "binds"} <= plan["constraints"][0].keys()
    assert [each["name"] for each in plan["constraints"] if each["binds"]] == ["host memory"]
    (lost,) = (each for each in plan["losses"] if (each["event"], each["name"]) == ("node", "k8s-node1"))
    assert "2-gpu-frigate/frigate" in [each["workload"] for each in lost["pending"]]
    assert lost["briefly_interrupted"] == lost["unreachable"] == []


@pytest.mark.parametrize(("below", "named"), [("", "."), ("services", "..")])
def test_whoever_stands_in_another_lab_is_told_which_one_is_planned(
    lab: Path, below: str, named: str, homelab: Homelab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lab / below)
    planned = homelab("plan")
    assert planned.stdout.startswith("Lab prod: ")
    assert planned.stderr == f"homelab: this is lab prod; for the lab in this folder write --lab {named}\n"
    assert homelab("plan", "--lab", named).stderr == ""
    monkeypatch.chdir(FOLDERS["prod"])
    assert homelab("plan", "--short").stderr == ""


def test_where_not_all_names_are_listed_it_is_said_where_they_are(homelab: Homelab) -> None:
    said = homelab("plan", "--service", "zzqq").stderr
    assert re.search(r"; known: (\S+, ){11}\S+ and \d+ more: `homelab explain` lists them$", said.strip())


def test_the_commands_for_the_rest_are_about_the_same_lab(lab: Path, homelab: Homelab) -> None:
    assert f"homelab plan --all --lab {lab}; " in homelab("plan", "--lab", lab, "--short").stdout
    assert "homelab plan --all --lab small; all findings: homelab findings --lab small" in (
        homelab("plan", "--lab", "small", "--short").stdout.replace("\n", " ")
    )
    assert "homelab plan --all; " in homelab("plan", "--short").stdout

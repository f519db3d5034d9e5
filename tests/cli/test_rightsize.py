"""`homelab rightsize` on a lab: what it would write, what it writes, and when it does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from config.load import load_lab
from observation import Observation
from observation.writing import write_dump
from plan import make_plan
from plan.model import Manifest
from tests.cli.conftest import Homelab
from tests.operations.clusters import NOW

NAMESPACE = "aux-library"


@pytest.fixture
def dump(lab: Path, tmp_path: Path) -> Path:
    """A dump of the lab as it would run."""
    plan = make_plan(load_lab(lab))
    nodes = tuple(_node(use.node.name, use.node.labels) for use in plan.capacity.nodes)
    workloads = tuple(each for each in plan.manifests if each["kind"] in ("Deployment", "StatefulSet"))
    resources: dict[str, tuple[Manifest, ...]] = {
        "nodes": nodes,
        "deployments.apps": tuple(each for each in workloads if each["kind"] == "Deployment"),
        "statefulsets.apps": tuple(each for each in workloads if each["kind"] == "StatefulSet"),
    }
    folder = tmp_path / "dump"
    write_dump(Observation("test", NOW, "stated", resources), folder)
    return folder


def _node(name: str, labels: Any) -> Manifest:
    amounts = {"cpu": "16", "memory": "64Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": dict(labels)},
        "status": {"allocatable": amounts, "capacity": amounts},
    }


def used(dump: Path, namespace: str, workload: str, container: str, memory: int) -> Path:
    """A file with the usage of one container, in MiB."""
    figures = {"p50": memory * 0.6, "p95": memory * 0.8, "p99": memory * 0.9, "max": memory}
    file = dump.parent / "usage.json"
    content = {
        "window_days": 30,
        "containers": [
            {
                "namespace": namespace,
                "workload": workload,
                "container": container,
                "days": 30,
                "cpu_m": {"p50": 10, "p95": 100, "p99": 120, "max": 200},
                "memory_mib": {**figures, "daily_max": [memory * 0.8] * 29 + [memory]},
                "oom_kills": 0,
                "restarts": 0,
            }
        ],
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


@pytest.fixture
def queue(lab: Path, dump: Path) -> tuple[Path, Path]:
    """The file of a service with a comment behind an amount, and a usage far below it."""
    file = lab / "services" / "queue.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("memory: 512Mi\n", "memory: 512Mi  # elections\n"), encoding="utf-8"
    )
    plan = make_plan(load_lab(lab))
    namespace = next(each.namespace for each in plan.workloads if each.name == "queue")
    return file, used(dump, namespace, "StatefulSet/queue", "queue", 60)


def test_a_diff_is_shown_and_nothing_is_written(
    lab: Path, dump: Path, queue: tuple[Path, Path], homelab: Homelab
) -> None:
    file, usage = queue
    before = file.read_bytes()
    result = homelab("rightsize", "--lab", lab, "--dump", dump, "--usage", usage, "--format", "json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    (changed,) = answer["files"]
    assert "-memory: 512Mi  # elections" in changed["diff"]
    assert "+memory: 128Mi  # elections" in changed["diff"]
    assert (changed["written"], file.read_bytes()) == (False, before)


def test_with_write_only_the_amounts_change(lab: Path, dump: Path, queue: tuple[Path, Path], homelab: Homelab) -> None:
    file, usage = queue
    before = file.read_text(encoding="utf-8")
    result = homelab("rightsize", "--lab", lab, "--dump", dump, "--usage", usage, "--write")
    assert result.exit_code == 0, result.stdout
    wanted = before.replace("memory: 512Mi  #", "memory: 128Mi  #").replace("cpu: 250m", "cpu: 100m")
    assert file.read_text(encoding="utf-8") == wanted


def test_the_floor_of_a_service_holds(lab: Path, dump: Path, queue: tuple[Path, Path], homelab: Homelab) -> None:
    file, usage = queue
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}floor: {{memory: 384Mi, reason: mirrors after a loss}}\n", encoding="utf-8")
    result = homelab("rightsize", "--lab", lab, "--dump", dump, "--usage", usage, "--format", "json")
    memory = next(each for each in json.loads(result.stdout)["proposals"] if each["resource"] == "memory")
    assert memory["limit_proposed"] == "384Mi"
    assert "mirrors after a loss" in memory["why"]


def test_a_container_that_runs_without_requests_is_left_to_its_owner(lab: Path, dump: Path, homelab: Homelab) -> None:
    file = lab / "services" / "library.yaml"
    text = file.read_text(encoding="utf-8").replace("cpu: 50m\nmemory: 256Mi\n", "unsized: true\n")
    file.write_text(f"{text}adopt: {{as_it_is: true}}\n", encoding="utf-8")
    before = file.read_bytes()
    usage = used(dump, NAMESPACE, "Deployment/library", "library", 700)
    result = homelab("rightsize", "--lab", lab, "--dump", dump, "--usage", usage, "--write")
    assert "write cpu and memory in place of unsized" in " ".join(result.stdout.split())
    assert file.read_bytes() == before


def test_amounts_that_a_patch_sets_are_left_to_its_owner(lab: Path, dump: Path, homelab: Homelab) -> None:
    file = lab / "services" / "library.yaml"
    merge = "{spec: {template: {spec: {containers: [{name: library, resources: {limits: null}}]}}}}"
    patch = f"patch: {{deployment/library: {{reason: It had no limit, merge: {merge}}}}}"
    file.write_text(f"{file.read_text(encoding='utf-8')}{patch}\n", encoding="utf-8")
    before = file.read_bytes()
    usage = used(dump, NAMESPACE, "Deployment/library", "library", 700)
    result = homelab("rightsize", "--lab", lab, "--dump", dump, "--usage", usage, "--write")
    assert "a patch in its file sets its amounts" in " ".join(result.stdout.split())
    assert file.read_bytes() == before


def test_writing_needs_a_lab(dump: Path, homelab: Homelab) -> None:
    result = homelab("rightsize", "--dump", dump, "--write")
    assert (result.exit_code, "--lab" in result.stderr) == (2, True)

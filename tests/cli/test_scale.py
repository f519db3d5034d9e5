"""`homelab scale`: the verdict as text and JSON, and with a lab the worker that could be added."""

import json
from pathlib import Path

import pytest

from cli.commands import scale
from config.load import load_lab
from observation import Observation
from observation.writing import write_dump
from plan import make_plan
from tests.cli.conftest import Homelab
from tests.operations.scale.test_scale import CLUSTER


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    write_dump(CLUSTER, tmp_path / "dump")
    return tmp_path / "dump"


def test_the_verdict_is_told(dump: Path, homelab: Homelab) -> None:
    result = homelab("scale", "--dump", dump)
    assert result.exit_code == 0
    assert "Why not smaller" in result.stdout
    assert "no: only it has nvidia.com/gpu, which its pods ask for" in result.stdout


def test_another_cluster_is_refused(dump: Path, lab: Path, homelab: Homelab) -> None:
    result = homelab("scale", "--dump", dump, "--lab", lab)
    assert (result.exit_code, "is not the cluster of lab" in result.stderr) == (2, True)


def test_a_worker_is_tried_in_a_copy_of_the_lab(lab: Path, tmp_path: Path, homelab: Homelab) -> None:
    machines = lab / "machines.yaml"
    before = machines.read_bytes()
    plan = make_plan(load_lab(lab))
    nodes = tuple(
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": use.node.name}} for use in plan.capacity.nodes
    )
    write_dump(Observation("test", CLUSTER.now, "stated", {"nodes": nodes}), tmp_path / "dump")
    result = homelab("scale", "--dump", tmp_path / "dump", "--lab", lab, "--format", "json")
    worker = json.loads(result.stdout)["new_worker"]
    assert machines.read_bytes() == before
    assert worker is None or worker["entry"].startswith(worker["name"])
    assert machines.name == scale.MACHINES

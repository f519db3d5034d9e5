"""A container of a chart whose figures are written nowhere may get the default of its namespace's LimitRange."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import Finding, make_plan
from tests.plan.labs import FOLDERS, change

CODE = "FOOTPRINT-UNCHECKED"
VPA = "services/vpa.yaml"
STATED = "main: {cpu: 50m, memory: 128Mi, values: resources}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def found(folder: Path, new: str, *further: dict[str, str]) -> list[Finding]:
    change(folder, [{"file": VPA, "old": STATED, "new": new}, *further])
    return [finding for finding in make_plan(load_lab(folder)).findings if finding.code == CODE]


def test_the_default_is_told_beside_what_was_counted(folder: Path) -> None:
    large = {
        "file": "tiers.yaml",
        "old": "default_memory: 256Mi, default_cpu_request: 100m",
        "new": "default_memory: 4Gi, default_cpu_request: 100m",
    }
    (finding,) = found(folder, "main: {cpu: 50m, memory: 16Mi}", large)
    assert finding.facts == {"counted_bytes": 16 << 20, "default_bytes": 4 << 30}


def test_containers_of_one_workload_are_told_together(folder: Path) -> None:
    both = "main: {cpu: 50m, memory: 16Mi}\n      exporter: {cpu: 10m, memory: 16Mi}"
    (finding,) = found(folder, both)
    assert "main, exporter of vpa are counted" in finding.message


def test_an_init_container_gets_the_default_too(folder: Path) -> None:
    (finding,) = found(folder, f"{STATED}\n    init:\n      prepare: {{cpu: 10m, memory: 16Mi}}")
    assert finding.path == ("services", "vpa", "footprint", "vpa", "init", "prepare")


def test_what_is_written_into_the_values_is_what_runs(folder: Path) -> None:
    assert found(folder, "main: {cpu: 50m, memory: 16Mi, values: resources}") == []


def test_a_namespace_without_a_limit_range_has_no_default(folder: Path) -> None:
    with (folder / VPA).open("a", encoding="utf-8") as file:
        file.write("exceptions: {no-limit-range: Its pods grow with the cluster}\n")
    assert found(folder, "main: {cpu: 50m, memory: 16Mi}") == []


def test_an_estimate_that_is_near_is_left_alone(folder: Path) -> None:
    assert found(folder, "main: {cpu: 50m, memory: 64Mi}") == []

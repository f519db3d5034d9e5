"""The plan puts every pod that it writes before the judge of admission."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from plan.findings.admission import judged
from plan.model import Finding
from tests.plan.labs import FOLDERS, change, plan_of

GROUP = {"file": "groups.yaml", "new": "pair: {tier: hobby, description: Two of the test}\n"}
HUNGRY = {
    "file": "services/hungry.yaml",
    "new": "kind: app\ntier: hobby\ngroup: pair\ndescription: Asks for much\nimage: busybox:1.36\n"
    "cpu: 1100m\nmemory: 64Mi\n",
}
CHART = {
    "file": "services/chart.yaml",
    "new": "kind: helm\ntier: hobby\ngroup: pair\ndescription: A chart\n"
    "chart: {name: chart, repository: https://charts.example, version: 1.0.0}\n"
    "footprint: {chart: {containers: {chart: {cpu: 100m, memory: 64Mi}}}}\n"
    "exceptions: {cpu-above-cap: It compresses video in one go}\n",
}


def errors(tmp_path: Path, lab: str, *edits: dict[str, str]) -> dict[tuple[str, str], Finding]:
    """The errors of a lab after some edits, by code and the service that they are about."""
    folder = Path(shutil.copytree(FOLDERS[lab], tmp_path / lab))
    change(folder, list(edits))
    return {(each.code, str(each.path[1])): each for each in make_plan(load_lab(folder)).errors}


@pytest.mark.parametrize("lab", ["prod", "small", "every_kind"])
def test_no_pod_of_the_labs_is_refused(lab: str) -> None:
    plan = plan_of(lab)
    assert list(judged(plan.lab, plan.namespaces, plan.services, ())) == []


def test_a_request_above_the_cap_is_an_error(tmp_path: Path) -> None:
    assert ("CPU-ABOVE-CAP", "hungry") in errors(tmp_path, "small", GROUP, HUNGRY)


def test_beside_a_chart_whose_exception_labels_the_namespace_it_is_admitted(tmp_path: Path) -> None:
    assert errors(tmp_path, "small", GROUP, HUNGRY, CHART) == {}


def test_the_backup_of_a_database_is_judged_too(tmp_path: Path) -> None:
    tiers = (FOLDERS["every_kind"] / "tiers.yaml").read_text(encoding="utf-8")
    mysql = (FOLDERS["every_kind"] / "services" / "mysql.yaml").read_text(encoding="utf-8")
    assert "backup:" in mysql
    lower = {
        "file": "tiers.yaml",
        "new": tiers.replace("max_memory: 4Gi, max_cpu_request: 2", "max_memory: 300Mi, max_cpu_request: 2"),
    }
    small = {"file": "services/mysql.yaml", "new": mysql.replace("memory: 1Gi", "memory: 256Mi")}
    found = errors(tmp_path, "every_kind", lower, small)
    refused = found["ADMISSION-REFUSED", "mysql"]
    assert "maximum memory usage per Container is 300Mi, but limit is 512Mi" in refused.message
    assert refused.about == "mysql-backup"

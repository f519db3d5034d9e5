"""Each finding says what is wrong, with the numbers, at the place in the files that it comes from."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import load_lab
from config.source import dotted
from plan import Finding, Plan, make_plan
from tests.plan.codes import codes_of_the_planner
from tests.plan.labs import FOLDERS, change, plan_of

HERE = Path(__file__).parent
BANK = HERE.parent / "incidents" / "bank"
CASES: list[dict[str, Any]] = yaml.safe_load((HERE / "findings.yaml").read_text(encoding="utf-8"))
EXCUSED: list[dict[str, Any]] = yaml.safe_load((HERE / "no_findings.yaml").read_text(encoding="utf-8"))
AMOUNT = re.compile(r"(?<![\w./:-])\d[\d,.]*[KMGTim]*(?![\w/:-])")
"""A number that is not part of a name, a version or an address."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def pointed_at(plan: Plan, finding: Finding, folder: Path) -> str:
    """The line that a finding points to; the file's name, if it is about the whole file."""
    place = plan.lab.place(finding.path)
    assert place is not None
    if place.line == 1:
        return f"file: {Path(place.file).relative_to(folder)}"
    return Path(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1].strip()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['finding']}: {case['when']}")
def test_a_mistake_is_found_at_its_place(case: dict[str, Any], folder: Path) -> None:
    change(folder, case["edits"])
    plan = make_plan(load_lab(folder), adopt=case.get("adopt", True))
    assert sorted(finding.code for finding in plan.findings) == sorted([case["finding"], *case.get("also", [])])
    (finding,) = (finding for finding in plan.findings if finding.code == case["finding"])
    assert finding.severity == case["severity"]
    assert dotted(finding.path) == case["path"]
    assert pointed_at(plan, finding, folder) == case["line"]
    for part in case["says"]:
        assert part in finding.message
    assert finding.fix
    assert finding.facts or not AMOUNT.search(finding.message), "its amounts are no facts"
    assert (finding in plan.errors) == (case["severity"] == "error")


def test_without_a_mistake_nothing_is_found() -> None:
    assert plan_of("every_kind").findings == ()
    assert plan_of("small").findings == ()


def test_there_is_a_case_for_every_finding() -> None:
    incidents = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in BANK.glob("*.yaml"))
    told = (each for each in (*CASES, *incidents) if "finding" in each)
    found = {code for each in told for code in (each["finding"], *each.get("also", []))}
    in_test_far_too_large = {"NOT-COMPUTED"}
    assert found | in_test_far_too_large == codes_of_the_planner()


def test_production_has_no_errors_and_says_what_is_tight() -> None:
    plan = plan_of("prod")
    assert plan.errors == ()
    found = {finding.code for finding in plan.findings if finding.severity == "warning"}
    assert {"GPU-TIGHT", "HOST-MEMORY-OVERCOMMITTED"} <= found


def test_production_counts_the_hosts_memory() -> None:
    (finding,) = (each for each in plan_of("prod").findings if each.code == "HOST-MEMORY-OVERCOMMITTED")
    assert "276.0 GiB of 272.0 GiB" in finding.message
    assert "48.0 GiB of it pinned" in finding.message


@pytest.mark.parametrize("lab", ["prod", "small", "every_kind"])
def test_every_finding_has_a_place_and_the_worst_come_first(lab: str) -> None:
    plan = plan_of(lab)
    assert all(plan.lab.place(finding.path) for finding in plan.findings)
    severities = [("error", "warning", "info").index(finding.severity) for finding in plan.findings]
    assert severities == sorted(severities)


@pytest.mark.parametrize("case", EXCUSED, ids=lambda case: case["when"])
def test_what_is_stated_with_a_reason_is_no_finding(case: dict[str, Any], folder: Path) -> None:
    change(folder, case["edits"])
    assert make_plan(load_lab(folder)).findings == ()

"""Findings about losses are true: the numbers are the scheduler's, the fixes work, and there is no false alarm."""

import re
import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import Finding, make_plan
from plan.forecast import look_ahead
from tests.plan.labs import ROOT, change, plan_of

INCIDENTS = ROOT / "tests" / "incidents" / "lab"
AT_PEAK = [
    {"file": "tiers.yaml", "old": "quota: {cpu: 2, memory: 4Gi", "new": "quota: {cpu: 2, memory: 16Gi"},
    {"file": "services/wiki.yaml", "old": "replicas: 2", "new": "replicas: 8"},
    {"file": "services/wiki.yaml", "old": "memory: 512Mi", "new": "memory: 1600Mi\nmemory_request: 1536Mi"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab of the incidents: three ordinary workers, and one with a card."""
    return Path(shutil.copytree(INCIDENTS, tmp_path / "lab"))


def lost(folder: Path) -> list[Finding]:
    """Findings about losses."""
    findings = look_ahead(make_plan(load_lab(folder))).findings
    return [each for each in findings if each.code in ("NODE-LOSS-DOES-NOT-FIT", "DRAIN-DOES-NOT-END")]


@pytest.mark.parametrize("lab", ["prod", "small", "every_kind"])
def test_what_waits_for_its_own_node_by_design_is_no_alarm(lab: str) -> None:
    forecast = look_ahead(plan_of(lab))
    assert any(each.pending for each in forecast.losses or ())
    assert not [each for each in forecast.findings if each.code in ("NODE-LOSS-DOES-NOT-FIT", "DRAIN-DOES-NOT-END")]


def test_the_losses_add_nothing_to_what_an_up_is_told(folder: Path) -> None:
    change(folder, AT_PEAK)
    assert lost(folder)
    assert make_plan(load_lab(folder)).findings == ()


def test_the_numbers_are_those_of_the_nodes_that_are_left(folder: Path) -> None:
    """Two workers are left. They take five pods of 1536Mi of the eight."""
    change(folder, AT_PEAK)
    plan = make_plan(load_lab(folder))
    (loss,) = (each for each in look_ahead(plan).losses or () if (each.event, each.name) == ("node", "worker2"))
    left = sum(
        use.node.allocatable["memory"] - use.requests["memory"] for use in loss.nodes if use.node.group == "general"
    )
    (finding,) = (each for each in lost(folder) if each.code == "NODE-LOSS-DOES-NOT-FIT")
    assert f"they need 4608Mi of memory, and the 2 nodes that could take them have {left >> 20}Mi" in finding.message
    assert f"{4608 - (left >> 20)}Mi of memory too little" in finding.message


def test_the_largest_request_that_is_named_fits_and_no_larger_one(folder: Path) -> None:
    change(folder, AT_PEAK)
    (named,) = re.findall(r"request at most (\d+)Mi of memory for each pod of wiki", lost(folder)[0].fix)
    change(
        folder, [{"file": "services/wiki.yaml", "old": "memory_request: 1536Mi", "new": f"memory_request: {named}Mi"}]
    )
    assert lost(folder) == []
    larger = {"old": f"memory_request: {named}Mi", "new": f"memory_request: {int(named) + 1}Mi"}
    change(folder, [{"file": "services/wiki.yaml", **larger}])
    assert lost(folder)


def test_a_drain_is_held_by_the_budget_of_what_has_no_place(folder: Path) -> None:
    change(folder, AT_PEAK)
    (finding,) = (each for each in lost(folder) if each.code == "DRAIN-DOES-NOT-END")
    assert "the disruption budget of wiki allows 1 of 8 pods to be evicted at a time" in finding.message
    fewer = [{"file": "services/wiki.yaml", "old": "memory_request: 1536Mi", "new": "memory_request: 1300Mi"}]
    change(folder, fewer)
    assert [each.code for each in lost(folder)] == ["NODE-LOSS-DOES-NOT-FIT"]

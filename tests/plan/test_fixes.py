"""Every step that a finding names is carried out in the files, in every lab and incident: the finding is gone."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import load_lab
from plan import Finding, make_plan
from plan.forecast import look_ahead
from tests.plan.carrying_out import can_be_carried_out, carry_out
from tests.plan.labs import FOLDERS, change

HERE = Path(__file__).parent
INCIDENTS = HERE.parent / "incidents"


def _cases() -> Iterator[Any]:
    """Every lab as it is, and every mistake that is known: its lab and its edits."""
    for name in ("prod", "small", "every_kind", "high_availability", "outside", "tiny"):
        yield pytest.param(FOLDERS.get(name, HERE.parent / "labs" / name), [], id=name)
    for file in sorted((INCIDENTS / "bank").glob("*.yaml")):
        case = yaml.safe_load(file.read_text(encoding="utf-8"))
        if "finding" in case:
            yield pytest.param(INCIDENTS / "lab", [*case.get("before", []), *case["after"]], id=file.stem)
    for case in yaml.safe_load((HERE / "findings.yaml").read_text(encoding="utf-8")):
        yield pytest.param(FOLDERS["every_kind"], case["edits"], id=f"{case['finding']}: {case['when']}")
    for case in yaml.safe_load((HERE / "causes.yaml").read_text(encoding="utf-8")):
        yield pytest.param(INCIDENTS / "lab", case["edits"], id=case["when"])


def said_of(folder: Path) -> tuple[Finding, ...]:
    """All that a plan says."""
    return look_ahead(make_plan(load_lab(folder))).findings


def errors(found: tuple[Finding, ...]) -> Counter[str]:
    """How many errors there are of each code."""
    return Counter(each.code for each in found if each.severity == "error")


@pytest.mark.parametrize(("lab", "edits"), list(_cases()))
def test_each_step_that_is_named_makes_its_finding_go_away(
    lab: Path, edits: list[dict[str, str]], tmp_path: Path, record_property: Any
) -> None:
    broken = Path(shutil.copytree(lab, tmp_path / "broken"))
    change(broken, edits)
    before = said_of(broken)
    carried_out = 0
    for finding in before:
        for remedy in filter(can_be_carried_out, finding.remedies):
            mended = Path(shutil.copytree(broken, tmp_path / "mended", dirs_exist_ok=True))
            carry_out(mended, remedy)
            after = said_of(mended)
            shutil.rmtree(mended)
            assert finding not in after, (finding.code, remedy.words)
            assert not errors(after) - errors(before), (finding.code, remedy.words)
            carried_out += 1
    record_property("carried_out", carried_out)


PINNED = "node_selector: {kubernetes.io/hostname: worker2}"
THREE = """\
kind: app
tier: TIER
description: One pod on each worker
image: registry.example/x:1.0.0
replicas: 3
cpu: 100m
memory: 2Gi
"""
BESIDE_WHAT_RUNS = {
    "two that changed want one node": [
        {"file": "services/database.yaml", "old": "memory: 1Gi", "new": f"memory: 4Gi\n{PINNED}"},
        {"file": "services/small.yaml", "old": "replicas: 3\n", "new": f"{PINNED}\n"},
        {"file": "services/small.yaml", "old": "memory: 2Gi", "new": "memory: 4Gi"},
    ],
    "one that is more important grows": [
        {"file": "services/first.yaml", "old": "memory: 2Gi", "new": "memory: 3600Mi"},
        {"file": "services/database.yaml", "old": "memory: 1Gi", "new": "memory: 1700Mi"},
    ],
    "a new one is too large": [
        {"file": "services/new.yaml", "new": THREE.replace("TIER", "apps").replace("3", "4").replace("2Gi", "4Gi")}
    ],
}


@pytest.mark.parametrize("edits", BESIDE_WHAT_RUNS.values(), ids=BESIDE_WHAT_RUNS)
def test_of_a_change_each_step_helps_though_what_runs_stays_where_it_is(
    edits: list[dict[str, str]], tmp_path: Path
) -> None:
    broken = Path(shutil.copytree(INCIDENTS / "lab", tmp_path / "broken"))
    quotas = [("cpu: 4, memory: 8Gi", "cpu: 40, memory: 80Gi"), ("cpu: 2, memory: 4Gi", "cpu: 20, memory: 40Gi")]
    change(broken, [{"file": "tiers.yaml", "old": old, "new": new} for old, new in quotas])
    for name, tier in (("first", "core"), ("small", "apps")):
        change(broken, [{"file": f"services/{name}.yaml", "new": THREE.replace("TIER", tier)}])
    running = make_plan(load_lab(broken)).capacity.nodes
    change(broken, edits)
    waiting = [each for each in make_plan(load_lab(broken), running=running).findings if each.code == "DOES-NOT-FIT"]
    assert waiting
    for finding in waiting:
        for remedy in filter(can_be_carried_out, finding.remedies):
            mended = Path(shutil.copytree(broken, tmp_path / "mended", dirs_exist_ok=True))
            carry_out(mended, remedy)
            after = make_plan(load_lab(mended), running=running).findings
            shutil.rmtree(mended)
            assert finding.path not in {each.path for each in after if each.code == "DOES-NOT-FIT"}, remedy.words

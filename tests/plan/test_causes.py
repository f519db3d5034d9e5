"""A pod that no node takes however empty it is: the finding names the cause, and no step of another kind."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import load_lab
from config.source import dotted
from plan import make_plan
from plan.scenarios.remedies import NOTHING_HELPS
from tests.plan.labs import change

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = yaml.safe_load((HERE / "causes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["when"])
def test_the_cause_is_named_before_the_scheduler_speaks(case: dict[str, Any], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(HERE.parent / "incidents" / "lab", tmp_path / "lab"))
    change(folder, case["edits"])
    found = make_plan(load_lab(folder)).findings
    code = case.get("finding", "DOES-NOT-FIT")
    (finding,) = (each for each in found if (each.code, dotted(each.path)) == (code, case["of"]))
    cause, _, scheduler = finding.message.partition("kube-scheduler")
    assert " nodes are available" in scheduler
    for part in case["says"]:
        assert part in cause
    for part in case["fix"]:
        assert part in finding.fix
    for part in (*case.get("never", []), NOTHING_HELPS):
        assert part not in finding.fix

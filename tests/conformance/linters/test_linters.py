"""The objects of prod, read by kube-score and Checkov. How often each rule is broken is counted in `counts.yaml`."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.rendering import rendering, write_rendering
from rehearsal.tools import ToolMissing
from tests.conformance.linters.linters import checkov, differences, install_checkov, kube_score
from tests.plan.labs import plan_of

FILE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("counts.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered") / "prod"
    write_rendering(folder, rendering(plan_of("prod")))
    return folder / "namespaces"


def breaches(linter: str, found: Counter[str]) -> list[str]:
    return differences(found, FILE[linter]["counts"], FILE[linter]["left_out"])


def test_kube_score_finds_no_more_than_is_counted(rendered: Path) -> None:
    try:
        found = kube_score(rendered)
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    assert breaches("kube-score", found) == []


def test_checkov_finds_no_more_than_is_counted(rendered: Path, tmp_path: Path) -> None:
    program = install_checkov(tmp_path / "checkov")
    assert breaches("checkov", checkov(program, rendered)) == []


def test_counts_hold_in_both_directions() -> None:
    counted, left_out = {"tag": 2, "probe": 1}, {"limit": "reason"}
    assert differences({"tag": 2, "probe": 1, "limit": 9}, counted, left_out) == []
    assert [each.partition(":")[0] for each in differences({"tag": 3, "new": 1}, counted, left_out)] == [
        "new", "tag", "probe", "limit"
    ]  # fmt: skip

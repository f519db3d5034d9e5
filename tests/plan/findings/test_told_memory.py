"""Memory that a program is told, where its container states no limit."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from tests.plan.labs import ROOT, change

TOLD = "env: {JAVA_OPTS: -Xmx4g}\nvolumes:\n"


STATED, LEFT_OUT = "cpu: 100m\nmemory: 512Mi", "unsized: true\nadopt: {name: wiki, as_it_is: true}"


@pytest.mark.parametrize(("memory", "is_told"), [(STATED, True), (LEFT_OUT, False)])
def test_a_limit_that_is_not_stated_is_not_compared(tmp_path: Path, memory: str, *, is_told: bool) -> None:
    folder = Path(shutil.copytree(ROOT / "tests" / "incidents" / "lab", tmp_path / "lab"))
    change(folder, [{"file": "services/wiki.yaml", "old": "volumes:\n", "new": TOLD}])
    change(folder, [{"file": "services/wiki.yaml", "old": STATED, "new": memory}])
    codes = {each.code for each in make_plan(load_lab(folder)).findings}
    assert ("TOLD-MORE-MEMORY" in codes) is is_told

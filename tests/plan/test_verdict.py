"""The verdict says that all fits only where all does."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from plan.forecast import look_ahead
from plan.verdict import judge
from tests.plan.labs import change

TOO_MUCH = "cpu: 90"
AS_FOUND = "cpu: 90\nas_found: true"


@pytest.mark.parametrize(
    ("stated", "word"), [("cpu: 60m", "fits"), (TOO_MUCH, "has errors"), (AS_FOUND, "does not fit")]
)
def test_pods_without_a_place_do_not_fit_however_they_are_declared(tmp_path: Path, stated: str, word: str) -> None:
    folder = Path(shutil.copytree("tests/labs/outside", tmp_path / "lab"))
    change(folder, [{"file": "services/wiki.yaml", "old": "cpu: 50m", "new": stated}])
    assert judge(look_ahead(make_plan(load_lab(folder)))).word == word

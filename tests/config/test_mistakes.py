"""Every mistake is answered with one line for each thing that is wrong, at its place."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import InvalidLab, load_lab

TINY = Path(__file__).parents[1] / "labs" / "tiny"
MISTAKES: list[dict[str, Any]] = [
    mistake
    for file in sorted(Path(__file__).parent.glob("mistakes*.yaml"))
    for mistake in yaml.safe_load(file.read_text(encoding="utf-8"))
]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lab `tiny`, by a relative path."""
    shutil.copytree(TINY, tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)
    return Path("tiny")


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["mistake"])
def test_a_mistake_is_answered_at_its_place(mistake: dict[str, Any], lab: Path) -> None:
    for edit in mistake["edits"]:
        apply(edit, lab / edit["file"])
    with pytest.raises(InvalidLab) as raised:
        load_lab(lab)
    assert str(raised.value).splitlines() == mistake["says"]


def apply(edit: dict[str, str], file: Path) -> None:
    if "new" not in edit:
        file.unlink()
    elif "old" not in edit:
        file.parent.mkdir(exist_ok=True)
        file.write_text(edit["new"], encoding="utf-8")
    else:
        text = file.read_text(encoding="utf-8")
        assert edit["old"] in text, "the edit does not fit the lab"
        file.write_text(text.replace(edit["old"], edit["new"], 1), encoding="utf-8")


def test_the_lab_without_a_mistake_is_valid(lab: Path) -> None:
    assert load_lab(lab).name == "tiny"

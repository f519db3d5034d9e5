"""Each incident of the bank is seen before an `up`: at its place, with its number and its fix, and not before it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import InvalidLab, load_lab
from config.source import dotted
from operations.guard import judge
from operations.guard.reading.preview import read_preview
from plan import Finding, Plan, make_plan
from plan.forecast import look_ahead
from tests.operations.guard.steps import step
from tests.plan.labs import change

HERE = Path(__file__).parent
BANK: dict[str, dict[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted((HERE / "bank").glob("*.yaml"))
}


def seen_by(part: str) -> list[Any]:
    """The incidents that say so, by name."""
    return [pytest.param(case, id=name) for name, case in BANK.items() if part in case]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab in which everything is right."""
    return Path(shutil.copytree(HERE / "lab", tmp_path / "lab"))


def said_of(folder: Path) -> tuple[Finding, ...]:
    """All that a plan says."""
    return look_ahead(make_plan(load_lab(folder))).findings


def test_where_everything_is_right_nothing_is_said(folder: Path) -> None:
    assert said_of(folder) == ()


def test_every_incident_tells_what_happened_and_who_sees_it() -> None:
    for name, case in BANK.items():
        assert case["happened"].endswith("."), name
        assert sum(part in case for part in ("finding", "refused", "guarded", "made")) == 1, name


@pytest.mark.parametrize("case", seen_by("finding"))
def test_the_plan_tells_of_the_mistake_and_not_before(case: dict[str, Any], folder: Path) -> None:
    change(folder, case.get("before", []))
    assert said_of(folder) == ()
    change(folder, case["after"])
    found = said_of(folder)
    assert sorted({each.code for each in found}) == sorted({case["finding"], *case.get("also", [])})
    (finding,) = (each for each in found if each.code == case["finding"])
    assert finding.severity == case["severity"]
    assert dotted(finding.path) == case["path"]
    for part in case["says"]:
        assert part in finding.message
    for part in case["fix"]:
        assert part in finding.fix
    for part in case.get("never", []):
        assert part not in finding.fix


@pytest.mark.parametrize(
    ("case", "done"),
    [
        pytest.param(case, done, id=f"{name}-{number}")
        for name, case in BANK.items()
        for number, done in enumerate(case.get("done", []))
    ],
)
def test_what_the_fix_says_helps(case: dict[str, Any], done: list[dict[str, str]], folder: Path) -> None:
    for edits in (case.get("before", []), case["after"], done):
        change(folder, edits)
    assert said_of(folder) == ()


@pytest.mark.parametrize(
    ("case", "edits"),
    [
        pytest.param(case, edits, id=f"{name}-{number}")
        for name, case in BANK.items()
        for number, edits in enumerate(case.get("siblings", []))
    ],
)
def test_others_of_its_kind_are_found_too(case: dict[str, Any], edits: list[dict[str, str]], folder: Path) -> None:
    change(folder, case.get("before", []))
    change(folder, edits)
    assert case["finding"] in {each.code for each in said_of(folder)}


@pytest.mark.parametrize(
    ("case", "edits"),
    [
        pytest.param(case, edits, id=f"{name}-{number}")
        for name, case in BANK.items()
        for number, edits in enumerate(case.get("quiet", []))
    ],
)
def test_what_only_looks_like_it_is_not_found(case: dict[str, Any], edits: list[dict[str, str]], folder: Path) -> None:
    change(folder, case.get("before", []))
    change(folder, edits)
    assert said_of(folder) == ()


@pytest.mark.parametrize("case", seen_by("refused"))
def test_the_files_are_refused(case: dict[str, Any], folder: Path) -> None:
    change(folder, case.get("before", []))
    assert said_of(folder) == ()
    change(folder, case["after"])
    with pytest.raises(InvalidLab) as refused:
        load_lab(folder)
    (problem,) = (each for each in refused.value.problems if dotted(each.path) == case["refused"])
    for part in case["says"]:
        assert part in problem.message


@pytest.mark.parametrize("case", seen_by("guarded"))
def test_the_guard_stops_the_up(case: dict[str, Any], folder: Path) -> None:
    lab = load_lab(folder)
    for steps, refused in ((case["before"], []), (case["after"], [case["guarded"]])):
        document = json.dumps({"steps": [step(**each) for each in steps], "changeSummary": {}})
        judged = judge(read_preview(document), lab).refused
        assert [each.name for each in judged] == refused
    (consequence,) = judged
    for part in case["says"]:
        assert part in consequence.message
    for part in case["fix"]:
        assert part in consequence.fix


@pytest.mark.parametrize("case", seen_by("made"))
def test_what_is_made_rules_it_out(case: dict[str, Any], folder: Path) -> None:
    change(folder, case.get("before", []))
    plan = make_plan(load_lab(folder))
    made = [each for each in _made(plan) if _is_meant(each, case)]
    assert made
    for each in made:
        value = _value(each, case["at"])
        assert value == case["is"] if "is" in case else case["never"] not in (value or {})


def _made(plan: Plan) -> Iterator[dict[str, Any]]:
    """Everything in the cluster that the program writes, and what Kyverno and kubeadm make of it."""
    yield from plan.manifests
    yield from plan.bootstrap.values()
    for tier in plan.tiers:
        yield from (tier.priority_class, tier.limit_range, tier.quota)


def _value(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = document[int(part)] if isinstance(document, list) else (document or {}).get(part)
    return document


def _is_meant(made: dict[str, Any], case: dict[str, Any]) -> bool:
    return made["kind"] == case["made"] and case.get("named") in (None, made.get("metadata", {}).get("name"))

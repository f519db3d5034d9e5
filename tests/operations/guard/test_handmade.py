"""Previews made by hand: the guard judges each, and none with damage passes, however it is written."""

from typing import Any

import pytest

from tests.operations.guard.handmade import cases, judged_case

CASES = cases()
HARM = [case for case in CASES if not case.get("passes", False)]
HARMLESS = [case for case in CASES if case.get("passes", False)]
VARIANTS = ("paths", "top", "reasons", "nothing")


def named(case: dict[str, Any]) -> str:
    return str(case["name"]).replace(" ", "-")


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_guard_says_what_it_does(case: dict[str, Any]) -> None:
    judgement = judged_case(case)
    said = {each.name for each in judgement.consequences if each.effect not in ("UPDATE", "ROLLOUT")}
    assert said & set(case["says"]) if case.get("loose") else said == set(case["says"])
    assert judgement.passes == case.get("passes", False)
    if "warns" in case:
        assert any(each.severity == "warning" for each in judgement.consequences)


@pytest.mark.parametrize("how", VARIANTS)
@pytest.mark.parametrize("case", [case for case in HARM if case.get("variants", True)], ids=named)
def test_harm_does_not_pass_however_it_is_told(case: dict[str, Any], how: str) -> None:
    steps = [step | {"told": how} for step in case["steps"]]
    judgement = judged_case(case | {"steps": steps})
    assert not judgement.passes
    assert judgement.refused or judgement.ending.stops


def test_there_are_enough_of_them() -> None:
    """Each name stands once; the numbers are printed with `pytest -s`."""
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))
    print(f"\n{len(CASES)} previews made by hand, {len(HARM)} with harm in them, of which none passes")
    assert len(CASES) >= 150

"""The rendered files of three labs: YAML in, YAML out, for a reviewer to read.

`make golden` rewrites the files; the difference is part of the review.
"""

import difflib
from functools import cache
from pathlib import Path

import pytest

from cli.rendering import MARKER, rendering
from plan.changes.files import rendered_files
from tests.plan.labs import ROOT, plan_of

GOLDEN = Path(__file__).parents[1] / "golden"
LABS = ("small", "every_kind", "every_key")


@cache
def planned(lab: str) -> dict[str, str]:
    """The files of a lab as they are rendered now, wherever this checkout is."""
    return {name: text.replace(f"{ROOT}/", "") for name, text in rendering(plan_of(lab)).items()}


def golden(lab: str) -> set[str]:
    """The files that are kept for a lab."""
    folder = GOLDEN / lab
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()} - {MARKER}


@pytest.mark.parametrize(("lab", "name"), [(lab, name) for lab in LABS for name in sorted(golden(lab))])
def test_a_file_is_as_it_was_reviewed(lab: str, name: str) -> None:
    old, new = (GOLDEN / lab / name).read_text(encoding="utf-8"), planned(lab).get(name, "")
    difference = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"tests/golden/{lab}/{name}", "planned", lineterm=""
    )
    if old != new:
        pytest.fail("\n".join([*difference, "", "If this is what it should be: make golden"]), pytrace=False)


@pytest.mark.parametrize("lab", LABS)
def test_no_file_is_new(lab: str) -> None:
    assert sorted(planned(lab).keys() - golden(lab)) == [], "If this is what it should be: make golden"


@pytest.mark.parametrize("lab", ["small", "every_kind", "prod"])
def test_no_two_objects_share_a_file(lab: str) -> None:
    names = [name for name, _ in rendered_files(plan_of(lab))]
    assert len(names) == len(set(names))


def test_every_kind_of_object_is_shown() -> None:
    """Whatever kind of object the production lab has, a golden file has one as well."""
    shown = {manifest["kind"] for lab in LABS for manifest in plan_of(lab).manifests}
    assert {manifest["kind"] for manifest in plan_of("prod").manifests} <= shown

"""The rendered files of three labs: YAML in, YAML out, for a reviewer to read.

`make golden` rewrites the files; the difference is part of the review.
"""

import difflib
import shutil
from functools import cache
from pathlib import Path

import pytest

from cli.rendering import MARKER, rendering
from config.load import load_lab
from plan import make_plan
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


TOOL = """\
kind: objects
tier: apps
description: A tool
objects: [all.yaml]
provides: [example.org]
"""
ROLE = "apiVersion: {0}/v1\nkind: Role\nmetadata: {{name: {1}}}\nrules: []\n"
RBAC = "rbac.authorization.k8s.io"


def test_objects_that_share_their_name_have_a_file_each(tmp_path: Path) -> None:
    """In other namespaces, of another group, or in another case: some file systems know no upper case."""
    lab = Path(shutil.copytree(ROOT / "tests" / "incidents" / "lab", tmp_path / "lab"))
    (lab / "services" / "tool.yaml").write_text(TOOL, encoding="utf-8")
    (lab / "services" / "tool").mkdir()
    named = [(RBAC, "tool, namespace: kube-system"), ("example.org", "tool"), (RBAC, "tool"), (RBAC, "Tool")]
    (lab / "services" / "tool" / "all.yaml").write_text("---\n".join(ROLE.format(*each) for each in named))
    files = dict(rendered_files(make_plan(load_lab(lab))))
    folder = "namespaces/apps-tool/tool/role-"
    found = {name.removeprefix(folder): each for name, each in files.items() if name.startswith(folder)}
    assert found.keys() == {"Tool.yaml", "tool-2.yaml", "tool-3.yaml", "tool@kube-system.yaml"}
    assert found["tool-3.yaml"]["apiVersion"] == "example.org/v1"


def test_every_kind_of_object_is_shown() -> None:
    """Whatever kind of object the production lab has, a golden file has one as well."""
    shown = {manifest["kind"] for lab in LABS for manifest in plan_of(lab).manifests}
    assert {manifest["kind"] for manifest in plan_of("prod").manifests} <= shown

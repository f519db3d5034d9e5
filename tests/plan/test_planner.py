"""A plan follows from the lab alone."""

from dataclasses import replace

import pytest

from config.load import load_lab
from plan import make_plan
from tests.plan.labs import FOLDERS, lab_of, plan_of


@pytest.mark.parametrize("name", FOLDERS)
def test_the_same_lab_gives_the_same_plan(name: str) -> None:
    plan = make_plan(load_lab(FOLDERS[name]))
    assert plan == plan_of(name)
    assert repr(plan.manifests) == repr(plan_of(name).manifests)


def test_planning_leaves_the_lab_as_it_is() -> None:
    lab = load_lab(FOLDERS["prod"])
    before = repr(lab)
    make_plan(lab)
    make_plan(lab, adopt=False)
    assert repr(lab) == before


def test_two_plans_share_nothing_that_could_be_changed() -> None:
    lab = lab_of("small")
    first, second = make_plan(lab), make_plan(lab)
    for manifest in first.manifests:
        manifest["metadata"]["name"] = "changed"
    assert second == plan_of("small")


def test_a_lab_needs_no_files() -> None:
    lab = lab_of("every_kind")
    assert make_plan(replace(lab, places=type(lab.places)())).manifests == plan_of("every_kind").manifests


def test_adoption_changes_machines_and_what_is_known_of_their_cluster() -> None:
    adopted, created = plan_of("prod"), plan_of("prod", adopt=False)
    assert created.machines != adopted.machines
    assert created.manifests == adopted.manifests
    unknown = {"CREDENTIALS-UNCHECKED"}
    assert {each.code for each in adopted.findings} - {each.code for each in created.findings} == unknown
    assert created.findings == tuple(each for each in adopted.findings if each.code not in unknown)
    assert created.capacity == adopted.capacity

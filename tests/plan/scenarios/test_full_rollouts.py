"""Rollouts that one shortage holds back are said once, with steps that help all of them."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import Finding, make_plan
from plan.forecast import look_ahead
from tests.plan.carrying_out import carry_out

LAB = Path(__file__).parents[2] / "incidents" / "lab"
APPLICATION = """
kind: app
tier: core
description: An application
image: registry.example/application:1.0.0
cpu: 50m
memory: 1900Mi
ports: {http: 8080}
"""


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A lab whose nodes hold all pods, and not one more of most."""
    folder = Path(shutil.copytree(LAB, tmp_path / "lab"))
    for each in "abcdefgh":
        (folder / "services" / f"app{each}.yaml").write_text(APPLICATION, encoding="utf-8")
    return folder


def rollouts(folder: Path) -> list[Finding]:
    found = look_ahead(make_plan(load_lab(folder))).findings
    return [each for each in found if each.code == "ROLLOUT-DOES-NOT-FIT"]


def test_many_rollouts_with_one_shortage_are_one_finding(full: Path) -> None:
    (found,) = rollouts(full)
    assert found.facts["workloads"] == (*(f"app{each}" for each in "abcdefgh"), "wiki")
    assert "none of the 3 nodes that take them has more than 240Mi of memory left" in found.message
    assert "they ask for 256Mi to 1900Mi" in found.message


def test_each_step_that_is_named_helps_all_of_them(full: Path, tmp_path: Path) -> None:
    (found,) = rollouts(full)
    assert len(found.remedies) == 2
    for number, remedy in enumerate(found.remedies):
        mended = Path(shutil.copytree(full, tmp_path / f"mended{number}"))
        carry_out(mended, remedy)
        assert rollouts(mended) == [], remedy.words


def test_one_that_something_else_holds_back_is_said_apart(full: Path) -> None:
    file = full / "services" / "appa.yaml"
    wanted = "node_selector: {kubernetes.io/hostname: worker2}\nports: {http: {number: 8080, host: 8080}}"
    file.write_text(
        APPLICATION.replace(
            "ports: {http: 8080}", f"{wanted}\nexceptions: {{host-access: It takes a port of its node.}}"
        ),
        encoding="utf-8",
    )
    found = rollouts(full)
    assert len(found) == 2
    assert any("a rollout of appa starts" in each.message for each in found)

"""JSON for programs: each document says its version, and amounts say their unit."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.reports.document import FORMAT_VERSION
from tests.cli.conftest import Homelab

COMMANDS = [
    ("plan",),
    ("plan", "--service", "queue"),
    ("explain", "QUOTA-EXCEEDED"),
    ("explain", "queue"),
    ("explain", "worker"),
    ("render", "rendered"),
    ("preflight",),
    ("guard", "nowhere.json"),
    ("plan", "--against", "nowhere"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_document_says_the_version_of_its_format(command: tuple[str, ...], lab: Path, homelab: Homelab) -> None:
    result = homelab(*command, "--lab", lab, "--format", "json")
    assert json.loads(result.stdout)["format_version"] == FORMAT_VERSION


def test_an_invalid_lab_says_it_too(invalid_lab: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", invalid_lab, "--format", "json")
    assert json.loads(result.stdout)["format_version"] == FORMAT_VERSION


def test_the_verdict_and_the_counts_stand_in_the_plan(lab_with_an_error: Path, homelab: Homelab) -> None:
    plan = json.loads(homelab("plan", "--lab", lab_with_an_error, "--format", "json").stdout)
    assert plan["verdict"] == "has errors"
    assert plan["counts"]["error"] == sum(each["severity"] == "error" for each in plan["findings"]) == 1
    assert json.loads(homelab("plan", "--lab", "small", "--format", "json").stdout)["verdict"] == "fits"


def test_an_older_rendered_folder_is_named_as_such(lab: Path, homelab: Homelab) -> None:
    homelab("render", "rendered", "--lab", lab)
    file = Path("rendered/plan.json")
    report = json.loads(file.read_text(encoding="utf-8"))
    del report["format_version"]
    file.write_text(json.dumps(report), encoding="utf-8")
    result = homelab("plan", "--lab", lab, "--against", "rendered")
    assert result.exit_code == 2
    assert f"rendered/plan.json is in format 1, and this version of the program reads format {FORMAT_VERSION}" in (
        result.stderr
    )


def numbers(value: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """All numbers of a document, with the names that they have."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from numbers(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from numbers(each, key)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield key, value


KERNEL = {"memory_max"}
"""Named as the kernel's file, which is in bytes."""


def test_a_large_number_says_its_unit(homelab: Homelab) -> None:
    plan = json.loads(homelab("plan", "--format", "json").stdout)
    assert all({"unit", "used"} <= each.keys() for each in plan.pop("constraints"))
    large = {name for name, number in numbers(plan) if abs(number) > 1 << 20}
    assert large
    assert [name for name in large if not name.endswith("_bytes") and name not in KERNEL] == []

"""A control plane is not made from user data that were emptied when an earlier one was set up."""

import json
from typing import Any

import pytest

from operations.guard import judge
from operations.guard.reading.stack import read_stack
from tests.operations.guard.steps import MACHINE, preview_of, step
from tests.plan.labs import lab_of

SNIPPET = "proxmoxve:index/fileLegacy:FileLegacy"
FILE = "local:snippets/small-control-plane-user-data.yaml"
FULL, EMPTIED = "control-plane-user-data", "control-plane-user-data-emptied"
SET_UP = {"initialization": {"userDataFileId": FILE}}


def state(*files: str) -> str:
    urns = {name: f"urn:pulumi:prod::homelab::{SNIPPET}::{name}" for name in files}
    resources = [{"urn": urn, "type": SNIPPET, "id": FILE, "custom": True} for urn in urns.values()]
    return json.dumps({"version": 3, "deployment": {"resources": resources}})


def made(name: str, kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    step_made = step("create", name, kind, new=inputs)
    del step_made["oldState"]
    return step_made


MADE = made("control-plane", MACHINE, SET_UP)


@pytest.mark.parametrize(
    ("files", "steps", "stops"),
    [
        ((FULL, EMPTIED), [MADE], True),
        ((FULL, EMPTIED), [step("replace", "control-plane", old=SET_UP, new=SET_UP)], True),
        ((FULL, EMPTIED), [made("worker", MACHINE, {})], False),
        ((FULL, EMPTIED), [made("control-plane", MACHINE, {"initialization": {"userDataFileId": "local:b"}})], False),
        ((EMPTIED,), [made(FULL, SNIPPET, {}), MADE], False),
        ((FULL,), [MADE], False),
        ((), [made(FULL, SNIPPET, {}), MADE, made(EMPTIED, SNIPPET, {})], False),
    ],
    ids=["made again", "replaced", "without a file", "of another file", "written anew", "never emptied", "first"],
)
def test_it_stops_where_the_emptied_file_is_not_written_anew(
    files: tuple[str, ...], steps: list[dict[str, Any]], *, stops: bool
) -> None:
    found = judge(preview_of(*steps), lab_of("small"), read_stack(state(*files))).consequences
    told = [each for each in found if each.effect == "FAIL"]
    assert [each.target for each in told] == ["control-plane"] * stops
    assert all(FILE in each.message and "docs/creating.md" in each.fix for each in told)

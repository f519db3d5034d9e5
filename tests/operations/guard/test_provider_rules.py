"""The rules for the arguments of a machine are what the provider does.

`observed.jsonl` holds, for each argument that was changed, removed and added, the step that the real engine previewed
with pulumi-proxmoxve 8.6.0, and what the provider then did to a running machine to which a volume had been attached
behind its back. A step is missing where the provider sees no difference.
"""

import inspect
import json
from pathlib import Path
from typing import Any, get_args

import pulumi_proxmoxve
import pytest

from operations.guard.reading.paths import python_path
from plan.changes.effects import Change, Effect
from plan.changes.provider_rules import (
    ARGUMENTS,
    COMPUTED,
    INSTEAD,
    MAY_NOT_BOOT,
    NESTED,
    effects_of,
    may_be_worse,
)
from tests.operations.guard.steps import effects, judged, preview_of, step

OBSERVED = [json.loads(line) for line in (Path(__file__).parent / "observed.jsonl").read_text().splitlines()]
REAL_ARGUMENTS = set(inspect.signature(pulumi_proxmoxve.VmLegacyArgs.__init__).parameters) - {"__self__"}
UNSEEN = {
    ("boot_orders", "removed"),
    ("hotplug", "removed"),
    ("mac_addresses", "removed"),
    ("name", "removed"),
    ("network_devices", "removed"),
    ("node_name", "added"),
    ("node_name", "removed"),
    ("numas", "changed"),
    ("numas", "removed"),
    ("pool_id", "removed"),
    ("reboot", "added"),
    ("reboot", "removed"),
    ("serial_devices", "added"),
    ("serial_devices", "removed"),
    ("tags", "removed"),
    ("vga", "removed"),
    ("vm_id", "removed"),
}
"""Where the provider sees no difference: the value is computed, or the default, or required."""


def camel(path: str) -> str:
    head, *rest = path.split("_")
    return head + "".join(part.capitalize() for part in rest)


def test_every_argument_of_the_provider_has_a_rule() -> None:
    assert ARGUMENTS.keys() == REAL_ARGUMENTS
    assert {field.split(".")[0] for field in (*NESTED, *INSTEAD)} <= REAL_ARGUMENTS


def test_nested_rules_are_about_fields_that_exist() -> None:
    blocks = {
        "disks": "Disk",
        "efi_disk": "EfiDisk",
        "initialization": "Initialization",
        "network_devices": "NetworkDevice",
        "tpm_state": "TpmState",
    }
    for field in (*NESTED, *INSTEAD):
        argument, name = field.split(".")
        block = getattr(pulumi_proxmoxve, f"VmLegacy{blocks[argument]}Args")
        assert name in inspect.signature(block.__init__).parameters


@pytest.mark.parametrize("argument", [*sorted(REAL_ARGUMENTS), *COMPUTED])
def test_the_engine_and_the_program_name_an_argument_alike(argument: str) -> None:
    assert python_path(camel(argument)) == argument


def test_every_argument_was_tried_in_every_way() -> None:
    tried = {(each["argument"], each["change"]) for each in OBSERVED}
    assert tried | UNSEEN == {(argument, change) for argument in REAL_ARGUMENTS for change in get_args(Change)}
    assert not tried & UNSEEN


@pytest.mark.parametrize("case", OBSERVED, ids=lambda case: case["step"]["urn"].rsplit("::")[-1])
def test_the_guard_says_what_the_provider_does(case: dict[str, Any]) -> None:
    said = {each.effect for each in judged(case["step"])}
    assert said
    refused = {"SHRINK": "FAIL"}  # the provider refuses to shrink a disk
    said -= {"DISCONNECT", "RENAME"}  # the emulated host has no network, and does not mind names
    said -= {"NOT-KNOWN"} if case["argument"] in MAY_NOT_BOOT else set()  # nothing boots on it
    assert {refused.get(each, each) for each in said} - {"UPDATE"} == set(case["effects"]) - {"UPDATE"}


@pytest.mark.parametrize("argument", sorted(REAL_ARGUMENTS))
@pytest.mark.parametrize(("kind", "change"), [("update", "changed"), ("delete", "removed"), ("add", "added")])
def test_a_whole_argument_has_the_effect_of_its_rule(argument: str, kind: str, change: Change) -> None:
    """Without the values on which the effect depends, the worst is assumed."""
    values = {"started": False, "template": True}
    made = step("update", diff={camel(argument): kind}, new={key: values[key] for key in values if key == argument})
    effect = next(effects_of(argument, change))
    found = {each.effect: each for each in judged(made)}
    is_worse = argument in MAY_NOT_BOOT or (change == "changed" and may_be_worse(argument, change))
    worse: list[Effect] = ["NOT-KNOWN"] if is_worse else []
    assert set(found) == {effect, *worse}
    assert found[effect].causes == (argument,)


@pytest.mark.parametrize("kind", ["update", "delete", "add"])
def test_an_argument_without_a_rule_is_not_known(kind: str) -> None:
    assert effects(step("update", diff={"quantumDisks[0].size": kind})) == ["NOT-KNOWN:k8s-node3"]


def test_recorded_steps_are_whole() -> None:
    assert len(preview_of(*(case["step"] for case in OBSERVED)).steps) == len(OBSERVED) > 3 * 50

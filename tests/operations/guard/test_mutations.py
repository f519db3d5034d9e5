"""No mutated preview with harm in it passes. `make fuzz` tries more of them."""

import json
import os
from collections import Counter
from random import Random

from tests.operations.guard.mutations import RECORDED, alone, handmade_harm, mutated, outcome, passes, recorded_harm

COUNT = int(os.environ.get("GUARD_MUTATIONS", "200"))


def test_a_field_that_is_named_and_not_shown_is_not_known() -> None:
    """With an empty new state the schedule looked as if it changed in place."""
    inputs = {"metadata": {"name": "b", "namespace": "n"}, "spec": {"schedule": "0 0 2 * * *"}}
    urn = "urn:pulumi:lab::homelab::kubernetes:postgresql.cnpg.io/v1:ScheduledBackup::b"
    state = {"urn": urn, "custom": True, "type": "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup", "id": "1"}
    for old, new in ((inputs, {}), ({}, {"metadata": inputs["metadata"]}), (inputs, {"metadata": inputs["metadata"]})):
        step = {
            "op": "update",
            "urn": urn,
            "detailedDiff": {"spec.schedule": {"kind": "update", "inputDiff": True}},
            "oldState": state | {"inputs": old},
            "newState": state | {"inputs": new},
        }
        assert outcome(json.dumps(alone(step))) == "stopped"


def test_a_machine_of_which_another_state_is_told_and_none_shown_may_be_stopped() -> None:
    """By a removed value the provider's own counts, which is that it runs."""
    urn = "urn:pulumi:lab::homelab::proxmoxve:index/vmLegacy:VmLegacy::worker"
    state = {"urn": urn, "custom": True, "type": "proxmoxve:index/vmLegacy:VmLegacy", "id": "1"}
    ends = {"update": "stopped", "delete": "passed"}
    for kind, end in ends.items():
        step = {
            "op": "update",
            "urn": urn,
            "detailedDiff": {"started": {"kind": kind, "inputDiff": True}},
            "oldState": state | {"inputs": {"vmId": 202, "started": True, "template": False}},
            "newState": state | {"inputs": {"vmId": 202, "template": False}},
        }
        assert outcome(json.dumps(alone(step))) == end


def test_none_with_harm_in_it_passes() -> None:
    texts = [file.read_text(encoding="utf-8") for file in RECORDED]
    previews = [json.loads(text) for text in texts if passes(text)]
    harm = [*recorded_harm(), *handmade_harm()]
    ends = {seed: outcome(mutated(Random(seed), previews, harm)) for seed in range(COUNT)}
    counts = Counter(ends.values())
    print(f"\n{COUNT:,} mutated previews of {len(harm)} harmful steps: {dict(counts)}")
    assert [seed for seed, end in ends.items() if end not in ("refused", "stopped")] == []
    assert min(counts["refused"], counts["stopped"]) > COUNT / 10

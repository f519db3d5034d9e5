"""Previews to be judged: recorded ones, and single steps made up."""

import json
from pathlib import Path
from typing import Any

from operations.guard import judge
from operations.guard.consequence import Consequence
from operations.guard.reading.preview import Preview, read_preview
from tests.plan.labs import lab_of

PREVIEWS = Path(__file__).parent / "previews"
"""Previews that the real engine and provider printed, without the parts that are not read."""
MACHINE = "proxmoxve:index/vmLegacy:VmLegacy"

Json = dict[str, Any]


def recorded(name: str) -> str:
    """A recorded preview."""
    return (PREVIEWS / f"{name}.json").read_text(encoding="utf-8")


def step(
    op: str,
    name: str = "k8s-node3",
    kind: str = MACHINE,
    diff: dict[str, str] | None = None,
    old: Json | None = None,
    new: Json | None = None,
    **state: Any,
) -> Json:
    """One step: `diff` holds `{"memory.dedicated": "update"}`, `old` and `new` the inputs."""
    urn = f"urn:pulumi:prod::homelab::{kind}::{name}"
    resource: Json = {"urn": urn, "type": kind, "id": "1", "custom": True} | state
    made: Json = {"op": op, "urn": urn, "oldState": resource | {"inputs": old or {}}}
    if op != "delete":
        made["newState"] = resource | {"inputs": new or {}}
    if diff is not None:
        made["detailedDiff"] = {path: {"kind": change} for path, change in diff.items()}
    return made


def update(path: str, name: str = "k8s-node3", **values: Any) -> Json:
    """A machine of which one property changes."""
    return step("update", name, diff={path: "update"}, **values)


def preview_of(*steps: Json) -> Preview:
    """A whole preview with these steps."""
    return read_preview(json.dumps({"steps": steps, "changeSummary": {}}))


def judged(*steps: Json) -> list[Consequence]:
    """Consequences of the steps for prod."""
    return list(judge(preview_of(*steps), lab_of("prod")).consequences)


def effects(*steps: Json) -> list[str]:
    """The same by name, `REPLACE:k8s-node3`, without what is harmless."""
    return [each.name for each in judged(*steps) if each.effect not in ("UPDATE", "ROLLOUT")]

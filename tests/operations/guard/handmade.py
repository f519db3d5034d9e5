"""Previews made by hand, as tables: each step is about a machine or an object of a lab that the program declares.

A step says what is done (`op`), to what (`machine`, `object` as `Kind/namespace/name`, `chart`, or `type` with
`inputs`), and what differs (`set`, `unset`). `told` is how the preview names that: by `paths`, by the `top` of them, as
`reasons`, or not at all (`nothing`). `state` and `new_state` hold what else stands in the two states.
"""

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic.alias_generators import to_camel

from operations.guard import Judgement, judge
from operations.guard.reading.preview import read_preview
from tests.plan.labs import lab_of, plan_of

Json = dict[str, Any]
CASES = Path(__file__).parent / "handmade"
LABS = ("every_kind", "prod")


def cases() -> list[Json]:
    """All previews of all tables."""
    tables = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(CASES.glob("*.yaml"))]
    return [case for table in tables for case in table]


def judged_case(case: Json) -> Judgement:
    """The guard's judgement of one of them."""
    return judge(read_preview(json.dumps(preview_of(case))), lab_of(case.get("lab", "every_kind")), None, [])


def preview_of(case: Json) -> Json:
    """The preview as the engine would print it."""
    steps = [step_of(each) for each in case["steps"]]
    summary: Json = {"same": 3}
    for each in steps:
        summary[each["op"]] = summary.get(each["op"], 0) + 1
    return {"steps": steps, "changeSummary": summary} | case.get("preview", {})


def step_of(row: Json) -> Json:
    """One step."""
    kind, name, inputs = subject(row)
    owners = f"{row['owner']}$" if "owner" in row else ""
    urn = f"urn:pulumi:lab::homelab::{owners}{kind}::{name}"
    resource: Json = {"urn": urn, "custom": True, "type": kind, "id": "1"}
    old = edited(inputs, row.get("was", {}), [])
    new = edited(old, row.get("set", {}), row.get("unset", []))
    made: Json = {"op": row["op"], "urn": urn, "detailedDiff": None}
    if row["op"] != "create":
        made["oldState"] = resource | {"inputs": old, "outputs": old} | row.get("state", {})
    if row["op"] != "delete":
        made["newState"] = resource | {"inputs": new} | row.get("new_state", {})
    return made | dict(told(row)) | row.get("step", {})


def told(row: Json) -> Iterator[tuple[str, Any]]:
    """Parts of the difference that the preview names."""
    paths = {**dict.fromkeys(row.get("set", {}), "update"), **dict.fromkeys(row.get("unset", []), "delete")}
    how = row.get("told", "paths")
    if how == "reasons":
        yield "diffReasons", sorted({re.split(r"[.\[]", path)[0] for path in paths})
    elif how != "nothing" and paths:
        named = paths if how == "paths" else {re.split(r"[.\[]", path)[0]: kind for path, kind in paths.items()}
        replaces = "-replace" if row["op"] == "replace" else ""
        yield "detailedDiff", {path: {"kind": f"{kind}{replaces}", "inputDiff": True} for path, kind in named.items()}


def subject(row: Json) -> tuple[str, str, Json]:
    """The type, name and inputs of what a step is about."""
    if "type" in row:
        return row["type"], row.get("name", "it"), row.get("inputs", {})
    (name,) = (row[key] for key in ("machine", "object", "chart") if key in row)
    found = known()[name]
    return copy.deepcopy(found)


@cache
def known() -> dict[str, tuple[str, str, Json]]:
    """Everything that the labs declare."""
    found: dict[str, tuple[str, str, Json]] = {}
    for lab in LABS:
        plan = plan_of(lab)
        for machine in plan.machines:
            properties = {to_camel(key): in_camel_case(value) for key, value in machine.properties.items()}
            found.setdefault(machine.name, ("proxmoxve:index/vmLegacy:VmLegacy", machine.name, properties))
        for manifest in plan.manifests:
            names = [each for each in (manifest["metadata"].get("namespace"), manifest["metadata"]["name"]) if each]
            version = manifest["apiVersion"] if "/" in manifest["apiVersion"] else f"core/{manifest['apiVersion']}"
            kind = manifest["kind"]
            found.setdefault("/".join((kind, *names)), (f"kubernetes:{version}:{kind}", "/".join(names), manifest))
        for service in plan.services:
            if service.release:
                inputs = {"chart": service.release.chart, "version": service.release.version}
                inputs |= {"name": service.release.name, "namespace": service.namespace}
                inputs |= {"values": dict(service.release.values)}
                found.setdefault(service.release.name, ("kubernetes:helm.sh/v3:Release", service.release.name, inputs))
    return found


def in_camel_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_camel(key): in_camel_case(each) for key, each in value.items()}
    return [in_camel_case(each) for each in value] if isinstance(value, list | tuple) else value


def edited(inputs: Json, values: Json, gone: list[str]) -> Json:
    """The inputs with other values. `spec.containers[0].image` and `metadata.annotations[a/b.c]` are paths."""
    result = json.loads(json.dumps(inputs))
    for path in values:
        parent, last = at(result, path)
        parent[last] = values[path]
    for path in gone:
        parent, last = at(result, path)
        del parent[last]
    return result


def at(value: Any, path: str) -> tuple[Any, Any]:
    """The container of the last part of a path, and that part."""
    *above, last = (int(part) if part.isdigit() else part for part in re.findall(r"(?<=\[)[^\]]+|[^.\[\]]+", path))
    for part in above:
        value = value[part] if isinstance(part, int) else value.setdefault(part, {})
    return value, last

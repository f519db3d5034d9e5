"""What an `up` would do if the one of two plans is what runs: foreseen without Pulumi, by the rules of the guard."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic.alias_generators import to_camel

from config.lab import Lab
from operations.guard import judge
from operations.guard.consequence import Consequence
from operations.guard.machines import MACHINE
from operations.guard.preview import Preview, Step
from plan.changes.comparison import Comparison, Difference, FileChange, Side
from plan.changes.object_rules import REFUSED, REPLACES, touches
from plan.model.metadata import api_group

RELEASE = "kubernetes:helm.sh/v3:Release"
CREATED: Mapping[str, str] = {"added": "create", "removed": "delete", "changed": "update"}


def foreseen(lab: Lab, before: Side, after: Side, comparison: Comparison) -> tuple[Consequence, ...]:
    """The consequences of all changes, worst first. `lab` is that of `after`."""
    changes = [file for subject in comparison.subjects for file in subject.files if _is_declared(file.name)]
    steps = tuple(_step(change, before, after) for change in changes)
    refused = (each for change in changes for each in _refused(change, after))
    return (*refused, *judge(Preview(steps=tuple(step for step in steps if step)), lab).consequences)


def _is_declared(file_name: str) -> bool:
    """Whether the program makes a resource of a file: not of what Kyverno generates, nor of texts."""
    return not file_name.startswith(("cluster/", "machines/snippets/", "machines/templates/")) and (
        "/generated/" not in file_name
    )


def _step(change: FileChange, before: Side, after: Side) -> Step | None:
    old, new = before.files.get(change.name), after.files.get(change.name)
    is_machine = change.name.startswith("machines/")
    ignored: list[str] = list(new["ignoreChanges"]) if is_machine and new else []
    differing = [_without_names(each) for each in change.differences]
    if is_machine:
        differing = [
            each._replace(path=each.path.removeprefix("properties."))
            for each in differing
            if each.path.startswith("properties.")
        ]
        differing = [each for each in differing if not touches(each.path, tuple(ignored))]
    if change.status == "changed" and not differing:
        return None
    kind, name = _type_and_name(change, new or old)
    states = [_state(kind, name, document, is_machine) for document in (old, new)]
    replaces = [each for each in differing if touches(each.path, REPLACES.get(_kind(new or old), ()))]
    return Step.model_validate(
        {
            "op": "replace" if replaces else CREATED[change.status],
            "urn": f"::{name}",
            "oldState": states[0],
            "newState": states[1],
            "detailedDiff": {
                _camel(each.path) if is_machine else each.path: {"kind": _diff_kind(each, each in replaces)}
                for each in differing
            },
        }
    )


def _type_and_name(change: FileChange, document: Any) -> tuple[str, str]:
    stem = change.name.removesuffix(".yaml").rpartition("/")[2]
    if change.name.startswith("machines/"):
        return MACHINE, stem
    if change.name.endswith("/release.yaml"):
        return RELEASE, document["name"]
    version = document["apiVersion"]
    return f"kubernetes:{version if '/' in version else f'core/{version}'}:{document['kind']}", stem


def _state(kind: str, name: str, document: Any, is_machine: bool) -> Mapping[str, Any] | None:
    if document is None:
        return None
    inputs = _in_camel_case(document["properties"]) if is_machine else document
    return {"urn": f"::{name}", "type": kind, "custom": True, "inputs": inputs, "retainOnDelete": is_machine}


def _kind(document: Any) -> tuple[str, str]:
    return (api_group(document), document["kind"]) if "kind" in document else ("", "")


def _diff_kind(difference: Difference, replaces: bool) -> str:
    kind = "add" if difference.before is None else "delete" if difference.after is None else "update"
    return f"{kind}-replace" if replaces else kind


def _without_names(difference: Difference) -> Difference:
    """`disks[scsi0].size` as `disks.size`."""
    return difference._replace(path=re.sub(r"\[[^\]]*\]", "", difference.path))


def _camel(path: str) -> str:
    return ".".join(to_camel(part) for part in path.split("."))


def _in_camel_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_camel(key): _in_camel_case(each) for key, each in cast(Mapping[str, Any], value).items()}
    return [_in_camel_case(each) for each in cast(list[Any], value)] if isinstance(value, list) else value


def _refused(change: FileChange, after: Side) -> Iterator[Consequence]:
    """What the API server lets nobody change."""
    document = after.files.get(change.name)
    if change.status != "changed" or document is None or "kind" not in document:
        return
    paths = [each.path for each in map(_without_names, change.differences)]
    fixed = tuple(path for path in paths if touches(path, REFUSED.get(_kind(document), ())))
    if fixed:
        yield Consequence(
            "FAIL",
            "error",
            f"{document['kind']}/{document['metadata']['name']}",
            fixed,
            "The API server lets nobody change it: the `up` ends half-way.",
            "give the object another name, or delete it by hand before the `up`",
        )

"""Consequences of an `up` where the first of two plans runs: predicted without Pulumi, by the rules of the guard."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic.alias_generators import to_camel

from config.lab import Lab
from operations.guard.consequence import Consequence
from operations.guard.judgement import judge
from operations.guard.machines.addresses import address_changes
from operations.guard.machines.consequences import MACHINE
from operations.guard.machines.first_boot import first_boot_changes
from operations.guard.ownership import left_alone, ownership_changes, without_indices
from operations.guard.reading.preview import Preview
from operations.guard.reading.step import PropertyChange, State, Step
from plan.changes.comparison import Comparison, Difference, FileChange, Side
from plan.changes.engine_rules import PROXMOX
from plan.changes.files import HOSTS
from plan.changes.object_rules import KINDS, touches
from plan.model import worst_first
from plan.model.metadata import api_group

RELEASE = "kubernetes:helm.sh/v3:Release"
CREATED: Mapping[str, str] = {"added": "create", "removed": "delete", "changed": "update"}


def predicted(lab: Lab, before: Side, after: Side, comparison: Comparison) -> tuple[Consequence, ...]:
    """The consequences of all changes, worst first. `lab` is that of `after`."""
    changes = [file for subject in comparison.subjects for file in subject.files if _is_declared(file.name)]
    steps = tuple(_step(change, before, after) for change in changes)
    judgement = judge(Preview(tuple(step for step in steps if step)), lab)
    unread = (*address_changes(lab, before, after), *first_boot_changes(lab, before, after))
    owned = ownership_changes(before, after, comparison)
    return tuple(sorted((*unread, *owned, *judgement.consequences), key=worst_first))


def _is_declared(file_name: str) -> bool:
    """Whether the program makes a resource of a file: not of what Kyverno generates, nor of texts."""
    return not file_name.startswith(("cluster/", "machines/snippets/", "machines/templates/")) and (
        "/generated/" not in file_name and file_name.endswith(".yaml")
    )


def _step(change: FileChange, before: Side, after: Side) -> Step | None:
    old, new = before.files.get(change.name), after.files.get(change.name)
    is_machine = _is_machine(change)
    differing = list(_declared_differences(change, new if is_machine else None, left_alone(after, change.name)))
    if change.status == "changed" and not differing:
        return None
    kind, name = _type_and_name(change, new or old)
    replaces = [each for each in differing if touches(each.path, _replacing(new or old))]
    return Step.model_construct(
        op="replace" if replaces else CREATED[change.status],
        urn=_urn(kind, name),
        old_state=_state(kind, name, old, is_machine, new),
        new_state=_state(kind, name, new, is_machine, None),
        detailed_diff={
            _camel(each.path) if is_machine else each.path: PropertyChange(kind=_diff_kind(each, each in replaces))
            for each in differing
        },
    )


def _declared_differences(change: FileChange, machine: Any, left: tuple[str, ...]) -> Iterator[Difference]:
    """Differences that the engine compares: not those of fields that something else owns."""
    ignored = tuple(str(each) for each in machine["ignoreChanges"]) if machine else ()
    for each in map(_without_names, change.differences):
        if not _is_machine(change):
            if not touches(each.path, left):
                yield each
        elif each.path.startswith("properties."):
            named = each._replace(path=each.path.removeprefix("properties."))
            if not touches(named.path, ignored):
                yield named


def _replacing(document: Any) -> tuple[str, ...]:
    """The fields for which the provider replaces an object, as the program sets it."""
    kind = (api_group(document), document["kind"]) if "kind" in document else ("", "")
    rule = KINDS.get(kind)
    return rule.replaced_by if rule else ()


def _is_host(change: FileChange) -> bool:
    return change.name.startswith(f"{HOSTS}/")


def _is_machine(change: FileChange) -> bool:
    return change.name.startswith("machines/") and not _is_host(change)


def _type_and_name(change: FileChange, document: Any) -> tuple[str, str]:
    stem = change.name.removesuffix(".yaml").rpartition("/")[2]
    if _is_host(change):
        return PROXMOX, f"proxmox-{stem}"
    if _is_machine(change):
        return MACHINE, stem
    if change.name.endswith("/release.yaml"):
        return RELEASE, f"{document.get('namespace')}/{document['name']}"
    version, names = document["apiVersion"], document["metadata"]
    name = "/".join(filter(None, (names.get("namespace"), names["name"])))
    return f"kubernetes:{version if '/' in version else f'core/{version}'}:{document['kind']}", name


def _urn(kind: str, name: str) -> str:
    return f"urn:pulumi:predicted::homelab::{kind}::{name}"


def _state(kind: str, name: str, document: Any, is_machine: bool, becomes: Any) -> State | None:
    """A state with the inputs of a document. What a machine's program ignores is as it was."""
    if document is None:
        return None
    inputs = cast(dict[str, Any], _in_camel_case(document["properties"]) if is_machine else document)
    if is_machine and becomes is not None:
        kept = {to_camel(each): _in_camel_case(becomes["properties"].get(each)) for each in becomes["ignoreChanges"]}
        inputs = {**inputs, **{key: value for key, value in kept.items() if value is not None}}
    return State.model_construct(urn=_urn(kind, name), type=kind, inputs=inputs, retain_on_delete=is_machine)


def _diff_kind(difference: Difference, replaces: bool) -> Any:
    kind = "add" if difference.before is None else "delete" if difference.after is None else "update"
    return f"{kind}-replace" if replaces else kind


def _without_names(difference: Difference) -> Difference:
    """`disks[scsi0].size` as `disks.size`."""
    return difference._replace(path=without_indices(difference.path))


def _camel(path: str) -> str:
    return ".".join(to_camel(part) for part in path.split("."))


def _in_camel_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_camel(key): _in_camel_case(each) for key, each in cast(Mapping[str, Any], value).items()}
    return [_in_camel_case(each) for each in cast(list[Any], value)] if isinstance(value, list) else value

"""Ownership of an object's fields: moved from kubectl to the program, by one write of its metadata."""

from collections.abc import Iterable
from typing import Any

from observation.objects import ENGINE, MANAGER, is_kubectl
from operations.adopt.cluster.objects import LAST_APPLIED
from operations.adopt.cluster.tools import tool_called
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text

Patch = list[dict[str, Any]]
"""A JSON patch (RFC 6902)."""


def ownership_patch(live: Manifest, applied: Manifest) -> Patch | None:
    """The patch that makes the program the owner of what it states, in place of kubectl; None where it is already.

    `applied` is what the API server answers to a dry run of applying the object under MANAGER.

    Every later update would remove each field that a manager called `kubectl...` owns and the program does not state:
    its provider takes those managers for older versions of itself. So their entries go, and the fields stay as they
    are, owned by nobody. To rename them would not do: what the program drops later would then stay for ever. What the
    owner's other tools own beside the program, they own no more.

    Entries of the engine go as well: an `up` that was cut off, or a stack of before, wrote under another name, and each
    later change of a field would conflict with that.
    """
    before = entries(live, "metadata", "managedFields")
    after = _managed(before, entries(applied, "metadata", "managedFields"))
    changes: Patch = []
    if list(before) != after:
        changes.append({"op": "replace", "path": "/metadata/managedFields", "value": after})
    if live["kind"] == "Secret" and LAST_APPLIED in mapping(live, "metadata", "annotations"):
        path = "/metadata/annotations/" + LAST_APPLIED.replace("~", "~0").replace("/", "~1")
        changes.append({"op": "remove", "path": path})
    if not changes:
        return None
    version = {"op": "test", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]}
    return [version, *changes]


def is_engine(entry: Fields) -> bool:
    """Whether an entry of managedFields is of the engine under another name: it makes one up for each resource."""
    manager = text(entry, "manager")
    return manager != MANAGER and (manager == ENGINE or manager.startswith(f"{ENGINE}-"))


def _goes(entry: Fields) -> bool:
    return is_kubectl(entry) or is_engine(entry)


def _managed(before: Iterable[Fields], applied: Iterable[Fields]) -> list[Fields]:
    own = [each for each in applied if text(each, "manager") == MANAGER and text(each, "operation") == "Apply"]
    others = [each for each in before if not _goes(each) and text(each, "manager") != MANAGER]
    if own:
        fields = mapping(own[0], "fieldsV1")
        others = [kept for each in others if (kept := _relieved(each, fields))]
    return [*(own or _renamed(before)), *others]


def _relieved(entry: Fields, own: Fields) -> Fields | None:
    """The entry of one of the owner's other tools without the fields that are the program's now; None where nothing is
    left of it. A controller's stays as it is.

    As long as Terraform, say, owns a field too, every later change of it is refused as a conflict.
    """
    if tool_called(text(entry, "manager")) is None or text(entry, "subresource"):
        return entry
    left = _without(mapping(entry, "fieldsV1"), own)
    return {**entry, "fieldsV1": left} if left else None


def _without(fields: Fields, others: Fields) -> dict[str, Any]:
    """A set of fields without those of another one."""
    left: dict[str, Any] = {}
    for field in fields:
        below = _without(mapping(fields, field), mapping(others, field))
        if below or field not in others:
            left[field] = below
    return left


def _renamed(before: Iterable[Fields]) -> list[Fields]:
    """For an object of which nothing is stated, and so nothing owned: what those owned whose entries go."""
    fields: dict[str, Any] = {}
    first: Fields = {}
    for each in before:
        if _goes(each) and not text(each, "subresource"):
            first = first or each
            fields = _united(fields, mapping(each, "fieldsV1"))
    return [{**first, "manager": MANAGER, "operation": "Apply", "fieldsV1": fields}] if first else []


def _united(one: Fields, other: Fields) -> dict[str, Any]:
    """A set of fields, as managedFields writes it, with those of another one."""
    return {
        **one,
        **{field: _united(mapping(one, field), mapping(other, field)) for field in other},
    }

"""Patches that turn planned objects into those that run."""

from collections.abc import Mapping
from typing import Any

from config.quantity import stored
from operations.adopt.cluster.comparison import is_same
from operations.adopt.cluster.objects import is_fields
from operations.adopt.cluster.stated import comparable
from plan.model import Manifest
from plan.model.fields import mapping
from plan.model.merging import LIST_KEYS, keyed
from plan.model.metadata import NOT_AWAITED

REASON = "It runs so, and the format has no word for it"
_NOTHING: tuple[object, ...] = ({}, [], None)
"""Values that a field has without being stated."""

Elements = Mapping[tuple[Any, ...], dict[str, Any]]


class Unpatchable(Exception):
    """The planned object has an element that the running one does not have: no patch takes it away."""


def patch_between(planned: Manifest, stated: Manifest, *, is_scaled: bool) -> dict[str, Any] | None:
    """The patch that makes a planned object the one that runs, `stated` as its owner would write it; None where it is
    it. Of one that an autoscaler scales, the number of replicas goes. Raises Unpatchable."""
    patch: dict[str, Any] = merge_patch(_content(comparable(planned)), _content(stated)) or {}
    spec: dict[str, Any] = dict(mapping(patch, "spec"))
    if is_scaled and "replicas" in planned["spec"]:
        spec["replicas"] = None
    elif "replicas" in spec and spec["replicas"] is None:
        del spec["replicas"]
    patch = {field: each for field, each in patch.items() if field != "spec"} | ({"spec": spec} if spec else {})
    return patch or None


def _content(manifest: Manifest) -> dict[str, Any]:
    """The part of an object that a patch can change."""
    metadata: dict[str, Any] = {}
    for field in ("labels", "annotations"):
        marks = dict(manifest["metadata"].get(field) or {})
        metadata[field] = {name: each for name, each in marks.items() if name not in NOT_AWAITED}
    content = {field: each for field, each in manifest.items() if field not in ("apiVersion", "kind", "metadata")}
    return {"metadata": {field: marks for field, marks in metadata.items() if marks}, **content}


def merge_patch(planned: Any, wanted: Any, path: tuple[str, ...] = ()) -> Any:
    """Merge patch that turns a planned value into another one; None where they are equal, however an amount is written.
    Raises Unpatchable."""
    if is_fields(planned) and is_fields(wanted):
        changes = {name: None for name, each in planned.items() if name not in wanted and each not in _NOTHING}
        for name, each in wanted.items():
            if name not in planned:
                changes |= {name: each} if each not in _NOTHING else {}
            elif (change := merge_patch(planned[name], each, (*path, name))) is not None:
                changes[name] = change
        return changes or None
    field = path[-1] if path else ""
    there, others = keyed(planned, field), keyed(wanted, field)
    if there is not None and others is not None:
        return _list_patch(there, others, path)
    return None if is_same(wanted, planned, path) and _is_stored_so(wanted, planned) else wanted


def _is_stored_so(wanted: Any, planned: Any) -> bool:
    """Whether the API server stores both in one form: pods of a StatefulSet are replaced for another one, even of the
    same amount."""
    return wanted == planned or not isinstance(wanted, str) or stored(wanted) == stored(str(planned))


def _list_patch(planned: Elements, wanted: Elements, path: tuple[str, ...]) -> list[Any] | None:
    if planned.keys() - wanted.keys():
        raise Unpatchable
    changes: list[Any] = []
    for element, each in wanted.items():
        if element not in planned:
            changes.append(each)
        elif change := merge_patch(planned[element], each, path):
            changes.append({key: each[key] for key in LIST_KEYS[path[-1]] if key in each} | change)
    return changes or None

"""Fields that the next update of an object removes although no preview shows it.

The provider makes the fields its own that `kubectl` wrote (managers `kubectl*` and `before-first-apply`): what of them
the program does not state is gone after the next update, whatever that update is about. Seen with pulumi-kubernetes
4.34: after `kubectl rollout restart`, one more label in the program replaced all pods.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from observation import Observation
from observation.objects import is_kubectl
from operations.guard.consequence import Consequence
from operations.guard.objects.adopted import is_default
from operations.guard.objects.consequences import kind_of, target_of
from operations.guard.reading.step import Step
from operations.guard.reading.values import block, items
from plan.changes.object_rules import MAKES_PODS, touches
from plan.model import Manifest, Severity
from plan.wording import listed

NOTES = ("metadata.annotations", "metadata.labels", "metadata.finalizers")
LAST_APPLIED = "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration"
RESTARTED = "spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt"


def dropped_fields(steps: Sequence[Step], observation: Observation) -> Iterator[Consequence]:
    """Fields that each update removes in addition to those that the preview shows."""
    for step in steps:
        live = live_object(step, observation) if step.is_object and step.action == "update" else None
        if live is None:
            continue
        found = dict(_not_stated(live, step.after))
        paths = tuple(path for path, value in found.items() if path != LAST_APPLIED and not is_default(path, value))
        if paths:
            yield _dropping(step, paths)


def _dropping(step: Step, paths: tuple[str, ...]) -> Consequence:
    template = MAKES_PODS.get(kind_of(step.type))
    restarts = template is not None and any(touches(path, (template,)) for path in paths)
    only_notes = all(touches(path, NOTES) or path == RESTARTED for path in paths)
    severity: Severity = "warning" if only_notes else "error"
    pods = " All its pods are replaced for that." if restarts else ""
    message = f"`kubectl` wrote fields that the program does not state; this update drops them: {listed(paths)}.{pods}"
    return Consequence("DROP", severity, target_of(step), paths, message, "state them in the lab, if they are to stay")


def live_object(step: Step, observation: Observation) -> Manifest | None:
    """The object that a step is about, as it runs."""
    metadata = block(step.resource.inputs, "metadata")
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not isinstance(name, str):
        return None
    return observation.get(kind_of(step.type)[1], name, namespace if isinstance(namespace, str) else None)


def _not_stated(live: Manifest, stated: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Fields of `kubectl`'s that the program does not state, with their values."""
    for entry in items(block(live, "metadata"), "managedFields"):
        if is_kubectl(entry) and not entry.get("subresource"):
            yield from _within(block(entry, "fieldsV1"), live, stated, "")


def _within(fields: Mapping[str, Any], live: object, stated: object, path: str) -> Iterator[tuple[str, object]]:
    """Follows a set of fields as the API server writes it: `f:name`, `k:{"port":80}` for an item, `v:` for a value."""
    for key, below in fields.items():
        kind, _, name = key.partition(":")
        if key == "." or kind not in ("f", "k", "v"):
            continue
        here = _child(kind, name, live)
        if here is None:
            continue
        there, place = _child(kind, name, stated), f"{path}.{name}".removeprefix(".") if kind == "f" else path
        further: Mapping[str, Any] = cast(Mapping[str, Any], below) if isinstance(below, dict) else {}
        if set(further) - {"."}:
            yield from _within(further, here, there, place)
        elif there is None:
            yield place, here


def _child(kind: str, name: str, of: object) -> object:
    if kind == "f":
        return cast(Mapping[str, Any], of).get(name) if isinstance(of, dict) else None
    listed_items = cast(list[object], of) if isinstance(of, list) else []
    try:
        wanted = json.loads(name)
    except ValueError:
        return None
    if kind == "v":
        return wanted if wanted in listed_items else None
    return next((each for each in items({"": of}, "") if _matches(each, wanted)), None)


def _matches(item: Mapping[str, Any], keys: object) -> bool:
    """Whether an item has these keys; a protocol that is not stated is TCP."""
    if not isinstance(keys, dict):
        return False
    wanted = cast(Mapping[str, Any], keys)
    return all(item.get(key, "TCP" if key == "protocol" else None) == value for key, value in wanted.items())

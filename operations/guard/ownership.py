"""Fields that something else owns: what an `up` leaves alone, and what it takes back when the lab says so no more."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from operations.guard.consequence import Consequence
from plan.changes.comparison import Comparison, Side
from plan.changes.files import subject_of
from plan.changes.object_rules import touches

Json = Mapping[str, Any]
KEEP = "take it out of ignore where the lab is to own it"
STATE = "state what runs in the lab, or leave it under ignore"


def without_indices(path: str) -> str:
    """`spec.containers[*].image` as `spec.containers.image`."""
    return re.sub(r"\[[^\]]*\]", "", path)


def left_alone(side: Side, file_name: str) -> tuple[str, ...]:
    """The fields of an object in a rendered file that an `up` leaves alone, without indices."""
    document, subject = side.files.get(file_name), subject_of(file_name)
    if subject.kind != "service" or not isinstance(document, dict):
        return ()
    kind, *_, name = _target(cast(Json, document))
    services: Sequence[Json] = side.report["services"]
    stated = [each for each in services if each["name"] == subject.name]
    paths: Sequence[str] = stated[0].get("ignored", {}).get(f"{kind.lower()}/{name}", ()) if stated else ()
    return tuple(map(without_indices, paths))


def ownership_changes(before: Side, after: Side, comparison: Comparison) -> Iterator[Consequence]:
    """Differences that an `up` leaves alone, and fields that were somebody else's. No preview shows either."""
    for change in (each for subject in comparison.subjects for each in subject.files if each.status == "changed"):
        left, paths = left_alone(after, change.name), (without_indices(each.path) for each in change.differences)
        if kept := tuple(dict.fromkeys(path for path in paths if touches(path, left))):
            message = "Something else owns this: what runs stays as it is."
            yield Consequence("DRIFT", "info", "/".join(_target(after.files[change.name])), kept, message, KEEP)
    for name in sorted(before.files.keys() & after.files.keys()):
        if gone := tuple(_taken_back(before, after, name)):
            message = "It keeps what something else set until its next update, which writes what the lab says."
            yield Consequence("DRIFT", "warning", "/".join(_target(after.files[name])), gone, message, STATE)


def _taken_back(before: Side, after: Side, name: str) -> Iterator[str]:
    still = left_alone(after, name)
    for path in left_alone(before, name):
        if not touches(path, still) and _has(after.files[name], path.split(".")):
            yield path


def _has(value: Any, path: Sequence[str]) -> bool:
    """Whether a field is stated, in any element of the lists on the way."""
    if isinstance(value, list):
        return any(_has(each, path) for each in cast(list[Any], value))
    if not path or not isinstance(value, dict):
        return not path
    fields = cast(Json, value)
    return path[0] in fields and _has(fields[path[0]], path[1:])


def _target(document: Json) -> tuple[str, ...]:
    """Kind, namespace and name of an object, or of a release."""
    metadata: Json = document.get("metadata", document)
    return tuple(filter(None, (document.get("kind", "Release"), metadata.get("namespace"), metadata["name"])))

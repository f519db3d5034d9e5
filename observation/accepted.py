"""Lists of objects of which nothing is known: what Kubernetes would have refused is left out, and counted."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from observation.amounts import has_only_quantities
from observation.model import Gap
from observation.names import has_usual_names
from observation.shapes import has_usual_shape
from plan.model import Manifest
from plan.model.fields import Fields, value

_JUDGES: tuple[tuple[Callable[[Manifest], bool], str], ...] = (
    (has_usual_names, "have a name or a label that Kubernetes refuses"),
    (has_usual_shape, "have a field of a type that Kubernetes refuses"),
    (has_only_quantities, "have an amount that is no quantity"),
)


def accepted(
    resource: str, items: Sequence[Any], api_version: str, kind: str
) -> tuple[tuple[Manifest, ...], list[Gap]]:
    """The objects of a list, each with its kind, and what is wrong with the others. `kind` and `api_version` are those
    of the list."""
    gaps: list[Gap] = []
    left = [_typed(item, api_version, kind) for item in items if _is_object(item)]
    named = len(left)
    if named < len(items):
        gaps.append(Gap(resource, "incomplete", f"{len(items) - named} of {len(items)} objects have no name"))
    for is_right, trouble in _JUDGES:
        right = [each for each in left if is_right(each)]
        if len(right) < len(left):
            gaps.append(Gap(resource, "incomplete", f"{len(left) - len(right)} of {named} objects {trouble}"))
        left = right
    return tuple(left), gaps


def _typed(item: Manifest, api_version: str, kind: str) -> Manifest:
    """An object that says its kind: the API server leaves it out in lists of one kind."""
    usual = {"apiVersion": api_version, "kind": kind}
    lacking = {key: each for key, each in usual.items() if not isinstance(item.get(key), str)}
    return {**item, **lacking} if lacking else item


def _is_object(item: Any) -> bool:
    """Whether it can be told from others: by a name, and no namespace or uid that is no text."""
    if not isinstance(item, dict):
        return False
    stated = cast(Fields, item)
    known_by = (value(stated, "metadata", "namespace"), value(stated, "metadata", "uid"))
    name = value(stated, "metadata", "name")
    return isinstance(name, str) and bool(name) and all(each is None or isinstance(each, str) for each in known_by)

"""A rollout's revisions: how the newest template differs from the one before."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from observation.model import Observation
from observation.objects import Reference, annotations_of, reference
from plan.model import Manifest
from plan.model.fields import Fields, mapping, number

_REVISION = "deployment.kubernetes.io/revision"


class Change(NamedTuple):
    """A field of a pod's template that a revision changed."""

    field: str
    before: str
    """Empty where it was not there."""
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.field} is new: {self.after}"
        return f"{self.field}: {self.before} before, {self.after or 'gone'} now"


class Previous(NamedTuple):
    """The revision before the newest."""

    object: Reference
    template: Fields
    changes: tuple[Change, ...]


def previous(observed: Observation, workload: Manifest) -> Previous | None:
    """The revision of a Deployment before its newest; None where there is none left."""
    if workload["kind"] != "Deployment":
        return None
    revisions = sorted(observed.controlled(workload), key=_revision)
    if len(revisions) < 2:
        return None
    before, now = mapping(revisions[-2], "spec", "template"), mapping(revisions[-1], "spec", "template")
    changes = tuple(_differences("", _comparable(before), _comparable(now)))
    return Previous(reference(revisions[-2]), before, changes)


def _revision(replica_set: Manifest) -> int:
    stated = str(annotations_of(replica_set).get(_REVISION, ""))
    return int(stated) if stated.isdigit() else number(replica_set, "metadata", "generation")


def _comparable(template: Fields) -> Any:
    """The specification, with lists of named things as mappings by name."""
    return _by_name(mapping(template, "spec"))


def _by_name(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {key: _by_name(each) for key, each in cast(Fields, part).items()}
    if isinstance(part, list):
        items = cast(list[Any], part)
        if items and all(isinstance(each, Mapping) and "name" in each for each in items):
            return {each["name"]: _by_name({k: v for k, v in each.items() if k != "name"}) for each in items}
        return [_by_name(each) for each in items]
    return part


def _differences(path: str, before: Any, now: Any) -> Iterator[Change]:
    if before == now:
        return
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        old, new = cast(Fields, before), cast(Fields, now)
        for key in sorted({*old, *new}):
            yield from _differences(f"{path}.{key}" if path else key, old.get(key), new.get(key))
        return
    secret = path.startswith("containers") and ".env." in path and path.endswith(".value")
    yield Change(path, "" if before is None else _shown(before, secret), "" if now is None else _shown(now, secret))


def _shown(part: Any, secret: bool) -> str:
    """A value in a few words; values of variables may be passwords and are not shown."""
    if secret:
        return "another value"
    if secret:
        return "a value that is not shown"
    if isinstance(part, Mapping):
        return ", ".join(f"{key} {_shown(each, key == 'value')}" for key, each in cast(Fields, part).items())
    return str(part)

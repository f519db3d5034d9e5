"""How objects differ from those that run, field by field, and what applying each difference would do."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from config.quantity import Cpu
from observation.redaction import REDACTED
from operations.adopt.cluster.defaults import DEFAULTS
from operations.adopt.cluster.objects import Key, is_fields, is_list, key_of
from operations.adopt.cluster.stated import as_stated, comparable
from plan.changes.object_rules import KINDS, touches
from plan.model import Manifest
from plan.model.merging import keyed
from plan.model.secrecy import without_passwords

Effect = Literal["created", "re-created", "data", "restarts", "in place"]
Path = tuple[str, ...]


class Difference(NamedTuple):
    """A field that would change."""

    key: Key
    path: Path
    """Empty for an object that does not exist."""
    live: Any
    """None where it does not exist."""
    stated: Any
    effect: Effect


_QUANTITIES = frozenset({"requests", "limits", "capacity", "hard", "max", "min", "default", "defaultRequest"})

_FIXED: Mapping[str, tuple[str, ...]] = {
    kind: (*rule.replaced_by, *rule.refused) for (_, kind), rule in KINDS.items() if rule.replaced_by or rule.refused
}
"""Fields, by kind, that the API server refuses to change, or that the provider changes by recreating the object."""
_DATA: Mapping[str, str] = {
    "PersistentVolumeClaim": r"spec\.(storageClassName|volumeName|volumeMode|accessModes|resources).*",
    "PersistentVolume": r"spec\..*",
    "StatefulSet": r"spec\.volumeClaimTemplates.*",
    "Cluster": r"spec\.(storage|bootstrap|walStorage).*",
}
_RESTARTING = frozenset({"Deployment", "StatefulSet", "DaemonSet"})


def differences(stated: Manifest, live: Manifest | None) -> tuple[Difference, ...]:
    """Changes that a server-side apply of an object would make to the one that runs."""
    key = key_of(stated)
    if live is None:
        return (Difference(key, (), None, stated, "created"),)
    wanted, found = comparable(stated), comparable(live)
    wanted.pop("apiVersion", None)
    changes = {path: (one, other) for path, one, other in _changes(wanted, found, ())}
    for default in DEFAULTS.get(key.kind, ()):
        for path, one, other in _stated_default(default.path, default.value, stated, live, ()):
            changes.setdefault(path, (one, other))
    return tuple(
        Difference(key, path, one, other, effect_of(key.kind, path, one, other))
        for path, (one, other) in changes.items()
    )


def unstated(stated: Manifest, live: Manifest) -> tuple[Path, ...]:
    """Fields of a running object that are not stated: they stay, and would be missing if it were recreated."""
    missing = _changes(as_stated(live), as_stated(stated), ())
    return tuple(path for path, in_stated, _ in missing if in_stated is None)


def effect_of(kind: str, path: Path, live: Any, stated: Any) -> Effect:
    """Effect of a change of a field of a kind."""
    dotted = ".".join(path)
    if re.fullmatch(_DATA.get(kind, r"(?!)"), dotted):
        grows = path[-1] == "storage" and live is not None and (quantity(stated) or 0) > (quantity(live) or 0)
        return "in place" if grows and kind == "PersistentVolumeClaim" else "data"
    if touches(dotted, _FIXED.get(kind, ())):
        return "re-created"
    if kind in _RESTARTING and path[:2] == ("spec", "template"):
        return "restarts"
    return "in place"


def quantity(value: Any) -> int | None:
    """A quantity of Kubernetes in thousandths; None for what is none."""
    try:
        return int(Cpu.parse(str(value)))
    except ValueError:
        return None


def _changes(wanted: Any, found: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    """The path, what is there and what is wanted, of each field that differs."""
    if is_fields(wanted) and is_fields(found):
        for name, value in wanted.items():
            yield from _changes(value, found.get(name), (*path, str(name)))
    elif is_list(wanted) and is_list(found):
        yield from _list_changes(list(wanted), list(found), path)
    elif not _same(wanted, found, path):
        yield path, found, wanted


def _stated_default(
    pattern: Path, default: Any, wanted: Any, found: Any, path: Path
) -> Iterator[tuple[Path, Any, Any]]:
    """A field that is stated with its default, where it is something else now: `replicas: 1` while seven run."""
    if not pattern:
        if wanted == default and found is not None:
            yield from _changes(wanted, found, path)
    elif pattern[0] == "*":
        there, stated = keyed(found, path[-1]), keyed(wanted, path[-1])
        if there is not None and stated is not None:
            for element in (each for each in stated if each in there):
                place = (*path, str(element[0]))
                yield from _stated_default(pattern[1:], default, stated[element], there[element], place)
    elif is_fields(wanted) and is_fields(found) and pattern[0] in wanted and pattern[0] in found:
        name = pattern[0]
        yield from _stated_default(pattern[1:], default, wanted[name], found[name], (*path, name))


def _list_changes(wanted: list[Any], found: list[Any], path: Path) -> Iterator[tuple[Path, Any, Any]]:
    stated, there = keyed(wanted, path[-1]) if path else None, keyed(found, path[-1]) if path else None
    if stated is None or there is None:
        if not is_same(wanted, found, path):
            yield path, found, wanted
        return
    for element, each in stated.items():
        yield from _changes(each, there.get(element), (*path, str(element[0])))


def is_reordered(stated: Any, live: Any, field: str = "") -> bool:
    """Whether elements of a list stand at other places than those that run. Applying that changes nothing, and shows
    as a change in every preview: the engine's provider compares lists by place."""
    if is_fields(stated) and is_fields(live):
        return any(is_reordered(each, live[name], name) for name, each in stated.items() if name in live)
    known, there = keyed(stated, field), keyed(live, field)
    if known is None or there is None:
        return False
    return any(one != other or is_reordered(known[one], there[other]) for one, other in zip(known, there, strict=False))


def is_same(wanted: Any, found: Any, path: Path) -> bool:
    """Whether two values are the same as a whole, however an amount is written."""
    if is_fields(wanted) and is_fields(found):
        return wanted.keys() == found.keys() and all(
            is_same(value, found[name], (*path, str(name))) for name, value in wanted.items()
        )
    if is_list(wanted) and is_list(found):
        return len(wanted) == len(found) and all(
            is_same(one, other, path) for one, other in zip(wanted, found, strict=True)
        )
    return _same(wanted, found, path)


def _same(wanted: Any, found: Any, path: Path) -> bool:
    """Whether two values are the same; one that a dump leaves out is not known, and no difference."""
    if wanted == found and isinstance(wanted, bool) == isinstance(found, bool):
        return True
    if wanted in ({}, [], None) and found in ({}, [], None):
        return True
    if isinstance(found, str) and REDACTED in found:
        return found == REDACTED or without_passwords(str(wanted), REDACTED) == found
    if _QUANTITIES.isdisjoint(path) and path[-1:] not in (("storage",), ("sizeLimit",)):
        return False
    one, other = quantity(wanted), quantity(found)
    return one is not None and one == other

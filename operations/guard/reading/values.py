"""Values of properties as a preview shows them: some are secret, some are known only after other steps."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from config.quantity import Memory
from plan.changes.effects import Change

SECRET = "[secret]"
SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which the engine marks a value that is more than JSON (sdk/go/common/resource, SigKey)."""
LATER = frozenset({"04da6b54-80e4-46f7-96ec-b56ff0331ba9", "output<string>"})
"""The engine's marks for a value that is only known after other steps."""

Properties = Mapping[str, Any]


def is_known(value: object) -> bool:
    """Whether a preview shows a value."""
    if isinstance(value, str):
        return value != SECRET and value not in LATER
    return not (isinstance(value, dict) and SIGNATURE in value)


def block(properties: Properties, name: str) -> Properties:
    """A nested block; an empty one where it is missing, or known only after other steps."""
    value = properties.get(name)
    return cast(Properties, value) if isinstance(value, dict) and SIGNATURE not in value else {}


def items(properties: Properties, name: str) -> list[Properties]:
    """The blocks of a list; an empty one where it is missing, or known only after other steps."""
    value = properties.get(name)
    found = cast(list[object], value) if isinstance(value, list) else []
    return [cast(Properties, each) for each in found if isinstance(each, dict)]


def values_at(value: object, path: str) -> Iterator[object]:
    """All values under a path without indices, those of lists one after the other."""
    if isinstance(value, list):
        for each in cast(list[object], value):
            yield from values_at(each, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and SIGNATURE not in value:
        fields = cast(Properties, value)
        head, _, rest = path.partition(".")
        if path in fields:
            yield from values_at(fields[path], "")
        elif head in fields:
            yield from values_at(fields[head], rest)
    elif not is_known(cast(object, value)):
        yield cast(object, value)


def leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    """All plain values below a path, by their paths without indices."""
    if isinstance(value, dict):
        for key, each in cast(Properties, value).items():
            yield from leaves(each, f"{path}.{key}")
    elif isinstance(value, list):
        for each in cast(list[object], value):
            yield from leaves(each, path)
    else:
        yield path, value


def differing_paths(before: object, after: object, path: str = "") -> Iterator[tuple[str, Change]]:
    """The fields in which two values differ, by their paths without indices. Nothing where one of them is not shown."""
    if not path and not (before and after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        old, new = cast(Properties, before), cast(Properties, after)
        for key in dict.fromkeys((*old, *new)):
            below = f"{path}.{key}" if path else key
            if not key.startswith("__"):
                yield from _differing(old.get(key), new.get(key), below)
    elif isinstance(before, list) and isinstance(after, list):
        old_items, new_items = cast(list[object], before), cast(list[object], after)
        for index in range(max(len(old_items), len(new_items))):
            yield from _differing(_item(old_items, index), _item(new_items, index), path)
    elif before != after:
        yield path, "changed"


def _differing(before: object, after: object, path: str) -> Iterator[tuple[str, Change]]:
    if before is None and after is None:
        return
    if before is None:
        yield path, "added"
    elif after is None:
        yield path, "removed"
    else:
        yield from differing_paths(before, after, path)


def _item(values: list[object], index: int) -> object:
    return values[index] if index < len(values) else None


def number(value: object) -> int | None:
    """A count or a size in bytes; None for anything else."""
    if isinstance(value, bool) or not is_known(value):
        return None
    try:
        return int(value) if isinstance(value, int | float) else int(Memory.parse(str(value)))
    except (ValueError, OverflowError):
        return None

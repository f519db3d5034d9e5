"""Fields of manifests, read whether they exist or not, and whatever they hold."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from config.source import Path, is_mapping, is_sequence

Fields = Mapping[str, Any]
"""An object, or a part of one."""


def value(of: Fields, *path: str) -> Any:
    """A field by its path; None where it, or something above it, is not there."""
    found: Any = of
    for key in path:
        if not isinstance(found, Mapping):
            return None
        found = cast(Fields, found).get(key)
    return found


def mapping(of: Fields, *path: str) -> Fields:
    """A field that has fields itself; empty where it is not there."""
    found = value(of, *path)
    return cast(Fields, found) if isinstance(found, Mapping) else {}


def entries(of: Fields, *path: str) -> list[Fields]:
    """A list of things with fields; empty where it is not there."""
    return [cast(Fields, each) for each in values(of, *path) if isinstance(each, Mapping)]


def values(of: Fields, *path: str) -> list[Any]:
    """A list of anything, which values of charts hold as a tuple; empty where it is not there."""
    found = value(of, *path)
    return cast(list[Any], found) if isinstance(found, list) else [*found] if isinstance(found, tuple) else []


def text(of: Fields, *path: str) -> str:
    """A field that holds text; empty where it is not there."""
    found = value(of, *path)
    return found if isinstance(found, str) else "" if found is None else str(found)


def number(of: Fields, *path: str, default: int = 0) -> int:
    """A whole number; `default` where it is not there."""
    found = value(of, *path)
    return found if isinstance(found, int) else default


def texts(of: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """All texts in something that was read or written, each with the path at which it stands."""
    if isinstance(of, str):
        yield path, of
    elif is_mapping(of):
        for key, each in of.items():
            yield from texts(each, (*path, key))
    elif is_sequence(of) or isinstance(of, list):
        for number, each in enumerate(cast(Sequence[Any], of)):
            yield from texts(each, (*path, number))


def switched_on(of: Any, path: Path, key: str) -> Iterator[tuple[Path, Any]]:
    """All values of a key in the values of a chart, those of parts that are switched off aside."""
    if is_mapping(of) and of.get("enabled") is not False:
        for name, each in of.items():
            if name == key:
                yield (*path, name), each
            else:
                yield from switched_on(each, (*path, name), key)
    elif is_sequence(of):
        for index, each in enumerate(of):
            yield from switched_on(each, (*path, index), key)

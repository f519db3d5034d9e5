"""An object as it is stated, with the values that run where those differ."""

from collections.abc import Collection, Iterable
from typing import Any

from operations.adopt.cluster.comparison import Difference, Path
from operations.adopt.cluster.objects import is_fields
from plan.model import Manifest
from plan.model.merging import keyed

_ABSENT = object()


def as_live(stated: Manifest, live: Manifest, found: Iterable[Difference]) -> Manifest:
    """The stated object, with the live value in place of each difference that was found.

    Compared with the stated object, it has these differences and no others.
    """
    return _as_live(stated, live, (), {each.path for each in found})


def _as_live(stated: Any, live: Any, path: Path, changed: Collection[Path]) -> Any:
    if path in changed or live is _ABSENT:
        return _ABSENT if live is None else live
    if is_fields(stated) and is_fields(live):
        kept = {name: _as_live(each, live.get(name, each), (*path, name), changed) for name, each in stated.items()}
        absent = {name for name in stated if (*path, name) in changed and name not in live}
        return {name: each for name, each in kept.items() if name not in absent}
    known, there = keyed(stated, path[-1]) if path else None, keyed(live, path[-1]) if path else None
    if known is not None and there is not None:
        return [
            _as_live(each, there[element], (*path, str(element[0])), changed)
            for element, each in known.items()
            if element in there
        ]
    return stated

"""Changes by hand: the engine does not read what the program leaves as it was, so no preview shows them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from config.quantity import Memory
from observation import Observation
from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import kind_of
from operations.guard.ownership import without_indices
from operations.guard.reading.stack import Stack
from operations.guard.reading.step import Step
from operations.guard.reading.values import block, is_known
from operations.guard.ways_out import WAYS_OUT
from plan.changes.object_rules import touches
from plan.wording import listed

BY_HAND = f"state it in the lab, or take it back: `{WAYS_OUT['changed by hand'].commands[0]}`"


def changed_by_hand(steps: Sequence[Step], stack: Stack, observation: Observation) -> Iterator[Consequence]:
    """Objects of the state that are not there, or say something else than the program states of them."""
    shown = {step.urn for step in steps}
    for urn, state in stack.resources.items():
        kind = kind_of(state.type)[1]
        metadata = block(state.inputs, "metadata")
        name, namespace = metadata.get("name"), metadata.get("namespace")
        if urn in shown or not state.type.startswith("kubernetes:") or not isinstance(name, str):
            continue
        target = "/".join(str(each) for each in (kind, namespace, name) if each)
        left = tuple(map(without_indices, state.ignore_changes))
        live = observation.get(kind, name, namespace if isinstance(namespace, str) else None)
        if live is None and observation.knows(kind):
            message = "It is missing: somebody deleted it, and this `up` does not recreate it."
            yield Consequence("DRIFT", "warning", target, (), message, BY_HAND)
        elif live is not None and (paths := tuple(_differing(state.inputs, live, "", left))):
            message = f"It was changed by hand, and this `up` leaves that: {listed(paths)}."
            yield Consequence("DRIFT", "warning", target, paths, message, BY_HAND)


def _differing(stated: object, live: object, path: str, left: tuple[str, ...]) -> Iterator[str]:
    """The fields of which something else runs than is stated. What is only in the live object is not looked at, nor
    what is `left` to something else."""
    if not is_known(stated) or path.startswith(("data", "stringData")) or touches(path, left):
        return
    if isinstance(stated, dict):
        there: Mapping[str, Any] = cast(Mapping[str, Any], live) if isinstance(live, dict) else {}
        for key, each in cast(Mapping[str, Any], stated).items():
            if not key.startswith("__") and each is not None:
                yield from _differing(each, there.get(key), f"{path}.{key}".removeprefix("."), left)
    elif isinstance(stated, list) and isinstance(live, list):
        yield from _items(cast(list[object], stated), cast(list[object], live), path, left)
    elif not _is_same(cast(object, stated), live):
        yield f"{path} {_shown(cast(object, stated))} -> {_shown(live)}"


def _items(stated: list[object], live: list[object], path: str, left: tuple[str, ...]) -> Iterator[str]:
    if len(stated) > len(live):
        yield f"{path}: {len(live)} of {len(stated)}"
        return
    for each, there in zip(stated, live, strict=False):
        yield from _differing(each, there, path, left)


def _is_same(stated: object, live: object) -> bool:
    """Equal, or the same quantity in another spelling; empty and missing are one."""
    if stated == live or (live is None and stated in ("", False, 0)) or stated == []:
        return True
    try:
        return Memory.parse(str(stated)) == Memory.parse(str(live))
    except ValueError:
        return False


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)

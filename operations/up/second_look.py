"""Whether a second preview would do what the first one was judged by."""

import hashlib
import json
from collections import defaultdict
from typing import Any, NamedTuple

from pydantic import BaseModel

from operations.guard.reading.preview import Preview
from operations.guard.reading.step import State, Step

NAME_LENGTH = 32
"""Hexadecimal digits of the name of steps."""


class Difference(NamedTuple):
    """A resource to which another thing would be done than was judged."""

    urn: str
    judged: tuple[str, ...]
    """The engine's operations that were judged; none where it would have stayed the same."""
    now: tuple[str, ...]
    """Steps of the second look. Where both are the same, what they do differs."""


def differences(judged: Preview, now: Preview) -> tuple[Difference, ...]:
    """The resources to which a second preview would do something else, in the order of the first one."""
    before, after = _by_urn(judged), _by_urn(now)
    return tuple(
        Difference(urn, tuple(op for op, *_ in before.get(urn, ())), tuple(op for op, *_ in after.get(urn, ())))
        for urn in dict.fromkeys((*before, *after))
        if before.get(urn, []) != after.get(urn, [])
    )


def name_of_steps(preview: Preview) -> str:
    """A short name for all that a preview would do, by which a later one is known to do the same. It holds no value of
    a secret, which previews do not show."""
    steps = {urn: sorted(_text(each) for each in done) for urn, done in _by_urn(preview).items()}
    return hashlib.sha256(_text(steps).encode()).hexdigest()[:NAME_LENGTH]


def _text(content: Any) -> str:
    return json.dumps(content, sort_keys=True, default=_fields)


def _fields(content: object) -> Any:
    return content.model_dump(mode="json") if isinstance(content, BaseModel) else str(content)


def _by_urn(preview: Preview) -> dict[str, list[tuple[Any, ...]]]:
    """Actions on each resource. The order of steps is that in which they end, which means nothing."""
    found: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for step in preview.steps:
        if step.op != "same":
            found[step.urn].append((step.op, *_what_is_done(step)))
    return dict(found)


def _what_is_done(step: Step) -> tuple[Any, ...]:
    reasons = tuple(sorted(step.diff_reasons or ())), tuple(sorted(step.replace_reasons or ()))
    return (_state(step.old_state), _state(step.new_state), step.detailed_diff or {}, *reasons)


def _state(state: State | None) -> tuple[Any, ...]:
    return (state.id, state.protect, state.retain_on_delete, state.inputs) if state else ()

"""Whether a second preview would do what the first one was judged by."""

from collections import defaultdict
from typing import Any, NamedTuple

from operations.guard.reading.preview import Preview
from operations.guard.reading.step import State, Step


class Difference(NamedTuple):
    """A resource to which another thing would be done than was judged."""

    urn: str
    judged: tuple[str, ...]
    """The engine's operations that were judged; none where it would have stayed the same."""
    now: tuple[str, ...]
    """Those of the second look. Where both are the same, what they do differs."""


def differences(judged: Preview, now: Preview) -> tuple[Difference, ...]:
    """The resources to which a second preview would do something else, in the order of the first one."""
    before, after = _by_urn(judged), _by_urn(now)
    return tuple(
        Difference(urn, tuple(op for op, *_ in before.get(urn, ())), tuple(op for op, *_ in after.get(urn, ())))
        for urn in dict.fromkeys((*before, *after))
        if before.get(urn, []) != after.get(urn, [])
    )


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

"""Consequences that a preview cannot show, read from an observation of the cluster."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from config.lab import Lab
from observation import Observation
from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import kind_of
from operations.guard.objects.hand_changes import changed_by_hand
from operations.guard.objects.kubectl_fields import dropped_fields
from operations.guard.objects.second_copies import second_copies
from operations.guard.reading.preview import Preview
from operations.guard.reading.stack import Stack
from operations.guard.reading.step import Step

Question = Literal["pending", "unchanged", "fields of kubectl", "copies", "kinds"]


LIVE = "--dump or --kubeconfig"


class Unasked(NamedTuple):
    """A question that was not asked."""

    question: Question
    """`pending`: whether the last `up` was cut off. `unchanged`: whether what stays the same still is what the program
    says. `fields of kubectl`: what else updates remove. `copies`: whether what is made exists or runs elsewhere.
    `kinds`: objects whose kind was not observed."""
    objects: int
    needs: tuple[str, ...]
    """The options that would answer it."""


def seen_live(
    steps: Sequence[Step], stack: Stack | None, observation: Observation, lab: Lab | None
) -> Iterator[Consequence]:
    """Consequences where the cluster differs from what the preview assumes."""
    yield from dropped_fields(steps, observation)
    yield from second_copies(steps, stack.resources.values() if stack else (), observation, lab)
    if stack:
        yield from changed_by_hand(steps, stack, observation)


def not_asked(
    preview: Preview, steps: Sequence[Step], stack: Stack | None, observation: Observation | None
) -> Iterator[Unasked]:
    """Questions that stay open."""
    lacking = tuple(option for option, given in ((LIVE, observation), ("--stack", stack)) if given is None)
    if stack is None:
        yield Unasked("pending", 0, ("--stack",))
    if lacking and preview.unchanged:
        yield Unasked("unchanged", preview.unchanged, lacking)
    updates = [step for step in steps if step.is_object and step.action == "update"]
    creates = [step for step in steps if step.is_object and step.action == "create"]
    if observation is None:
        if updates:
            yield Unasked("fields of kubectl", len(updates), (LIVE,))
        if creates:
            yield Unasked("copies", len(creates), (LIVE,))
        return
    unknown = [step for step in (*updates, *creates) if not observation.knows(kind_of(step.type)[1])]
    if unknown:
        yield Unasked("kinds", len(unknown), ())

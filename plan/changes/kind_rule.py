"""A rule about a kind of Kubernetes object: what goes with it, and which of its fields cannot be changed in place."""

from typing import NamedTuple

from plan.model import Severity

Kind = tuple[str, str]
"""API group, empty for the core's, and kind."""


class Loss(NamedTuple):
    """Loss that comes with an object that is deleted or replaced."""

    severity: Severity
    """An error where the object holds more than itself: applying the old program again does not bring that back."""
    sentence: str


class KindRule(NamedTuple):
    """Known effects of changes to a kind."""

    loss: Loss
    replaced_by: tuple[str, ...] = ()
    """Fields for which the provider deletes and recreates the object. In an update they are refused."""
    refused: tuple[str, ...] = ()
    """Fields that the API server refuses to change, and the provider tries to: the `up` ends half-way."""
    knows_updates: bool = True
    """Whether somebody has read what an update does."""


def holds(sentence: str) -> Loss:
    """The loss of something that holds more than itself."""
    return Loss("error", sentence)


def serves(sentence: str) -> Loss:
    """The loss of something that the old program makes again as it was."""
    return Loss("warning", sentence)

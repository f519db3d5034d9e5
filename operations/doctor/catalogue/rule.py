"""A rule of Kubernetes, or of a program that runs in it."""

from typing import NamedTuple


class Rule(NamedTuple):
    """The rule behind a finding."""

    title: str
    rule: str
    """How it works, in one sentence."""

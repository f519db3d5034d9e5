"""Reasons for which a pod is refused: values first, the words of the API server last."""

from typing import Literal, NamedTuple

from config.kubernetes import PodSecurityStandard
from plan.kubernetes.pod_security import refusal_words
from plan.kubernetes.pod_security.fields import Violation


class LimitBroken(NamedTuple):
    """A container, or a pod as a whole, is outside of what a LimitRange admits."""

    bound: Literal["minimum", "maximum", "ratio"]
    resource: str
    scope: str
    """`Container` or `Pod`."""
    container: str
    """Its name; empty for a pod."""
    admitted: int
    """In millicores, bytes or units; of a ratio in thousandths."""
    stated: int | None
    """None where nothing is stated."""
    of: Literal["request", "limit"]
    words: str
    """In full, as the API server says it."""

    def __str__(self) -> str:
        return self.words


class PolicyBroken(NamedTuple):
    """A policy of the lab refuses a pod."""

    policy: str
    containers: tuple[str, ...]
    """Containers that break it; empty where the pod as a whole does."""
    sentence: str

    def __str__(self) -> str:
        among = f"In {', '.join(self.containers)}: " if self.containers else ""
        return f"Policy {self.policy} failed: {among}{self.sentence}"


class StandardBroken(NamedTuple):
    """A pod breaks the Pod Security Standard of its namespace."""

    standard: PodSecurityStandard
    violations: tuple[Violation, ...]

    def __str__(self) -> str:
        return refusal_words(self.standard, self.violations)


class QuotaBroken(NamedTuple):
    """A quota has too little left, or wants something stated."""

    quota: str
    resources: tuple[str, ...]
    """Resources of which too little is left; empty where something is not stated."""
    words: str

    def __str__(self) -> str:
        return self.words


class Invalid(NamedTuple):
    """The object itself is refused, whatever the lab's rules are."""

    words: str

    def __str__(self) -> str:
        return self.words


Reason = LimitBroken | StandardBroken | PolicyBroken | QuotaBroken | Invalid

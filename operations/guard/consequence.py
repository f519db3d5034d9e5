"""A consequence of a step of an `up` for what runs."""

from typing import Literal, NamedTuple

from plan.changes.effects import Effect
from plan.model import Severity

FIND_OUT = "find out what it does, and allow it by name"
Verdict = Literal["damaging", "not known", "interrupting", "harmless"]


class Consequence(NamedTuple):
    """One effect on one machine or object."""

    effect: Effect
    severity: Severity
    """An error unless it is allowed by name."""
    target: str
    """The machine's name, or kind, namespace and name of an object."""
    causes: tuple[str, ...]
    """The properties that bring it about."""
    message: str
    """The effect, in a sentence."""
    fix: str
    """How to avoid it."""

    @property
    def name(self) -> str:
        """Its name for `--allow`: `REPLACE:k8s-node3`."""
        return f"{self.effect}:{self.target}"

    @property
    def verdict(self) -> Verdict:
        """Whether it does damage, or may, or is not known to."""
        if self.effect == "NOT-KNOWN":
            return "not known"
        if self.severity == "error":
            return "damaging"
        return "interrupting" if self.severity == "warning" else "harmless"


def not_known(target: str, causes: tuple[str, ...], message: str, fix: str = FIND_OUT) -> Consequence:
    """Something of which no rule says what it does."""
    return Consequence("NOT-KNOWN", "error", target, causes, message, fix)

"""What a step of an `up` does to what runs."""

from typing import NamedTuple

from plan.changes.provider_rules import Effect
from plan.model import Severity


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
    """What happens."""
    fix: str
    """How to avoid it."""

    @property
    def name(self) -> str:
        """What `--allow` takes: `REPLACE:k8s-node3`."""
        return f"{self.effect}:{self.target}"

"""Consequences for an object that the same `up` imports and would replace."""

from operations.guard.consequence import Consequence
from operations.guard.machines.consequences import MACHINE
from operations.guard.objects.consequences import target_of
from operations.guard.reading.step import Step


def import_replaced(step: Step) -> Consequence:
    """The engine warns, ends the preview with success, and refuses it in the `up`: nothing is replaced."""
    return Consequence(
        "FAIL",
        "error",
        step.name if step.type == MACHINE else target_of(step),
        ("import_", *step.replacing),
        "The engine does not replace what it imports in the same `up`: the `up` ends half-way, nothing replaced.",
        "state these fields as they are on what runs, or take `import_` back and import it by a file (`pulumi import "
        "--file FILE`)",
    )

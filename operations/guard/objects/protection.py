"""Resources that the engine protects or keeps no longer: nothing happens to them yet, and a preview shows no change."""

from collections.abc import Iterator, Sequence

from operations.guard.consequence import Consequence
from operations.guard.machines.consequences import MACHINE
from operations.guard.objects.consequences import target_of
from operations.guard.reading.step import Step

UNPROTECTED = "Nothing is lost now. From then on Pulumi deletes or replaces it without being told twice."
NOT_KEPT = "Nothing is lost now. When it leaves the program, it is deleted instead of forgotten."


def unprotected(steps: Sequence[Step]) -> Iterator[Consequence]:
    """Consequences of steps, unchanged resources among them, that take protection away."""
    for step in steps:
        old, new = step.old_state, step.new_state
        if old is None or new is None or step.op not in ("same", "update"):
            continue
        if old.protect and not new.protect:
            yield _taken(step, "protect", UNPROTECTED)
        if old.retain_on_delete and not new.retain_on_delete:
            yield _taken(step, "retainOnDelete", NOT_KEPT)


def _taken(step: Step, cause: str, message: str) -> Consequence:
    fix = "take the change back; to let it go on purpose, allow it by name"
    target = step.name if step.type == MACHINE else target_of(step)
    return Consequence("UNPROTECT", "error", target, (cause,), message, fix)

"""How far a preview came: where the `up` would stop, and what would be done by then."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from operations.guard.machines.consequences import MACHINE
from operations.guard.objects.consequences import target_of
from operations.guard.reading.preview import Diagnostic, Missing, Preview
from operations.guard.reading.step import Step
from operations.guard.ways_out import WAYS_OUT, Interrupted, Trouble, commands
from plan.wording import printable

REPEATED = ("preview failed", "update failed")
"""Lines that the engine prints after every error, in addition to its reason."""
THE_PROGRAM = "the program"


class Stop(NamedTuple):
    """Where the `up` stops."""

    target: str
    """The machine or object, or the program."""
    protected: bool
    why: str
    """The engine's error; empty of what is protected."""
    commands: tuple[str, ...]
    """Commands after which it can go on, where they are known."""
    afterwards: str
    """The situation after them."""


class Ending(NamedTuple):
    """How far a preview came."""

    stops: tuple[Stop, ...]
    missing: tuple[Missing, ...]
    """Steps that it counts and does not show."""
    creates: int
    updates: int
    deletes: int
    """Steps of an `up` without a preview before it stops: protected resources are refused last of all."""
    unchanged: int
    """Resources that the engine reports as the same, without reading them."""

    @property
    def is_whole(self) -> bool:
        """Whether everything was shown that the `up` would do."""
        return not self.stops and not self.missing


def ending_of(preview: Preview, steps: Sequence[Step]) -> Ending:
    """How far it came. `steps` are those that do something."""
    protected = [step for step in steps if _is_protected(step)]
    stopped = {step.urn for step in protected}
    failed = stopped | {each.urn for each in preview.errors}
    done = [step for step in steps if step.urn not in failed and not step.type.startswith("homelab:")]
    refreshed = any(step.op == "refresh" for step in preview.steps)
    return Ending(
        (*_protected(protected), *_errors(preview.errors, stopped, refreshed)),
        preview.missing,
        sum(step.action == "create" for step in done),
        sum(step.action == "update" for step in done),
        sum(step.action in ("delete", "replace") for step in done),
        preview.unchanged,
    )


def _is_protected(step: Step) -> bool:
    """Importing something in place of itself passes a protection."""
    is_lost = step.action in ("delete", "replace") and not step.is_import_in_place
    return is_lost and step.old_state is not None and step.old_state.protect


def _protected(steps: Sequence[Step]) -> Iterator[Stop]:
    for step in steps:
        target = step.name if step.type == MACHINE else target_of(step)
        yield Stop(
            printable(target),
            True,
            "",
            commands("protected", Interrupted.of_urn(step.urn, "")),
            WAYS_OUT["protected"].afterwards,
        )


def _errors(errors: Sequence[Diagnostic], stopped: set[str], refreshed: bool) -> Iterator[Stop]:
    others = [each for each in errors if each.urn not in stopped]
    telling = [each for each in others if each.urn or each.reason not in REPEATED]
    for each in dict.fromkeys(telling if telling or stopped else others):
        trouble: Trouble | None = "field conflict" if refreshed else None
        named = Interrupted.of_urn(each.urn, "")
        target = f"{named.type.rpartition(':')[2]}/{named.name}" if each.urn else THE_PROGRAM
        way = commands(trouble, named) if trouble else ()
        yield Stop(
            printable(target), False, printable(each.reason), way, WAYS_OUT[trouble].afterwards if trouble else ""
        )

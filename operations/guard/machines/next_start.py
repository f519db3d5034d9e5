"""Values of a machine that do nothing now: devices missing after its next restart, and its start after a power cut."""

from collections.abc import Iterator, Mapping
from typing import Any

from operations.guard.consequence import Consequence
from operations.guard.machines.machine_values import after, before, is_template
from operations.guard.reading.step import Step
from operations.guard.reading.values import items
from plan.wording import listed

LATER = {
    "onBoot": (False, "It no longer starts with its host, for instance after a power cut."),
    "deleteUnreferencedDisksOnDestroy": (True, "When it is deleted, disks go with it that the program does not list."),
}
"""Values that do nothing now, and their effect later."""
DEVICES = ("hostpcis", "usbs")


def _devices(machine: Mapping[str, Any]) -> set[str]:
    """The devices of its host that a machine has, by mapping or address."""
    found = (
        each.get("mapping") or each.get("id") or each.get("host") for name in DEVICES for each in items(machine, name)
    )
    return {str(each) for each in found if each}


def at_next_start(step: Step) -> Iterator[Consequence]:
    """Consequences of new values that do nothing while the machine runs."""
    if step.old_state is None or is_template(step):
        return
    gone = _devices(before(step)) - _devices(after(step)) if step.changes else set[str]()
    if gone:
        message = f"After its next restart it no longer has {listed(sorted(gone))}: pods that need it find none."
        yield Consequence("STOP", "error", step.name, DEVICES, message, "take the change back")
    for argument, (value, message) in LATER.items():
        if before(step).get(argument) is not value and after(step).get(argument) is value:
            yield Consequence("UPDATE", "warning", step.name, (argument,), message, "take the change back")

"""Machines that cannot be made, because another one has their VMID."""

from collections.abc import Iterator, Sequence

from operations.guard.consequence import Consequence
from operations.guard.machines import MACHINE
from operations.guard.stack import Stack
from operations.guard.step import State, Step


def clashes(steps: Sequence[Step], stack: Stack | None) -> Iterator[Consequence]:
    """Resources that an `up` cannot make: it ends half-way."""
    known = [step.old_state for step in steps if step.type == MACHINE and step.old_state]
    if stack:
        known += [each for each in stack.resources.values() if each.type == MACHINE]
    taken = {_vmid(each): each.urn.split("::", maxsplit=3)[-1] for each in known if _vmid(each)}
    for step in steps:
        if step.type != MACHINE or step.action != "create" or step.new_state is None:
            continue
        vmid = _vmid(step.new_state)
        owner = taken.get(vmid)
        if vmid and owner is not None:
            message = f"VMID {vmid} is that of {owner}, which runs on: Proxmox refuses to make another machine with it."
            fix = "give it another VMID; a machine that is renamed keeps its old name in the lab"
            yield Consequence("FAIL", "error", step.name, ("vm_id",), message, fix)


def _vmid(state: State) -> int:
    value = (state.outputs or state.inputs).get("vmId")
    return value if isinstance(value, int) and not isinstance(value, bool) else 0

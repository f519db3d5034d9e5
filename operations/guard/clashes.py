"""Machines and objects that cannot be made, because another one has their VMID or their name."""

from collections.abc import Iterator, Sequence

from operations.guard.consequence import Consequence
from operations.guard.machines.consequences import MACHINE
from operations.guard.objects.consequences import target_of
from operations.guard.reading.stack import Stack
from operations.guard.reading.step import State, Step

SAME_OBJECT = (
    "It is made under another name of the program while {old} is still there: the API server refuses it, and the `up` "
    "ends half-way; what is deleted then is the same object."
)


def made_twice(steps: Sequence[Step]) -> Iterator[Consequence]:
    """Objects that are made and deleted in one `up`, under two names of the program or below two components."""
    going = {target_of(step): step for step in steps if step.is_object and step.action == "delete"}
    for step in steps:
        old = going.get(target_of(step)) if step.is_object and step.action == "create" else None
        if old is not None and old.type.rpartition(":")[2] == step.type.rpartition(":")[2]:
            message = SAME_OBJECT.format(old="the one that it replaces" if old.name == step.name else old.name)
            fix = f"give the new one the alias of the old one: `pulumi.Alias(...)` with {old.urn}"
            yield Consequence("FAIL", "error", target_of(step), (), message, fix)


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

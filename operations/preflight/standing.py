"""Which of the plan's machines exist already, and what an `up` would add."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from operations.preflight.answers import Guest
from plan.capacity.host_memory import overhead
from plan.model import MachineTemplate, Plan, VirtualMachine

Guests = Mapping[int, Guest]


def is_ours(guest: Guest, machine: VirtualMachine) -> bool:
    """Whether an earlier `up` made it, going by its name, its host and the tags that every machine gets."""
    tags = set(guest.tags.replace(",", ";").split(";"))
    return _is_called(guest, machine) and tags >= set(machine.properties.get("tags", ()))


def is_moved(guest: Guest, machine: VirtualMachine) -> bool:
    """Whether an earlier `up` made it, and somebody moved it to another host since."""
    return guest.node != machine.host and is_ours(guest.model_copy(update={"node": machine.host}), machine)


def is_half_made(guest: Guest, machine: VirtualMachine) -> bool:
    """Whether it looks like a clone that an `up` asked for and never set up: the name comes first, then the tags."""
    return _is_called(guest, machine) and not guest.tags and not guest.runs


def _is_called(guest: Guest, machine: VirtualMachine) -> bool:
    return guest.type == "qemu" and not guest.template and (guest.name, guest.node) == (machine.name, machine.host)


def is_our_template(guest: Guest, template: MachineTemplate) -> bool:
    """Whether an earlier `up` made the template."""
    expected = (template.properties.get("name", template.name), template.properties["node_name"])
    return guest.template and (guest.name, guest.node) == expected


def to_create(plan: Plan, guests: Guests) -> tuple[VirtualMachine, ...]:
    """The machines that are neither adopted nor there."""
    return tuple(
        machine
        for machine in plan.machines
        if not machine.adopted and not (machine.vmid in guests and is_ours(guests[machine.vmid], machine))
    )


def templates_to_create(plan: Plan, guests: Guests) -> tuple[MachineTemplate, ...]:
    """The templates that are not there."""
    return tuple(
        template
        for template in plan.templates
        if not (
            template.properties["vm_id"] in guests and is_our_template(guests[template.properties["vm_id"]], template)
        )
    )


def memory_to_add(plan: Plan, host: str, guests: Guests) -> dict[str, int]:
    """By machine the bytes, overhead included, that an `up` takes of a host: new ones, started ones, grown ones.

    A machine that is adopted and stopped stays stopped.
    """
    new = {machine.name for machine in to_create(plan, guests)}
    added: dict[str, int] = {}
    for machine in plan.machines:
        guest = guests.get(machine.vmid)
        runs = guest is not None and guest.runs and machine.name not in new
        if machine.host != host or (machine.adopted and not runs):
            continue
        whole = machine.memory + overhead(machine.memory)
        present = guest.maxmem + overhead(guest.maxmem) if guest is not None and runs else 0
        if whole > present:
            added[machine.name] = whole - present
    return added


def disks_to_add(plan: Plan, host: str, guests: Guests) -> Counter[str]:
    """By storage the bytes of the disks that an `up` creates on a host."""
    added: Counter[str] = Counter()
    properties: list[Mapping[str, Any]] = [
        *(machine.properties for machine in to_create(plan, guests)),
        *(template.properties for template in templates_to_create(plan, guests)),
    ]
    for each in properties:
        if each["node_name"] == host:
            for disk in each.get("disks", ()):
                added[disk["datastore_id"]] += disk.get("size", 0) << 30
    return added

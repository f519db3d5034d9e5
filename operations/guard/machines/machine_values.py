"""Effects that depend on the values of a machine's arguments."""

from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from operations.guard.reading.step import Step
from operations.guard.reading.values import block, is_known, items

PROVIDER_HOTPLUG = "network,disk,usb"
"""Devices that Proxmox can hot-plug unless the machine's configuration says otherwise."""


def before(step: Step) -> Mapping[str, Any]:
    """The machine as it is, as far as the state knows it."""
    return step.old_state.outputs or step.old_state.inputs if step.old_state else {}


def after(step: Step) -> Mapping[str, Any]:
    """The machine as the program states it."""
    return step.new_state.inputs if step.new_state else {}


def shows(step: Step, argument: str) -> bool:
    """Whether the values of an argument are shown, before and after."""
    name = to_camel(argument)
    return name in step.before and name in step.after and is_known(step.before[name]) and is_known(step.after[name])


def is_template(step: Step) -> bool:
    """A template before and after: it never runs."""
    return before(step).get("template") is True and after(step).get("template") is True


def disks(properties: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Its disks, by the interface that each is at."""
    return {str(disk["interface"]): disk for disk in items(properties, "disks") if "interface" in disk}


def missing(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Any]) -> list[str]:
    """The disks that are not listed any more, with their volumes."""
    gone = (disk for name, disk in old.items() if name not in new)
    return [f"{disk['interface']} ({disk.get('pathInDatastore') or 'no volume'})" for disk in gone]


def shrinking(step: Step) -> list[tuple[str, int, int]]:
    """The disks that would become smaller, with the sizes in GiB."""
    old, new = disks(before(step)), disks(after(step))
    sizes = [(name, _number(old[name].get("size")), _number(new[name].get("size"))) for name in old if name in new]
    return [(name, was, becomes) for name, was, becomes in sizes if 0 < becomes < was]


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def is_started(step: Step) -> bool:
    """Whether it is started afterwards for certain; where nothing is stated, the provider starts it."""
    new = after(step)
    stated = new.get("started")
    return stated is True or (stated is None and bool(new) and _leaves_it_to_the_provider(step))


def _leaves_it_to_the_provider(step: Step) -> bool:
    """Whether the program says nothing of it on purpose: a preview that tells another value and shows none hides it."""
    told = {change for path, change in step.changes if path == "started"}
    return told == {"removed"} or any(path == "template" for path, _ in step.changes)


FILTER = "firewall"
CARD = ("bridge", "disconnected", "enabled", FILTER, "macAddress", "model", "trunks", "vlanId")
"""Fields that decide which network a card is in, and what passes."""
DEFAULTS = {
    "enabled": True,
    "disconnected": False,
    FILTER: False,
    "vlanId": 0,
    "trunks": "",
    "model": "virtio",
    "bridge": "vmbr0",
}


def keeps_its_cards(step: Step) -> bool:
    """Whether every network card is in the network that it was in, and none begins to be filtered; False where the
    values are not shown."""
    old, new = ([_card(card) for card in items(each, "networkDevices")] for each in (before(step), after(step)))
    if not old or not all(isinstance(each, dict) for each in after(step).get("networkDevices") or ()):
        return False
    return len(new) >= len(old) and all(_is_same_card(*pair) for pair in zip(old, new, strict=False))


def filters_nothing(step: Step) -> bool:
    """Whether no card is filtered afterwards."""
    cards = items(after(step), "networkDevices")
    return bool(cards) and all(card.get("firewall", False) is False for card in cards)


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    return {field: DEFAULTS.get(field) if card.get(field) is None else card[field] for field in CARD}


def _is_same_card(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """An address that is not stated is kept, and a filter that ends lets through what passed before."""
    free = {"macAddress": None, FILTER: False}
    return all(old[field] == new[field] or (field in free and new[field] is free[field]) for field in CARD)


def hotplugged(argument: str, step: Step, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether the machine takes the change while it runs: more memory, or another number of hot-plugged CPUs."""
    plugs = str(new.get("hotplug") or old.get("hotplug") or PROVIDER_HOTPLUG).split(",")
    paths = {path for path, _ in step.changes if path.split(".")[0] == argument}
    if argument == "cpu":
        return "cpu" in plugs and paths == {"cpu.hotplugged"}
    sizes = {f"memory.{each}" for each in ("dedicated", "floating", "shared")}
    if argument != "memory" or "memory" not in plugs or not paths <= sizes:
        return False
    less, more = block(old, "memory"), block(new, "memory")
    names = [path.split(".")[1] for path in paths]
    return all(_number(more.get(name)) > _number(less.get(name)) for name in names)

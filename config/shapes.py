"""Completes the machines that say `shape` before they are validated: all that follows sees whole machines.

A shape is written like the first of its machines. Machine number N, by the number at the end of its name, is what the
shape says, with N - 1 added to VMID, addresses and start order. What the machine states itself goes before.
"""

import re
from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any

from config.document import Completed
from config.machine import MAX_VMID
from config.model import shown
from config.source import Path, Places, Problem, is_mapping

_COUNTED_ADDRESSES = {"address": IPv4Address, "ipv6": IPv6Address}


def complete_machines(said: Any, shapes: Mapping[str, Mapping[str, Any]], places: Places) -> Completed:
    """Content of `machines.yaml`, completed from valid shapes; notes in `places` where each value is written."""
    if not is_mapping(said):
        return Completed(said)
    entries = dict(said)
    unfinished: list[Path] = []
    problems: list[Problem] = []
    owners: dict[tuple[str, int | None], Path] = {}
    for name, entry in said.items():
        path: Path = ("machines", name)
        shape = entry.get("shape") if is_mapping(entry) else None
        if shape is None:
            continue
        if not isinstance(shape, str) or shape not in shapes:
            unfinished.append(path)
            continue
        counted = [part for part in _counted(shapes[shape]) if part[0] not in entry]
        number = _number(name)
        refusal = _refusal(shapes[shape], name, number, owners.get((shape, number)), places) if counted else None
        if refusal:
            at = (*path, "shape")
            places.counted[at] = ("shapes", shape)
            problems.append(Problem(places.by_path[at], at, refusal))
            unfinished.append(path)
        elif counted:
            owners[shape, number] = path
        whole = numbered(shapes[shape], number if number and counted and not refusal else 1)
        inherited = whole.keys() - entry.keys() - {part[0] for part in counted if refusal}
        places.shared.update({(*path, key): ("shapes", shape, key) for key in inherited})
        places.counted.update({(*path, *part): ("shapes", shape, *part) for part in counted})
        entries[name] = {key: whole[key] for key in inherited} | entry
    return Completed(entries, unfinished, problems)


def numbered(shape: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Keys of a machine of a valid shape that has this number and nothing of its own."""
    steps = number - 1
    return {
        **shape,
        "vmid": shape["vmid"] + steps,
        "interfaces": tuple(_interface(interface, steps) for interface in shape["interfaces"]),
        "start": {**shape["start"], "order": shape["start"]["order"] + steps},
    }


def _interface(interface: Mapping[str, Any], steps: int) -> Mapping[str, Any]:
    counted = {
        key: str(of_family(interface[key]) + steps)
        for key, of_family in _COUNTED_ADDRESSES.items()
        if interface.get(key) is not None
    }
    return {**interface, **counted}


def _counted(shape: Mapping[str, Any]) -> Iterator[Path]:
    """Where a shape states what `numbered` counts up."""
    yield ("vmid",)
    yield ("start", "order")
    for index, interface in enumerate(shape["interfaces"]):
        yield from (("interfaces", index, key) for key in _COUNTED_ADDRESSES if interface.get(key) is not None)


def _number(name: str) -> int | None:
    """The number at the end of a name, unless it is 0 or has more than nine digits."""
    found = re.search(r"(?<![0-9])0*([1-9][0-9]{0,8})$", name)
    return int(found[1]) if found else None


def _refusal(shape: Mapping[str, Any], name: str, number: int | None, owner: Path | None, places: Places) -> str | None:
    """Why a machine cannot be counted; None if it can."""
    if number is None:
        return f"the name {shown(name)} does not end with a number from 1 to 999999999"
    if owner is not None:
        return f"number {number} is taken by {places.pointer(owner)}"
    if shape["vmid"] + number - 1 > MAX_VMID:
        return f"number {number} leads beyond the last VMID, {MAX_VMID}"
    try:
        numbered(shape, number)
    except AddressValueError:
        return f"number {number} leads beyond the last address"
    return None

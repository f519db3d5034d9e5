"""Data that is the same on all nodes: version, resources, pools, mappings of devices, access."""

from collections.abc import Mapping
from typing import Any

from rehearsal.proxmox import access
from rehearsal.proxmox.answers import Refusal, invalid
from rehearsal.proxmox.call import Call, Route
from rehearsal.proxmox.power import summary
from rehearsal.proxmox.state import PciMapping, Pool, UsbMapping

FIRST_VMID = 100
RENAMED = {"cpus": "maxcpu"}
"""Names in the list of resources that differ from those in the list of a node's machines."""
MAPPING_PRIVILEGES = ("Mapping.Modify", "Mapping.Use", "Mapping.Audit")


def version(call: Call) -> dict[str, str]:
    return {"version": call.state.version, "release": call.state.release, "repoid": "0123456789abcdef"}


def resources(call: Call) -> list[dict[str, Any]]:
    kind = call.parameters.get("type")
    found: list[dict[str, Any]] = []
    if kind in (None, "vm"):
        pool_of = {vmid: name for name, pool in call.state.pools.items() for vmid in pool.machines}
        for vmid, machine in sorted(call.state.machines.items()):
            if call.user.may(f"/vms/{vmid}", "VM.Audit"):
                pool = {"pool": pool_of[vmid]} if vmid in pool_of else {}
                about = {"id": f"qemu/{vmid}", "type": "qemu", "node": machine.node, "template": 0}
                known = summary(call, vmid, machine)
                found.append(about | {RENAMED.get(key, key): value for key, value in known.items()} | pool)
    if kind in (None, "node"):
        found += [{"id": f"node/{name}", "type": "node", "node": name, "status": "online"} for name in call.state.hosts]
    if kind in (None, "storage"):
        for name, storage in call.state.storages.items():
            for node in storage.nodes or call.state.hosts:
                about = {"id": f"storage/{node}/{name}", "type": "storage", "node": node, "storage": name}
                found.append(about | {"status": "available", "disk": storage.used, "maxdisk": storage.total})
    return found


def next_id(call: Call) -> str:
    wanted = call.parameters.get("vmid")
    if wanted is not None:
        if int(wanted) in call.state.machines:
            raise invalid(vmid=f"VM {wanted} already exists")
        return wanted
    free = FIRST_VMID
    while free in call.state.machines:
        free += 1
    return str(free)


def mappings(call: Call, bus: str) -> list[dict[str, Any]]:
    return [
        {"id": name, "type": bus} | _mapping(mapping)
        for name, mapping in _known(call, bus).items()
        if call.user.may(f"/mapping/{bus}/{name}", *MAPPING_PRIVILEGES)
    ]


def mapping(call: Call, bus: str, name: str) -> dict[str, Any]:
    call.user.need_any(f"/mapping/{bus}/{name}", *MAPPING_PRIVILEGES)
    known = _known(call, bus)
    if name not in known:
        raise Refusal(f"mapping '{name}' not found")
    return _mapping(known[name]) | {"digest": "0" * 40}


def add_mapping(call: Call, bus: str) -> None:
    call.user.need(f"/mapping/{bus}", "Mapping.Modify")
    name = call.required("id")
    if name in _known(call, bus):
        raise Refusal(f"create {bus.upper()} mapping failed: {bus} ID '{name}' already defined")
    call.required("map")
    places, description = list(call.lists["map"]), call.parameters.get("description", "")
    if bus == "pci":
        call.state.pci_mappings[name] = PciMapping(map=places, description=description)
    else:
        call.state.usb_mappings[name] = UsbMapping(map=places, description=description)


def change_mapping(call: Call, bus: str, name: str) -> None:
    call.user.need(f"/mapping/{bus}/{name}", "Mapping.Modify")
    known = _known(call, bus)
    if name not in known:
        raise Refusal(f"update {bus.upper()} mapping failed: {bus} ID '{name}' does not exist")
    changed = known[name]
    if "map" in call.lists:
        changed.map = list(call.lists["map"])
    if "description" in call.parameters.get("delete", "").split(","):
        changed.description = ""
    changed.description = call.parameters.get("description", changed.description)


def remove_mapping(call: Call, bus: str, name: str) -> None:
    call.user.need(f"/mapping/{bus}", "Mapping.Modify")
    if bus == "pci":
        call.state.pci_mappings.pop(name, None)
    else:
        call.state.usb_mappings.pop(name, None)


def _known(call: Call, bus: str) -> Mapping[str, PciMapping | UsbMapping]:
    match bus:
        case "pci":
            return call.state.pci_mappings
        case "usb":
            return call.state.usb_mappings
        case _:
            raise Refusal(f"there are no mappings of {bus}")


def pools(call: Call) -> list[dict[str, Any]]:
    wanted = call.parameters.get("poolid")
    if wanted is None:
        visible = (name for name in call.state.pools if call.user.may(f"/pool/{name}", "Pool.Audit"))
        return [_pool(name, call.state.pools[name]) for name in visible]
    pool = _existing_pool(call, wanted)
    call.user.need(f"/pool/{wanted}", "Pool.Audit")
    members: list[dict[str, Any]] = [
        {"id": f"qemu/{vmid}", "type": "qemu", "vmid": vmid, "node": call.state.machines[vmid].node}
        for vmid in pool.machines
    ]
    members += [{"id": f"storage/{name}", "type": "storage", "storage": name} for name in pool.storages]
    return [_pool(wanted, pool) | {"members": members}]


def pool(call: Call, name: str) -> dict[str, Any]:
    found = _existing_pool(call, name)
    members = [{"id": f"qemu/{vmid}", "type": "qemu", "vmid": vmid} for vmid in found.machines]
    return _pool(name, found) | {"members": members}


def add_pool(call: Call) -> None:
    name = call.required("poolid")
    call.user.need(f"/pool/{name}", "Pool.Allocate")
    if name in call.state.pools:
        raise Refusal(f"create pool failed: pool '{name}' already exists")
    call.state.pools[name] = Pool(comment=call.parameters.get("comment", ""))


def change_pool(call: Call) -> None:
    name = call.required("poolid")
    call.user.need(f"/pool/{name}", "Pool.Allocate")
    pool = _existing_pool(call, name)
    pool.comment = call.parameters.get("comment", pool.comment)
    removing = call.parameters.get("delete") == "1"
    for vmid in map(int, filter(None, call.parameters.get("vms", "").split(","))):
        if removing == (vmid not in pool.machines):
            word = "not" if removing else "already"
            raise Refusal(f"update pools failed: VM {vmid} is {word} a pool member")
        (pool.machines.remove if removing else pool.machines.append)(vmid)


def remove_pool(call: Call) -> None:
    name = call.required("poolid")
    call.user.need(f"/pool/{name}", "Pool.Allocate")
    pool = _existing_pool(call, name)
    if pool.machines:
        raise Refusal(f"delete pool failed: pool '{name}' is not empty (contains VM {pool.machines[0]})")
    del call.state.pools[name]


def permissions(call: Call) -> dict[str, dict[str, int]]:
    path = call.parameters.get("path")
    if path is not None:
        return {path: dict.fromkeys(call.user.at(path), 1)}
    return access.permissions(call.user)


def _existing_pool(call: Call, name: str) -> Pool:
    if name not in call.state.pools:
        raise Refusal(f"pool '{name}' does not exist")
    return call.state.pools[name]


def _pool(name: str, pool: Pool) -> dict[str, Any]:
    return {"poolid": name, "comment": pool.comment} if pool.comment else {"poolid": name}


def _mapping(mapped: PciMapping | UsbMapping) -> dict[str, Any]:
    return {"map": list(mapped.map)} | ({"description": mapped.description} if mapped.description else {})


ROUTES: tuple[Route, ...] = (
    ("GET", "version", version),
    ("GET", "cluster/resources", resources),
    ("GET", "cluster/nextid", next_id),
    ("GET", "cluster/mapping/<bus>", mappings),
    ("POST", "cluster/mapping/<bus>", add_mapping),
    ("GET", "cluster/mapping/<bus>/<name>", mapping),
    ("PUT", "cluster/mapping/<bus>/<name>", change_mapping),
    ("DELETE", "cluster/mapping/<bus>/<name>", remove_mapping),
    ("GET", "pools", pools),
    ("POST", "pools", add_pool),
    ("PUT", "pools", change_pool),
    ("DELETE", "pools", remove_pool),
    ("GET", "pools/<name>", pool),
    ("GET", "access/permissions", permissions),
)

"""Answers of the nodes about themselves: hardware, clock, network."""

import time
from typing import Any

from rehearsal.proxmox.answers import invalid
from rehearsal.proxmox.call import Call, Route

INTERFACE_FIELDS = (
    "type",
    "autostart",
    "cidr",
    "gateway",
    "comments",
    "mtu",
    "bridge_ports",
    "bridge_vlan_aware",
    "bridge_vids",
    "vlan-id",
    "vlan-raw-device",
)


def nodes(call: Call) -> list[dict[str, Any]]:
    return [
        {
            "node": name,
            "id": f"node/{name}",
            "type": "node",
            "status": "online",
            "level": "",
            "cpu": 0.05,
            "maxcpu": host.threads,
            "mem": host.memory_used,
            "maxmem": host.memory,
            "uptime": 86400,
        }
        for name, host in call.state.hosts.items()
    ]


def status(call: Call, node: str) -> dict[str, Any]:
    call.user.need(f"/nodes/{node}", "Sys.Audit")
    host = call.host(node)
    free = host.memory - host.memory_used
    return {
        "pveversion": f"pve-manager/{call.state.version}/rehearsal",
        "uptime": 86400,
        "loadavg": ["0.50", "0.40", "0.30"],
        "kversion": "Linux 6.17.2-1-pve",
        "current-kernel": {"sysname": "Linux", "release": "6.17.2-1-pve", "version": "#1 SMP", "machine": "x86_64"},
        "boot-info": {"mode": "efi", "secureboot": 0},
        "cpu": 0.05,
        "wait": 0.0,
        "idle": 0,
        "cpuinfo": {
            "cpus": host.threads,
            "cores": host.cores,
            "sockets": host.sockets,
            "model": host.cpu_model,
            "mhz": "2400.000",
            "hvm": "1",
            "user_hz": 100,
            "flags": "vmx",
        },
        "memory": {"total": host.memory, "used": host.memory_used, "free": free, "available": free},
        "ksm": {"shared": host.ksm_shared},
        "swap": {"total": 0, "used": 0, "free": 0},
        "rootfs": {"total": 94 << 30, "used": 8 << 30, "free": 86 << 30, "avail": 86 << 30},
    }


def clock(call: Call, node: str) -> dict[str, Any]:
    call.user.need(f"/nodes/{node}", "Sys.Audit")
    now = int(time.time()) + call.host(node).clock_offset
    return {"timezone": "UTC", "time": now, "localtime": now}


def thin_pools(call: Call, node: str) -> list[dict[str, Any]]:
    call.user.need("/", "Sys.Audit")
    return call.host(node).thin_pools


def pci_devices(call: Call, node: str) -> list[dict[str, Any]]:
    call.user.need_any("/", "Sys.Audit", "Sys.Modify")
    return call.host(node).pci_devices


def interfaces(call: Call, node: str) -> list[dict[str, Any]]:
    found = call.host(node).interfaces

    def visible(name: str) -> bool:
        return found[name]["type"] != "bridge" or call.user.may(
            f"/sdn/zones/localnetwork/{name}", "SDN.Audit", "SDN.Use"
        )

    return [{"iface": name} | each for name, each in found.items() if visible(name)]


def interface(call: Call, node: str, name: str) -> dict[str, Any]:
    call.user.need(f"/nodes/{node}", "Sys.Audit")
    return _interface(call, node, name)


def add_interface(call: Call, node: str) -> None:
    call.user.need(f"/nodes/{node}", "Sys.Modify")
    name, found = call.required("iface"), call.host(node).interfaces
    if name in found:
        raise invalid(iface="interface already exists")
    found[name] = _settings(call, name)


def change_interface(call: Call, node: str, name: str) -> None:
    call.user.need(f"/nodes/{node}", "Sys.Modify")
    kept = _interface(call, node, name)
    gone = call.parameters.get("delete", "").split(",")
    found = {key: value for key, value in kept.items() if key not in gone}
    call.host(node).interfaces[name] = found | _settings(call, name)


def remove_interface(call: Call, node: str, name: str) -> None:
    call.user.need(f"/nodes/{node}", "Sys.Modify")
    _interface(call, node, name)
    del call.host(node).interfaces[name]


def reload(call: Call, node: str) -> str:
    """Applies the changes; here they are applied already."""
    call.user.need(f"/nodes/{node}", "Sys.Modify")
    call.host(node)
    return call.start(node, "srvreload", "networking", lambda: None)


def task_status(call: Call, node: str, upid: str) -> dict[str, Any]:
    call.host(node)
    return call.tasks.status(upid)


def task_log(call: Call, node: str, upid: str) -> list[dict[str, Any]]:
    call.host(node)
    return call.tasks.log(upid)


def _interface(call: Call, node: str, name: str) -> dict[str, Any]:
    found = call.host(node).interfaces
    if name not in found:
        raise invalid(iface="interface does not exist")
    return found[name]


def _settings(call: Call, name: str) -> dict[str, Any]:
    """An interface as it is listed: booleans are numbers, other numbers strings, comments end in a line feed."""
    given = call.parameters
    settings: dict[str, Any] = {key: given[key] for key in INTERFACE_FIELDS if key in given}
    if "type" not in settings:
        raise invalid(type="property is missing and it is not optional")
    for flag in ("autostart", "bridge_vlan_aware"):
        if flag in settings:
            settings[flag] = int(settings[flag])
    if "comments" in settings:
        settings["comments"] = settings["comments"].rstrip("\n") + "\n"
    if settings["type"] == "bridge":
        settings.setdefault("bridge_ports", "")
        if settings.get("bridge_vlan_aware"):
            settings.setdefault("bridge_vids", "2-4094")
    if settings["type"] == "vlan" and "." in name:
        device, _, number = name.partition(".")
        settings |= {"vlan-raw-device": device, "vlan-id": number}
    if "cidr" in settings:
        settings["address"], _, settings["netmask"] = settings["cidr"].partition("/")
    method = "static" if "cidr" in settings else "manual"
    always = {"method": method, "method6": "manual", "families": ["inet"], "active": 1, "exists": 1, "priority": 10}
    return settings | always


ROUTES: tuple[Route, ...] = (
    ("GET", "nodes", nodes),
    ("GET", "nodes/<node>/status", status),
    ("GET", "nodes/<node>/time", clock),
    ("GET", "nodes/<node>/disks/lvmthin", thin_pools),
    ("GET", "nodes/<node>/hardware/pci", pci_devices),
    ("GET", "nodes/<node>/network", interfaces),
    ("POST", "nodes/<node>/network", add_interface),
    ("PUT", "nodes/<node>/network", reload),
    ("GET", "nodes/<node>/network/<name>", interface),
    ("PUT", "nodes/<node>/network/<name>", change_interface),
    ("DELETE", "nodes/<node>/network/<name>", remove_interface),
    ("GET", "nodes/<node>/tasks/<upid>/status", task_status),
    ("GET", "nodes/<node>/tasks/<upid>/log", task_log),
)

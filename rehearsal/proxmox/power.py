"""Whether machines run: start, stop, restart."""

from typing import Any

from rehearsal.proxmox.agent import agent_is_on
from rehearsal.proxmox.answers import Refusal
from rehearsal.proxmox.call import Call, Route
from rehearsal.proxmox.configuration import apply_all_pending, with_pending
from rehearsal.proxmox.drives import drives_of, is_cdrom
from rehearsal.proxmox.passthrough import reserve
from rehearsal.proxmox.state import Machine
from rehearsal.proxmox.storage import volume
from rehearsal.proxmox.values import properties, size_in_bytes

Q35_UNITS = ("ide1", "ide3")
"""On q35 each IDE bus has one unit, and these would be the second."""


def summary(call: Call, vmid: int, machine: Machine) -> dict[str, Any]:
    """A machine as the list of a node's machines has it."""
    config = machine.config
    memory = int(config.get("memory", 512)) << 20
    used = memory // 2 if machine.running else 0
    found: dict[str, Any] = {
        "vmid": vmid,
        "name": config.get("name", f"VM {vmid}"),
        "status": "running" if machine.running else "stopped",
        "cpus": int(config.get("sockets", 1)) * int(config.get("cores", 1)),
        "cpu": 0.01 if machine.running else 0,
        "maxmem": memory,
        "mem": used,
        "memhost": used,
        "maxdisk": _boot_disk_size(machine),
        "disk": 0,
        "uptime": 3600 if machine.running else 0,
        "netin": 0,
        "netout": 0,
        "diskread": 0,
        "diskwrite": 0,
    }
    if machine.running:
        found["pid"] = 4000 + vmid
    if config.get("template"):
        found["template"] = 1
    if any(key.startswith("serial") for key in config):
        found["serial"] = 1
    return found | {key: config[key] for key in ("lock", "tags") if key in config}


def machines(call: Call, node: str) -> list[dict[str, Any]]:
    call.host(node)
    return [
        summary(call, vmid, machine)
        for vmid, machine in call.state.machines.items()
        if machine.node == node and call.user.may(f"/vms/{vmid}", "VM.Audit")
    ]


def current(call: Call, node: str, vmid: int) -> dict[str, Any]:
    call.user.need(f"/vms/{vmid}", "VM.Audit")
    machine = call.machine(node, vmid)
    found = summary(call, vmid, machine) | {"qmpstatus": "running" if machine.running else "stopped"}
    found["ha"] = {"managed": 0}
    if agent_is_on(machine):
        found["agent"] = 1
    if machine.running:
        found |= {"running-machine": "pc-q35-10.1+pve0", "running-qemu": "10.1.2"}
    return found


def start(call: Call, node: str, vmid: int) -> str:
    call.user.need(f"/vms/{vmid}", "VM.PowerMgmt")
    machine = call.machine(node, vmid)

    def work() -> None:
        call.unlocked(vmid, machine)
        if machine.running:
            raise Refusal(f"VM {vmid} already running")
        if machine.config.get("template"):
            raise Refusal("you can't start a vm if it's a template")
        _boot(call, vmid, machine)

    return call.start(node, "qmstart", vmid, work)


def stop(call: Call, node: str, vmid: int) -> str:
    return _down(call, node, vmid, "qmstop")


def shut_down(call: Call, node: str, vmid: int) -> str:
    return _down(call, node, vmid, "qmshutdown")


def reboot(call: Call, node: str, vmid: int) -> str:
    """Shuts down and starts again, so that what was pending is in force."""
    call.user.need(f"/vms/{vmid}", "VM.PowerMgmt")
    machine = _running(call, node, vmid)

    def work() -> None:
        call.unlocked(vmid, machine)
        machine.running = False
        _boot(call, vmid, machine)

    return call.start(node, "qmreboot", vmid, work)


def reset(call: Call, node: str, vmid: int) -> str:
    call.user.need(f"/vms/{vmid}", "VM.PowerMgmt")
    machine = _running(call, node, vmid)
    return call.start(node, "qmreset", vmid, lambda: call.unlocked(vmid, machine))


def _down(call: Call, node: str, vmid: int, kind: str) -> str:
    call.user.need(f"/vms/{vmid}", "VM.PowerMgmt")
    machine = call.machine(node, vmid)

    def work() -> None:
        call.unlocked(vmid, machine)
        machine.running = False
        apply_all_pending(call.state, vmid, machine)

    return call.start(node, kind, vmid, work)


def _boot(call: Call, vmid: int, machine: Machine) -> None:
    apply_all_pending(call.state, vmid, machine)
    config = machine.config
    q35 = str(config.get("machine", "")).startswith(("q35", "pc-q35"))
    for drive in drives_of(config).values():
        if is_cdrom(drive) and drive["file"] in ("none", "cdrom"):
            continue
        if drive["file"] not in call.state.volumes:
            storage, _, name = drive["file"].partition(":")
            raise Refusal(f"no such logical volume {call.state.storages[storage].vgname}/{name}")
    for snippet in properties(config.get("cicustom", ""), "user").values():
        volume(call.state, snippet)
    for key in Q35_UNITS:
        if q35 and key in config:
            raise Refusal("start failed: QEMU exited with code 1")
    for key, value in config.items():
        if key.startswith("hostpci"):
            reserve(call, vmid, properties(value, "host"), q35)
    machine.running = True
    machine.starts += 1


def _running(call: Call, node: str, vmid: int) -> Machine:
    machine = call.machine(node, vmid)
    if not machine.running:
        raise Refusal(f"VM {vmid} not running")
    return machine


def _boot_disk_size(machine: Machine) -> int:
    order = properties(machine.config.get("boot", ""), "legacy").get("order", "").split(";")
    drives = drives_of(with_pending(machine))
    sizes = [drives[key]["size"] for key in order if key in drives and "size" in drives[key]]
    return size_in_bytes(sizes[0]) if sizes else 0


ROUTES: tuple[Route, ...] = (
    ("GET", "nodes/<node>/qemu", machines),
    ("GET", "nodes/<node>/qemu/<int:vmid>/status/current", current),
    ("POST", "nodes/<node>/qemu/<int:vmid>/status/start", start),
    ("POST", "nodes/<node>/qemu/<int:vmid>/status/stop", stop),
    ("POST", "nodes/<node>/qemu/<int:vmid>/status/shutdown", shut_down),
    ("POST", "nodes/<node>/qemu/<int:vmid>/status/reboot", reboot),
    ("POST", "nodes/<node>/qemu/<int:vmid>/status/reset", reset),
)

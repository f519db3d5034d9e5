"""Answers of the agent in a guest."""

from typing import Any

from rehearsal.proxmox.answers import Refusal
from rehearsal.proxmox.call import Call, Route
from rehearsal.proxmox.state import Machine
from rehearsal.proxmox.values import properties


def agent_is_on(machine: Machine) -> bool:
    """Whether the configuration allows an agent."""
    return properties(machine.config.get("agent", "0"), "enabled").get("enabled") == "1"


def ping(call: Call, node: str, vmid: int) -> dict[str, Any]:
    call.user.need_any(f"/vms/{vmid}", "VM.GuestAgent.Audit", "VM.GuestAgent.Unrestricted")
    _answering_agent(call, node, vmid)
    return {"result": {}}


def guest_interfaces(call: Call, node: str, vmid: int) -> dict[str, Any]:
    call.user.need_any(f"/vms/{vmid}", "VM.GuestAgent.Audit", "VM.GuestAgent.Unrestricted")
    machine = _answering_agent(call, node, vmid)
    mac = properties(machine.config.get("net0", "virtio=00:00:00:00:00:00"), "model").get("virtio", "00:00:00:00:00:00")
    return {
        "result": [
            {
                "name": "lo",
                "hardware-address": "00:00:00:00:00:00",
                "ip-addresses": [{"ip-address": "127.0.0.1", "ip-address-type": "ipv4", "prefix": 8}],
            },
            {
                "name": "eth0",
                "hardware-address": mac.lower(),
                "ip-addresses": [
                    {"ip-address": address, "ip-address-type": "ipv6" if ":" in address else "ipv4", "prefix": 24}
                    for address in machine.addresses or _from_cloud_init(vmid, machine)
                ],
            },
        ]
    }


def _answering_agent(call: Call, node: str, vmid: int) -> Machine:
    machine = call.machine(node, vmid)
    if not agent_is_on(machine):
        raise Refusal("No QEMU guest agent configured")
    if not machine.running:
        raise Refusal(f"VM {vmid} is not running")
    if not machine.guest_agent:
        raise Refusal("QEMU guest agent is not running")
    return machine


def _from_cloud_init(vmid: int, machine: Machine) -> list[str]:
    address = properties(machine.config.get("ipconfig0", ""), "ip").get("ip", "dhcp")
    return [f"192.0.2.{vmid % 250 + 1}" if address == "dhcp" else address.partition("/")[0]]


ROUTES: tuple[Route, ...] = (
    ("POST", "nodes/<node>/qemu/<int:vmid>/agent/ping", ping),
    ("GET", "nodes/<node>/qemu/<int:vmid>/agent/network-get-interfaces", guest_interfaces),
)

"""The planned machines as the resources of Terraform, which names nested blocks in the singular."""

from collections.abc import Iterable, Mapping
from typing import Any

from plan.model import MachineTemplate, Plan, VirtualMachine

MACHINE = "proxmox_virtual_environment_vm"
MAPPING = "proxmox_virtual_environment_hardware_mapping_pci"
USB_MAPPING = "proxmox_virtual_environment_hardware_mapping_usb"
IMAGE = "proxmox_virtual_environment_download_file"
FILE = "proxmox_virtual_environment_file"
BLOCKS = {
    "boot_orders": "boot_order",
    "disks": "disk",
    "hostpcis": "hostpci",
    "ip_configs": "ip_config",
    "maps": "map",
    "network_devices": "network_device",
    "numas": "numa",
    "rngs": "rng",
    "serial_devices": "serial_device",
    "usbs": "usb",
}

NETWORK_DEVICE = dict.fromkeys(
    ("disconnected", "enabled", "mac_address", "mtu", "queues", "rate_limit", "trunks", "vlan_id")
)
"""A network device is a list of objects to Terraform, not of blocks: nothing may be left out."""


def in_terraform(value: Any) -> Any:
    """A value with the names of Terraform; blocks without anything in them are left out."""
    if isinstance(value, Mapping):
        found = {BLOCKS.get(key, key): in_terraform(each) for key, each in value.items()}
        if "network_device" in found:
            found["network_device"] = [NETWORK_DEVICE | device for device in found["network_device"]]
        return {key: each for key, each in found.items() if each not in ({}, [])}
    if isinstance(value, list | tuple):
        return [in_terraform(each) for each in value]
    return value


def ignored(properties: Iterable[str]) -> list[str]:
    """`cpu.numa` as `cpu[0].numa`: a block is a list, even where there can be but one."""
    found = []
    for name in properties:
        block, _, field = name.partition(".")
        block = BLOCKS.get(block, block)
        found.append(f"{block}[0].{field}" if field else block)
    return found


def machine(planned: VirtualMachine, *, ignore: Iterable[str] | None = None, **changed: Any) -> dict[str, Any]:
    """A machine; `changed` replaces properties, and a None takes one away."""
    properties = {key: each for key, each in (dict(planned.properties) | changed).items() if each is not None}
    names = planned.ignore_changes if ignore is None else ignore
    return in_terraform(properties) | {"lifecycle": {"ignore_changes": ignored(names)}}


def mappings(planned: VirtualMachine) -> dict[str, Any]:
    """The PCI mappings of a machine, by name."""
    return {each.name: in_terraform(each.properties) for each in planned.pci_mappings}


def template(planned: MachineTemplate) -> dict[str, Any]:
    """A template, after its image."""
    after = {"depends_on": [f"{IMAGE}.{planned.name}"]}
    return in_terraform(planned.properties) | after | {"lifecycle": {"ignore_changes": ignored(planned.ignore_changes)}}


def everything(plan: Plan) -> dict[str, Any]:
    """All machines of a lab, after the templates and mappings that they need."""
    mapped = {name: each for planned in plan.machines for name, each in mappings(planned).items()}
    first = [f"{MACHINE}.{each.name}" for each in plan.templates] + [f"{MAPPING}.{name}" for name in mapped]
    found = {
        IMAGE: {each.name: in_terraform(each.image) for each in plan.templates},
        MAPPING: mapped,
        MACHINE: {each.name: template(each) for each in plan.templates}
        | {each.name: machine(each) | {"depends_on": first} for each in plan.machines},
    }
    return {kind: each for kind, each in found.items() if each}

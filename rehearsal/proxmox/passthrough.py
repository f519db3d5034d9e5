"""PCI devices of the host that are given to a machine when it starts."""

from collections.abc import Mapping
from typing import Any

from rehearsal.proxmox.answers import Refusal
from rehearsal.proxmox.call import Call
from rehearsal.proxmox.values import properties


def reserve(call: Call, vmid: int, device: Mapping[str, str], q35: bool) -> None:
    """Raises Refusal where a device cannot be given to the machine that starts."""
    if device.get("pcie") == "1" and not q35:
        raise Refusal("q35 machine model is not enabled")
    path = _device_path(call, device)
    for other, machine in call.state.machines.items():
        if other != vmid and machine.running:
            taken = (value for key, value in machine.config.items() if key.startswith("hostpci"))
            if any(_device_path(call, properties(each, "host")) == path for each in taken):
                raise Refusal(f"PCI device '{path}' already in use by VMID '{other}'")


def _device_path(call: Call, device: Mapping[str, str]) -> str:
    """The address of a device. Raises Refusal where its mapping does not say what the hardware says."""
    if "mapping" not in device:
        path = device["host"]
        return path if "." in path else f"{path}.0"
    mapping = call.state.pci_mappings.get(device["mapping"])
    if mapping is None:
        raise Refusal(f"PCI device mapping not found for '{device['mapping']}'")
    mapped = properties(mapping.map[0], "id")
    hardware = {each["id"]: each for each in call.state.hosts[mapped["node"]].pci_devices}
    found = hardware.get(mapped["path"])
    problem = "PCI device mapping invalid (hardware probably changed): "
    if found is None:
        raise Refusal(f"{problem}pci device '{mapped['path']}' not found")
    for name, real in _hardware_properties(found).items():
        if real is not None and name not in mapped:
            raise Refusal(f"{problem}missing expected property '{name}' for device '{mapped['path']}'")
        if real is None and name in mapped:
            raise Refusal(f"{problem}unexpected property '{name}' configured for device '{mapped['path']}'")
        if real is not None and mapped[name] != real:
            raise Refusal(f"{problem}'{name}' does not match for '{device['mapping']}' ({real} != {mapped[name]})")
    return mapped["path"]


def _hardware_properties(device: Mapping[str, Any]) -> dict[str, str | None]:
    """Properties that a mapping must have for a device, from its hardware."""
    subsystem = None
    if "subsystem_vendor" in device:
        subsystem = f"{device['subsystem_vendor']}:{device['subsystem_device']}".replace("0x", "")
    return {
        "id": f"{device['vendor']}:{device['device']}".replace("0x", ""),
        "iommugroup": str(device["iommugroup"]) if "iommugroup" in device else None,
        "subsystem-id": subsystem,
    }

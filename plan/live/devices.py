"""PCI devices that are passed through."""

from collections.abc import Iterator, Mapping

from config.site import PciDevice
from plan.live.inventory import HostDevice
from plan.live.pair import Pair
from plan.model import Finding
from plan.model.findings import Rule

PCI_DEVICE_BY_ADDRESS = Rule(
    "PCI-DEVICE-BY-ADDRESS",
    "error",
    title="A PCI device is passed through by its address",
    meaning=(
        "Proxmox lets root alone do that, with a password and not with an API token: an `up` could never change "
        "it. And after a change of hardware another device may have the address."
    ),
    remedy="Make a mapping of the device, and pass that through: `qm set VMID --hostpci0 mapping=NAME,pcie=1`.",
)

PCI_DEVICE_NOT_LISTED = Rule(
    "PCI-DEVICE-NOT-LISTED",
    "error",
    title="A PCI device that the lab does not list",
    meaning=(
        "It is passed through to the machine, and pins all of its memory: the host's memory is computed wrongly "
        "without it."
    ),
    remedy="Write it under pci_devices of the machine.",
)

PCI_DEVICE_NOT_PASSED = Rule(
    "PCI-DEVICE-NOT-PASSED",
    "error",
    title="A PCI device that a machine does not have",
    meaning=(
        "The lab says that it is passed through, but it is not. On an adopted machine an `up` does not change that."
    ),
    remedy="`qm set VMID --hostpci0 mapping=NAME,pcie=1`; or take it out of the file.",
)


SLOTS = tuple(f"hostpci{number}" for number in range(16))


def device_findings(pair: Pair) -> Iterator[Finding]:
    """The devices of the lab are passed through, by their mappings, and no others."""
    machine, host = pair.machine, pair.host
    known = pair.lab.site.hosts[machine.host].pci_devices
    path = (*pair.path, "pci_devices")
    for device in host.devices:
        if device.mapping is None:
            yield _by_address(pair, device, device_at(known, device.address))
        elif device.mapping not in machine.pci_devices:
            yield PCI_DEVICE_NOT_LISTED.finding(
                path,
                f"{device.mapping} is passed through to {pair.name} on {host.host}, which pins all of its memory, and "
                "is not in the file",
                f"write pci_devices: [{', '.join([*machine.pci_devices, device.mapping])}]",
            )
    passed = {device.mapping or device_at(known, device.address) for device in host.devices}
    for name in machine.pci_devices:
        if name not in passed:
            taken = {device.slot for device in host.devices}
            slot = next(slot for slot in SLOTS if slot not in taken)
            yield PCI_DEVICE_NOT_PASSED.finding(
                path,
                f"{name} is not passed through to {pair.name} on {host.host}, and an `up` leaves it so",
                f"take it out of the file; or, {pair.on_host}, from its next start: `qm set {host.vmid} --{slot} "
                f"mapping={name},pcie=1`",
            )


def _by_address(pair: Pair, device: HostDevice, known: str | None) -> Finding:
    name = known or "NAME"
    return PCI_DEVICE_BY_ADDRESS.finding(
        (*pair.path, "pci_devices"),
        f"{device.slot} of {pair.name} is passed through by its address, {device.address}: no API token may change "
        "that, and after a change of hardware another device may have the address",
        f"make a mapping {name} of it (Datacenter, Resource Mappings), then, {pair.on_host}, from its next start: "
        f"`qm set {pair.host.vmid} --{device.slot} mapping={name},pcie=1`",
    )


def device_at(devices: Mapping[str, PciDevice], address: str) -> str | None:
    """The name of the device with an address, from which domain and function may be missing."""
    full = address if address.count(":") == 2 else f"0000:{address}"
    return next((name for name, each in devices.items() if each.path in (full, f"{full}.0")), None)

"""Mappings: devices of hosts under a name, so that an API token may pass them through."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from config.lab import Lab
from config.machine import Machine
from config.site import PciDevice, UsbDevice
from plan.cluster.membership import in_start_order
from plan.model import PciMapping, UsbMapping


class _Place(NamedTuple):
    """A device on a host."""

    comment: str
    location: dict[str, Any]


def pci_mappings(lab: Lab) -> Mapping[str, tuple[PciMapping, ...]]:
    """Mappings of PCI devices by the machine that they are made with: the first that uses them."""

    def places(machine: Machine) -> Iterator[tuple[str, _Place]]:
        for device in machine.pci_devices:
            row = lab.site.hosts[machine.host].pci_devices[device]
            yield device, _Place(row.description, _pci(machine.host, row))

    return {
        machine: tuple(PciMapping(name, properties, _own(lab, machine)) for name, properties in found.items())
        for machine, found in _merged(lab, places).items()
    }


def usb_mappings(lab: Lab) -> Mapping[str, tuple[UsbMapping, ...]]:
    """The same for USB devices."""

    def places(machine: Machine) -> Iterator[tuple[str, _Place]]:
        for device in machine.usb_devices:
            row = lab.site.hosts[machine.host].usb_devices[device]
            yield device, _Place(row.description, _usb(machine.host, row))

    return {
        machine: tuple(UsbMapping(name, properties, _own(lab, machine)) for name, properties in found.items())
        for machine, found in _merged(lab, places).items()
    }


def _merged(
    lab: Lab, places: Callable[[Machine], Iterator[tuple[str, _Place]]]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Arguments of mappings, by machine and name. Devices of several hosts that have one name are one mapping of their
    Proxmox, with a place on each of these hosts. Those of adopted machines are there."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    owners: dict[tuple[str | None, str], str] = {}
    for name, machine in in_start_order(lab).items():
        for device, place in () if machine.adopt else places(machine):
            owner = owners.setdefault((lab.site.endpoint_of(machine.host), device), name)
            mappings = found.setdefault(owner, {})
            mapping = mappings.setdefault(device, {"name": device, "comment": place.comment, "maps": []})
            mapping["maps"].append(place.location)
    return found


def _own(lab: Lab, machine: str) -> str | None:
    host = lab.machines[machine].host
    return host if lab.site.endpoint_of(host) else None


def _pci(host: str, device: PciDevice) -> dict[str, Any]:
    location: dict[str, Any] = {"id": device.id, "node": host, "path": device.path}
    if device.subsystem_id is not None:
        location["subsystem_id"] = device.subsystem_id
    if device.iommu_group is not None:
        location["iommu_group"] = device.iommu_group
    return location


def _usb(host: str, device: UsbDevice) -> dict[str, Any]:
    location: dict[str, Any] = {"id": device.id, "node": host}
    return location if device.path is None else {**location, "path": device.path}

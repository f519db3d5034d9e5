"""Places of data: physical disks of hosts, and file servers outside of the lab."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address
from typing import Any, Literal, NamedTuple

from config.lab import Lab
from config.machine import Machine
from config.service.volume import Volume, file_server_of
from config.storage_class import BlockStorageClass, OtherStorageClass, StorageClass
from plan.model.fields import mapping, text


class Place(NamedTuple):
    """A physical disk, or as much of the way to it as the lab states."""

    server: str
    """Name of a Proxmox host, or the address or name of a server outside of the lab."""
    disk: str | None = None
    """The host's disk or RAID volume, for example `sdc`; None where it is not known."""
    medium: Literal["ssd", "hdd"] | None = None

    def __str__(self) -> str:
        return f"{self.disk} of {self.server}" if self.disk else self.server

    def is_lost_with(self, other: "Place") -> bool | None:
        """Whether both are on one disk; None where the disk of a server is not known."""
        if self.server != other.server:
            return False
        if self.disk is None or other.disk is None:
            return None
        return self.disk == other.disk


def places_of_class(lab: Lab, storage_class: StorageClass) -> tuple[Place, ...]:
    """Places of the volumes of a class: several where more hosts than one have its storage."""
    if isinstance(storage_class, BlockStorageClass):
        hosts = (name for name, host in lab.site.hosts.items() if storage_class.storage in host.storages)
        return tuple(place_of_storage(lab, host, storage_class.storage) for host in hosts)
    if isinstance(storage_class, OtherStorageClass):
        return (Place(storage_class.provisioner),)
    return places_of_folder(lab, storage_class.server, storage_class.path)


def places_of_name(lab: Lab, storage_class: str | None) -> tuple[Place, ...]:
    """Places of a class's volumes; of a class that the lab does not describe, only its name is known."""
    row = lab.storage_classes.get(storage_class) if storage_class else None
    return places_of_class(lab, row) if row else (Place(storage_class or "a volume made by hand"),)


def places_of_volume(lab: Lab, volume: Volume) -> tuple[Place, ...]:
    """Places of a volume: of its class, or where the share or the CSI driver is that has it already."""
    if volume.share is not None:
        return places_of_folder(lab, volume.share.server, volume.share.path)
    if volume.csi is not None:
        return places_of_driver(lab, volume.csi.driver, volume.csi.attributes)
    return places_of_name(lab, volume.storage_class)


def places_of_target(lab: Lab, to: str) -> tuple[Place, ...]:
    """Places of what a backup is written to, where it is a host, a machine, a service, one of its volumes or a class of
    the lab, by name or by address; anything else is another server."""
    service, _, key = to.partition("/")
    if to in lab.site.hosts:
        return (Place(to),)
    if to in lab.machines:
        return places_of_machine(lab, to)
    if to in lab.storage_classes:
        return places_of_class(lab, lab.storage_classes[to])
    if service in lab.services:
        rows = lab.services[service].volumes
        kept = [rows[key]] if key in rows else [row for row in rows.values() if not row.copy_of]
        return tuple(dict.fromkeys(place for row in kept for place in places_of_volume(lab, row))) or (Place(to),)
    return places_of_folder(lab, to, "")


def places_of_stated(lab: Lab, volume: str) -> tuple[Place, ...]:
    """Places of a PersistentVolume that a file of the lab states; empty where none does, or where it is on a node."""
    for stated in (each for objects in lab.objects.values() for each in objects):
        if (stated.kind, stated.name) == ("PersistentVolume", volume):
            if server := text(stated.content, "spec", "nfs", "server"):
                return places_of_folder(lab, server, text(stated.content, "spec", "nfs", "path"))
            if driver := text(stated.content, "spec", "csi", "driver"):
                return places_of_driver(lab, driver, mapping(stated.content, "spec", "csi", "volumeAttributes"))
    return ()


def places_of_driver(lab: Lab, driver: str, attributes: Mapping[str, Any]) -> tuple[Place, ...]:
    """The file server of a volume of a CSI driver, or the driver where nothing says where its volumes lie."""
    server, share = file_server_of(driver, attributes), str(attributes.get("share", ""))
    return places_of_folder(lab, server, share) if server else (Place(driver),)


def place_of_storage(lab: Lab, host: str, storage: str) -> Place:
    """The disk of a Proxmox storage."""
    row = lab.site.hosts[host]
    disk = row.storages[storage].disk
    return Place(host, disk, row.disks[disk].medium)


def places_of_folder(lab: Lab, server: IPv4Address | str, path: str) -> tuple[Place, ...]:
    """The disk of a folder that a server exports: of a host, that of the storage with the longest path above it; of a
    machine, any of its disks, or one that the lab does not know, behind a controller that is passed through."""
    for name, host in lab.site.hosts.items():
        if str(host.address) == str(server):
            above = [
                (len(row.path), storage)
                for storage, row in host.storages.items()
                if row.path and f"{path}/".startswith(f"{row.path.rstrip('/')}/")
            ]
            return (place_of_storage(lab, name, max(above)[1]) if above else Place(name),)
    for name, machine in lab.machines.items():
        if any(str(interface.address) == str(server) for interface in machine.interfaces):
            return places_of_machine(lab, name)
    return (Place(str(server)),)


def places_of_machine(lab: Lab, name: str) -> tuple[Place, ...]:
    """The disks of a machine, any of which may hold what it keeps; of one with controllers of its own, its host."""
    machine = lab.machines[name]
    if _has_controllers(lab, machine):
        return (Place(machine.host),)
    return tuple(dict.fromkeys(place_of_storage(lab, machine.host, disk.storage) for disk in machine.disks))


def _has_controllers(lab: Lab, machine: Machine) -> bool:
    """Whether a device that is no graphics card is passed through: disks may hang on it, as with the HBA of a NAS."""
    devices = lab.site.hosts[machine.host].pci_devices
    return any(devices[name].video_memory_mib is None for name in machine.pci_devices)


def disks(lab: Lab) -> Iterator[Place]:
    """Every physical disk of the lab."""
    for name, host in lab.site.hosts.items():
        for disk, row in host.disks.items():
            yield Place(name, disk, row.medium)

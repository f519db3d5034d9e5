"""The virtual machines, with every block of the provider's resource written out.

The provider fills in what is left out (an 8 GiB disk, a CD-ROM on ide3 with which a q35 machine cannot start,
`qemu64`, 512 MiB; docs/facts.md, Omitted blocks), so nothing is left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from config.lab import Lab
from config.machine import Interface, Machine, MachineDisk
from config.site import Host, PciDevice
from plan.model import Finding, PciMapping, VirtualMachine

ALWAYS_IGNORED = ("disks", "clone", "initialization")
"""On every machine. Any change of `disks` detaches each volume that the CSI driver attached meanwhile; a change
of `clone` or `initialization` replaces the machine (docs/facts.md, Disks and Replacement)."""

IGNORED_WHEN_ADOPTED = (
    "agent",
    "bios",
    "boot_orders",
    "cdrom",
    "cpu.numa",
    "cpu.sockets",
    "cpu.type",
    "description",
    "efi_disk",
    "hostpcis",
    "keyboard_layout",
    "machine",
    "memory.floating",
    "network_devices",
    "on_boot",
    "operating_system",
    "protection",
    "scsi_hardware",
    "serial_devices",
    "started",
    "tablet_device",
    "tags",
    "template",
    "vga",
    "watchdog",
)
"""On an adopted machine: what its owner has not stated stays as it is on the host. What is left (name, vCPUs,
memory, start order) is stated, and a difference from the host shows up in the preview."""


def plan_machines(lab: Lab) -> tuple[VirtualMachine, ...]:
    """The machines in the order in which their host starts them."""
    ordered = sorted(lab.machines.items(), key=lambda item: (item[1].start.order, item[1].vmid))
    return tuple(_machine(lab, name, machine) for name, machine in ordered)


def _machine(lab: Lab, name: str, machine: Machine) -> VirtualMachine:
    devices = {device: lab.site.hosts[machine.host].pci_devices[device] for device in machine.pci_devices}
    return VirtualMachine(
        name=name,
        vmid=machine.vmid,
        host=machine.host,
        role=machine.role,
        vcpus=machine.vcpus,
        memory=machine.memory,
        adopted=machine.adopt,
        properties=_properties(lab, name, machine) | (_adopted() if machine.adopt else _created(lab, machine)),
        ignore_changes=(*ALWAYS_IGNORED, *(IGNORED_WHEN_ADOPTED if machine.adopt else ())),
        import_id=f"{machine.host}/{machine.vmid}" if machine.adopt else None,
        pci_mappings=() if machine.adopt else tuple(_mapping(machine, *item) for item in devices.items()),
    )


def _properties(lab: Lab, name: str, machine: Machine) -> dict[str, Any]:
    passthrough = bool(machine.pci_devices)
    return {
        "name": name,
        "node_name": machine.host,
        "vm_id": machine.vmid,
        "description": machine.description,
        "tags": sorted({"homelab", machine.role}),
        "on_boot": True,
        "started": True,
        "template": False,
        "protection": True,
        "bios": "ovmf" if passthrough else "seabios",
        "machine": "q35" if passthrough else "pc",
        "scsi_hardware": "virtio-scsi-pci",
        "boot_orders": [machine.disks[0].interface],
        "tablet_device": True,
        "keyboard_layout": "en-us",
        "agent": {
            "enabled": machine.guest_agent,
            "timeout": "15m",
            "trim": True,
            "type": "virtio",
            "wait_for_ip": {"disabled": not machine.guest_agent, "ipv4": machine.guest_agent},
        },
        "cpu": {"cores": machine.vcpus, "sockets": 1, "type": "host", "numa": False},
        "memory": {"dedicated": machine.memory.mib, "floating": 0},
        "disks": [_disk(disk) for disk in machine.disks],
        "cdrom": {"interface": "ide0", "file_id": "none"},
        "network_devices": [_network_device(lab, interface) for interface in machine.interfaces],
        "hostpcis": [_pci(index, device) for index, device in enumerate(machine.pci_devices)],
        "operating_system": {"type": "l26"},
        "serial_devices": [{"device": "socket"}],
        "vga": {"type": "serial0"},
        "startup": {
            "order": machine.start.order,
            "up_delay": machine.start.up_seconds,
            "down_delay": machine.start.down_seconds,
        },
    }


def _adopted() -> dict[str, Any]:
    return {"reboot_after_update": False, "stop_on_destroy": False}


def _created(lab: Lab, machine: Machine) -> dict[str, Any]:
    template = lab.site.templates[machine.template or next(iter(lab.site.templates))]
    storage = machine.disks[0].storage
    return {
        "reboot_after_update": True,
        "stop_on_destroy": False,
        "clone": {"vm_id": template.vmid, "node_name": template.host, "datastore_id": storage, "full": True},
        "initialization": {
            "datastore_id": storage,
            "interface": "ide2",
            "dns": {"domain": lab.site.domain, "servers": _nameservers(lab, machine)},
            "ip_configs": [_ip_config(lab, interface) for interface in machine.interfaces],
        },
        **({"efi_disk": _efi_disk(storage)} if machine.pci_devices else {}),
    }


def _efi_disk(storage: str) -> dict[str, Any]:
    """Without the enrolled keys there is no Secure Boot, which would refuse NVIDIA's kernel modules."""
    return {"datastore_id": storage, "type": "4m", "pre_enrolled_keys": False, "file_format": "raw"}


def _disk(disk: MachineDisk) -> dict[str, Any]:
    limits = {"read": disk.read_mb_per_second, "write": disk.write_mb_per_second}
    return {
        "interface": disk.interface,
        "datastore_id": disk.storage,
        "size": disk.size >> 30,
        "discard": "on",
        "ssd": False,
        "iothread": False,
        "backup": True,
        "replicate": True,
        "cache": "none",
        "aio": "io_uring",
        "file_format": "raw",
        "speed": {name: limit for name, limit in limits.items() if limit is not None},
    }


def _network_device(lab: Lab, interface: Interface) -> dict[str, Any]:
    network = lab.networks.networks[interface.network]
    device: dict[str, Any] = {"bridge": network.bridge, "model": "virtio", "firewall": False}
    if network.vlan is not None:
        device["vlan_id"] = network.vlan
    if interface.mac_address is not None:
        device["mac_address"] = interface.mac_address
    return device


def _ip_config(lab: Lab, interface: Interface) -> dict[str, Any]:
    if interface.address is None:
        return {"ipv4": {"address": "dhcp"}}
    network = lab.networks.networks[interface.network]
    address = {"address": f"{interface.address}/{network.cidr.prefixlen}"}
    return {"ipv4": address | ({"gateway": str(network.gateway)} if network.gateway else {})}


def _nameservers(lab: Lab, machine: Machine) -> list[str]:
    networks = (lab.networks.networks[interface.network] for interface in machine.interfaces)
    return [str(server) for network in networks for server in network.nameservers]


def _pci(index: int, device: str) -> dict[str, Any]:
    """By mapping: an API token may not pass a device through by its raw address. `rombar` left out is sent as 0."""
    return {"device": f"hostpci{index}", "mapping": device, "pcie": True, "rombar": True, "xvga": False}


def _mapping(machine: Machine, name: str, device: PciDevice) -> PciMapping:
    location: dict[str, Any] = {"id": device.id, "node": machine.host, "path": device.path}
    if device.subsystem_id is not None:
        location["subsystem_id"] = device.subsystem_id
    if device.iommu_group is not None:
        location["iommu_group"] = device.iommu_group
    return PciMapping(name, {"name": name, "comment": device.description, "maps": [location]})


def machine_findings(lab: Lab) -> Iterator[Finding]:
    """What about the machines is wrong, or cannot be told."""
    for name, machine in lab.machines.items():
        host = lab.site.hosts[machine.host]
        for device in machine.pci_devices:
            yield from _mapping_findings(host, machine.host, name, device)


def _mapping_findings(host: Host, host_name: str, machine: str, device: str) -> Iterator[Finding]:
    details: Mapping[str, object] = {
        "iommu_group": host.pci_devices[device].iommu_group,
        "subsystem_id": host.pci_devices[device].subsystem_id,
    }
    missing = [name for name, value in details.items() if value is None]
    if missing:
        yield Finding(
            "PCI-MAPPING-INCOMPLETE",
            "warning",
            ("site", "hosts", host_name, "pci_devices", device),
            f"{' and '.join(missing)} of {device} not stated; Proxmox compares them at every start of {machine}, "
            "so whether the mapping matches the hardware could not be checked",
            f"read them with `pvesh get /nodes/{host_name}/hardware/pci` and write them down",
        )

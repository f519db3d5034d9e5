"""The virtual machines, with every block of the provider's resource written out."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.lab import Lab
from config.machine import Interface, Machine, MachineDisk
from config.site import Host
from plan.cluster.membership import founder, in_start_order, is_created_node, template_of
from plan.model import Finding, Snippet, VirtualMachine
from plan.model.findings import Rule
from plan.proxmox.cloud_init import node_snippets
from plan.proxmox.hardware import ALIKE, agent, cpu, disk, memory
from plan.proxmox.mappings import pci_mappings, usb_mappings

TAG = "homelab"
"""Tag of every machine and template that the program makes."""

PCI_MAPPING_INCOMPLETE = Rule(
    "PCI-MAPPING-INCOMPLETE",
    "warning",
    title="A PCI mapping without all of its details",
    meaning=(
        "Proxmox compares the IOMMU group and subsystem id of a mapping with the hardware at every start of "
        "the machine, and refuses to start it when they differ."
    ),
    remedy="Read them with `pvesh get /nodes/NODE/hardware/pci` and write them in site.yaml.",
)


ALWAYS_IGNORED = ("disks", "clone", "initialization")
"""On every machine. Any change of `disks` detaches each volume that the CSI driver attached meanwhile; a change
of `clone` or `initialization` replaces the machine (docs/facts.md, Disks and Replacement)."""

IGNORED_WHEN_ADOPTED = (
    "acpi",
    "agent",
    "amd_sev",
    "audio_device",
    "bios",
    "boot_orders",
    "cdrom",
    "cpu.affinity",
    "cpu.architecture",
    "cpu.flags",
    "cpu.hotplugged",
    "cpu.limit",
    "cpu.numa",
    "cpu.sockets",
    "cpu.type",
    "cpu.units",
    "description",
    "efi_disk",
    "hook_script_file_id",
    "hostpcis",
    "hotplug",
    "keyboard_layout",
    "kvm_arguments",
    "mac_addresses",
    "machine",
    "memory.floating",
    "memory.hugepages",
    "memory.keep_hugepages",
    "memory.shared",
    "network_devices",
    "numas",
    "on_boot",
    "operating_system",
    "pool_id",
    "protection",
    "rngs",
    "scsi_hardware",
    "serial_devices",
    "smbios",
    "started",
    "tablet_device",
    "tags",
    "template",
    "tpm_state",
    "usbs",
    "vga",
    "virtiofs",
    "watchdog",
)
"""On an adopted machine, all that describes it except what its owner states in any case: vCPUs, memory, name and
start order, where a difference from the host shows up in the preview. The rest stays as it is. Left out here, what the
host has and the program does not say would be taken away: a USB stick, a pool."""


def plan_machines(lab: Lab) -> tuple[VirtualMachine, ...]:
    """The machines in the order in which their host starts them."""
    pci, usb = pci_mappings(lab), usb_mappings(lab)
    planned = (_machine(lab, name, machine) for name, machine in in_start_order(lab).items())
    return tuple(
        each._replace(pci_mappings=pci.get(each.name, ()), usb_mappings=usb.get(each.name, ())) for each in planned
    )


def _machine(lab: Lab, name: str, machine: Machine) -> VirtualMachine:
    is_node = is_created_node(machine)
    snippets = node_snippets(lab, name, machine) if is_node else {}
    particular = _adopted() if machine.adopt else _created(lab, machine, snippets)
    return VirtualMachine(
        name=name,
        vmid=machine.vmid,
        host=machine.host,
        role=machine.role,
        vcpus=machine.vcpus,
        memory=machine.memory,
        adopted=machine.adopt,
        properties=_properties(lab, name, machine) | particular,
        ignore_changes=(*ALWAYS_IGNORED, *(IGNORED_WHEN_ADOPTED if machine.adopt else ())),
        import_id=f"{machine.host}/{machine.vmid}" if machine.adopt else None,
        pci_mappings=(),
        endpoint=lab.site.endpoint_of(machine.host),
        snippets=tuple(snippets.values()),
        joins=is_node and name != founder(lab),
    )


def _properties(lab: Lab, name: str, machine: Machine) -> dict[str, Any]:
    passthrough = bool(machine.pci_devices)
    return {
        "name": name,
        "node_name": machine.host,
        "vm_id": machine.vmid,
        "description": machine.description,
        "tags": sorted({TAG, machine.role}),
        "on_boot": True,
        "started": True,
        "template": False,
        "bios": "ovmf" if passthrough else "seabios",
        "machine": "q35" if passthrough else "pc",
        "boot_orders": [machine.disks[0].interface],
        "agent": agent(enabled=machine.guest_agent),
        "cpu": cpu(machine.vcpus),
        "memory": memory(machine.memory.mib),
        "disks": [_disk(each) for each in machine.disks],
        "network_devices": [_network_device(lab, machine, index) for index in range(len(machine.interfaces))],
        "hostpcis": [_pci(index, device) for index, device in enumerate(machine.pci_devices)],
        **(
            {"usbs": [{"mapping": device, "usb3": True} for device in machine.usb_devices]}
            if machine.usb_devices
            else {}
        ),
        "startup": {
            "order": machine.start.order,
            "up_delay": machine.start.up_seconds,
            "down_delay": machine.start.down_seconds,
        },
        **ALIKE,
    }


def _adopted() -> dict[str, Any]:
    return {"reboot_after_update": False, "stop_on_destroy": False}


def _created(lab: Lab, machine: Machine, snippets: Mapping[str, Snippet]) -> dict[str, Any]:
    """A clone of a SeaBIOS template gets its EFI disk, if it needs one, from a request of its own after the one that
    says OVMF; cloud images boot either way (docs/facts.md, Creating)."""
    template = template_of(lab, machine)
    storage = machine.disks[0].storage
    source = {"vm_id": template.vmid, "node_name": template.host} if template else {}
    return {
        "reboot_after_update": True,
        "stop_on_destroy": False,
        "clone": source | {"datastore_id": storage, "full": True},
        "initialization": {
            "datastore_id": storage,
            "interface": "ide2",
            "dns": {"domain": lab.site.domain, "servers": _nameservers(lab, machine)},
            "ip_configs": [_ip_config(lab, interface) for interface in machine.interfaces],
            **{argument: _file_id(snippet) for argument, snippet in snippets.items()},
        },
        **({"efi_disk": _efi_disk(storage)} if machine.pci_devices else {}),
    }


def _file_id(snippet: Snippet) -> str:
    """Written down here: while an id is not known, a preview says that the machine is replaced."""
    return f"{snippet.storage}:snippets/{snippet.file_name}"


def _efi_disk(storage: str) -> dict[str, Any]:
    """Without the enrolled keys there is no Secure Boot, which would refuse NVIDIA's kernel modules."""
    return {"datastore_id": storage, "type": "4m", "pre_enrolled_keys": False, "file_format": "raw"}


def _disk(stated: MachineDisk) -> dict[str, Any]:
    speed = {"read": stated.read_mb_per_second, "write": stated.write_mb_per_second}
    return disk(stated.interface, stated.storage, stated.size, speed)


def _network_device(lab: Lab, machine: Machine, index: int) -> dict[str, Any]:
    network = lab.networks.networks[machine.interfaces[index].network]
    device: dict[str, Any] = {"bridge": network.bridge, "model": "virtio", "firewall": False}
    if network.vlan is not None:
        device["vlan_id"] = network.vlan
    if mac_address := machine.mac_address(index):
        device["mac_address"] = mac_address
    return device


def _ip_config(lab: Lab, interface: Interface) -> dict[str, Any]:
    network = lab.networks.networks[interface.network]
    first = (
        {"address": "dhcp"}
        if interface.address is None
        else _static(interface.address, network.cidr.prefixlen, network.gateway)
    )
    if interface.ipv6 is None or network.ipv6 is None:
        return {"ipv4": first}
    return {"ipv4": first, "ipv6": _static(interface.ipv6, network.ipv6.cidr.prefixlen, network.ipv6.gateway)}


def _static(address: object, length: int, gateway: object | None) -> dict[str, str]:
    return {"address": f"{address}/{length}"} | ({"gateway": str(gateway)} if gateway else {})


def _nameservers(lab: Lab, machine: Machine) -> list[str]:
    networks = (lab.networks.networks[interface.network] for interface in machine.interfaces)
    return [str(server) for network in networks for server in network.nameservers]


def _pci(index: int, device: str) -> dict[str, Any]:
    """By mapping: an API token may not pass a device through by its raw address. `rombar` left out is sent as 0."""
    return {"device": f"hostpci{index}", "mapping": device, "pcie": True, "rombar": True, "xvga": False}


def machine_findings(lab: Lab) -> Iterator[Finding]:
    """Findings about machines that are wrong, or cannot be checked."""
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
        yield PCI_MAPPING_INCOMPLETE.finding(
            ("site", "hosts", host_name, "pci_devices", device),
            f"{' and '.join(missing)} of {device} not stated; Proxmox compares them at every start of {machine}, "
            "so whether the mapping matches the hardware could not be checked",
            f"read them with `pvesh get /nodes/{host_name}/hardware/pci` and write them down",
            facts={"missing": tuple(missing)},
        )

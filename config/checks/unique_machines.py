"""Numbers, addresses, names and devices of machines and hosts that may exist only once."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from config.checks.claims import Claim, Claims, conflicts
from config.draft import Draft
from config.source import Path, Problem


def check_numbers(lab: Draft) -> Iterator[Problem]:
    """VMIDs, addresses and start orders of machines; what is counted gives way to what is stated."""
    return conflicts(lab, NUMBERS)


def check_devices(lab: Draft) -> Iterator[Problem]:
    """Names of machines, places of disks, and devices that are passed through."""
    return conflicts(lab, DEVICES)


def _vmids(lab: Draft) -> Iterator[Claim]:
    """Of each Proxmox: what is in no cluster with others counts for itself."""

    def owner(host: str) -> str | None:
        return lab.site.endpoint_of(host) if lab.site else None

    for name, template in (lab.site.templates if lab.site else {}).items():
        key = (owner(template.host), template.vmid)
        yield Claim(key, ("site", "templates", name, "vmid"), f"VMID {template.vmid}")
    for name, machine in lab.machines.items():
        yield Claim((owner(machine.host), machine.vmid), ("machines", name, "vmid"), f"VMID {machine.vmid}")


def _machine_names(lab: Draft) -> Iterator[Claim]:
    for name in lab.site.hosts if lab.site else ():
        yield Claim(name, ("site", "hosts", name), f"the name {name!r}")
    for name in lab.machines:
        yield Claim(name, ("machines", name), f"the name {name!r}")
    for name in lab.outside:
        yield Claim(name, ("nodes", name), f"the name {name!r}")


def _addresses(lab: Draft) -> Iterator[Claim]:
    """A gateway is the address of an appliance or a host, if the lab declares it at all."""
    routers: set[IPv4Address | IPv6Address] = set()
    for name, host in (lab.site.hosts if lab.site else {}).items():
        routers.add(host.address)
        yield Claim(host.address, ("site", "hosts", name, "address"), f"address {host.address}")
    for name, machine in lab.machines.items():
        for index, interface in enumerate(machine.interfaces):
            for key, address in (("address", interface.address), ("ipv6", interface.ipv6)):
                if address:
                    yield Claim(address, ("machines", name, "interfaces", index, key), f"address {address}")
                    routers |= {address} if machine.role == "appliance" else set()
    for name, node in lab.outside.items():
        if node.address:
            yield Claim(node.address, ("nodes", name, "address"), f"address {node.address}")
    for name, network in (lab.networks.networks if lab.networks else {}).items():
        second = network.ipv6.gateway if network.ipv6 else None
        for path, gateway in ((("gateway",), network.gateway), (("ipv6", "gateway"), second)):
            if gateway and gateway not in routers:
                yield Claim(gateway, ("networks", "networks", name, *path), f"address {gateway}")
    if lab.cluster and lab.cluster.api_address:
        yield Claim(lab.cluster.api_address, ("cluster", "api_address"), f"address {lab.cluster.api_address}")


def _mac_addresses(lab: Draft) -> Iterator[Claim]:
    """Addresses derived from VMIDs are as unique as those, but may equal one that another machine states."""
    following: dict[str, Claim] = {}
    for name, machine in lab.machines.items():
        for index, interface in enumerate(machine.interfaces):
            path: Path = ("machines", name, "interfaces", index, "mac_address")
            mac = machine.mac_address(index)
            if interface.mac_address:
                yield Claim(mac, path, f"MAC address {mac}")
            elif mac:
                following.setdefault(mac, Claim(mac, path, f"MAC address {mac}, which follows from the VMID,"))
    yield from following.values()


def _start_orders(lab: Draft) -> Iterator[Claim]:
    """Of nodes: Proxmox shuts down machines of one order together. Orders that are stated may be equal."""
    stated: set[tuple[str, int]] = set()
    for name, machine in lab.machines.items():
        key, path = (machine.host, machine.start.order), ("machines", name, "start", "order")
        is_counted = path in lab.places.counted
        if machine.role != "appliance" and (is_counted or key not in stated):
            yield Claim(key, path, f"start order {machine.start.order} of host {machine.host!r}")
            stated |= set() if is_counted else {key}


def _disk_interfaces(lab: Draft) -> Iterator[Claim]:
    for name, machine in lab.machines.items():
        for index, disk in enumerate(machine.disks):
            path = ("machines", name, "disks", index, "interface")
            yield Claim((name, disk.interface), path, f"disk interface {disk.interface}")


def _devices(lab: Draft) -> Iterator[Claim]:
    for name, machine in lab.machines.items():
        for key, kind, devices in (
            ("pci_devices", "PCI device", machine.pci_devices),
            ("usb_devices", "USB device", machine.usb_devices),
        ):
            for index, device in enumerate(devices):
                what = f"{kind} {device!r} of host {machine.host!r}"
                yield Claim((machine.host, kind, device), ("machines", name, key, index), what)


def _iommu_groups(lab: Draft) -> Iterator[Claim]:
    """The kernel gives a group to one machine, whole. A device of two machines is told once."""
    seen: set[tuple[str, str]] = set()
    for name, machine in lab.machines.items():
        devices = lab.site.hosts[machine.host].pci_devices if lab.site and machine.host in lab.site.hosts else {}
        groups: set[int | None] = {None}
        for index, device in enumerate(machine.pci_devices):
            group = devices[device].iommu_group if device in devices else None
            if group not in groups and (machine.host, device) not in seen:
                groups.add(group)
                what = f"IOMMU group {group} of host {machine.host!r}, which one machine has whole,"
                yield Claim((machine.host, group), ("machines", name, "pci_devices", index), what)
            seen.add((machine.host, device))


def _usb_ports(lab: Draft) -> Iterator[Claim]:
    """Without a port, a device is any of its kind."""
    for host_name, host in (lab.site.hosts if lab.site else {}).items():
        kinds = {device.id for device in host.usb_devices.values() if device.path is None}
        for name, device in host.usb_devices.items():
            path = ("site", "hosts", host_name, "usb_devices", name)
            if device.path is not None:
                yield Claim((host_name, device.path), (*path, "path"), f"USB port {device.path}")
            if device.id in kinds:
                yield Claim((host_name, device.id), (*path, "id"), f"USB device {device.id} without a path")


def _pci_paths(lab: Draft) -> Iterator[Claim]:
    for host_name, host in (lab.site.hosts if lab.site else {}).items():
        for name, device in host.pci_devices.items():
            path = ("site", "hosts", host_name, "pci_devices", name, "path")
            yield Claim((host_name, device.path), path, f"PCI address {device.path}")


NUMBERS: tuple[Claims, ...] = (_vmids, _addresses, _mac_addresses, _start_orders)
DEVICES: tuple[Claims, ...] = (
    _machine_names,
    _disk_interfaces,
    _devices,
    _iommu_groups,
    _usb_ports,
    _pci_paths,
)

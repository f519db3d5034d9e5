"""A machine that exists, as an entry of `machines.yaml`; or why it cannot be one."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address
from typing import Any, Literal, NamedTuple

from config.cluster import Cluster
from config.draft import Draft
from config.machine import Machine
from config.model import NAME_PATTERN
from config.network import Network, Networks
from config.quantity import Memory
from config.site import Host, Site
from plan.live.interfaces import plug
from plan.live.inventory import HostDevice, HostDisk, HostInterface, HostMachine

Role = Literal["control-plane", "worker", "appliance"]
GIB = 1 << 30
SHUTDOWN_SECONDS = 180
"""How long Proxmox waits for a machine to shut down, unless that is set."""
ROLE_WORDS: Mapping[Role, frozenset[str]] = {
    "control-plane": frozenset({"master", "control", "controlplane", "cp"}),
    "worker": frozenset({"node", "worker"}),
}
"""Common names of nodes."""
LEAVE_IT = "leave it to Proxmox: the lab can do without it"
SLOT = re.compile(r"(scsi|sata|virtio)\d+")


class Reason(NamedTuple):
    """Why a machine is left out."""

    message: str
    fix: str


class Entry(NamedTuple):
    """An entry of `machines.yaml`."""

    machine: HostMachine
    name: str
    values: Mapping[str, Any]
    """In the order in which they are written."""
    notes: tuple[str, ...]
    """Points that its owner has to check, because the host does not show them."""


class Surroundings(NamedTuple):
    """The parts of a lab that its machines refer to."""

    site: Site
    networks: Networks
    cluster: Cluster
    machines: Mapping[str, Machine]

    @classmethod
    def of(cls, lab: Draft) -> "Surroundings | None":
        """None where one of them is not valid."""
        if lab.site and lab.networks and lab.cluster:
            return cls(lab.site, lab.networks, lab.cluster, lab.machines)
        return None


def describe(lab: Surroundings, machine: HostMachine, role: Role | None) -> Entry | tuple[Reason, ...]:
    """The entry of a machine; or everything that keeps it from having one."""
    reasons = tuple(_reasons(lab, machine))
    if reasons:
        return reasons
    interfaces = [_interface(lab, each) for each in machine.interfaces]
    notes = [note for each, entry in zip(machine.interfaces, interfaces, strict=True) for note in _doubts(each, entry)]
    if role is None:
        role, why = _role(lab, machine.name, interfaces)
        notes.insert(0, f"role {role}: {why}")
    values: dict[str, Any] = {
        "vmid": machine.vmid,
        "host": machine.host,
        "role": role,
        "description": _description(machine),
        "vcpus": machine.vcpus,
        "memory": str(Memory(machine.memory_mib << 20)),
        "disks": [_disk(disk) for disk in machine.own_disks],
        "interfaces": interfaces,
    }
    if devices := [device.mapping for device in machine.devices if device.mapping]:
        values["pci_devices"] = devices
    values |= {"start": _start(lab, machine), "adopt": True}
    if not machine.agent_is_on:
        values["guest_agent"] = False
    return Entry(machine, machine.name, values, tuple(notes))


def _reasons(lab: Surroundings, machine: HostMachine) -> Iterator[Reason]:
    if not re.fullmatch(NAME_PATTERN, machine.name):
        better = re.sub(r"[^a-z0-9]+", "-", machine.name.lower()).strip("-") or f"machine-{machine.vmid}"
        yield Reason(
            f"its name is {machine.name!r}, and names here are lower-case letters, digits and hyphens"
            if machine.name
            else "it has no name",
            f"on {machine.host}: `qm set {machine.vmid} --name {better}`; one with cloud-init takes it as its host "
            "name at its next start",
        )
    elif machine.name in lab.machines:
        yield Reason(
            f"the file has another machine of its name, with VMID {lab.machines[machine.name].vmid}",
            f"correct the vmid there, or rename one of them, on {machine.host}: `qm set {machine.vmid} --name ...`",
        )
    host = lab.site.hosts.get(machine.host)
    if host is None:
        yield Reason(
            f"it is on {machine.host}, which site.yaml does not know", f"write hosts.{machine.host} in site.yaml"
        )
        return
    if not machine.own_disks:
        yield Reason("it has no disk of its own", LEAVE_IT)
    for disk in machine.own_disks:
        yield from _disk_reasons(host, machine, disk)
    if not machine.interfaces:
        yield Reason("it has no network interface", LEAVE_IT)
    for interface in machine.interfaces:
        yield from _interface_reasons(lab, machine, interface)
    for device in machine.devices:
        if device.mapping and device.mapping not in host.pci_devices:
            yield Reason(
                f"{device.slot} is the mapping {device.mapping}, which site.yaml does not know",
                f"write in site.yaml, under hosts.{machine.host}.pci_devices: {device.mapping}: {_device(device)}",
            )


def _disk_reasons(host: Host, machine: HostMachine, disk: HostDisk) -> Iterator[Reason]:
    if disk.storage is None:
        yield Reason(f"{disk.slot} is the physical disk {disk.volume}", LEAVE_IT)
        return
    if not SLOT.fullmatch(disk.slot):
        yield Reason(f"{disk.slot} is an IDE disk", "attach it as scsi, sata or virtio")
    if disk.storage not in host.storages:
        yield Reason(
            f"{disk.slot} is on {disk.storage}, which site.yaml does not know",
            f"write in site.yaml, under hosts.{machine.host}.storages: {disk.storage}: {{type: ..., disk: ...}}",
        )
    if disk.size is None:
        yield Reason(f"Proxmox does not say how large {disk.slot} is", f"`qm disk rescan --vmid {machine.vmid}`")
    elif disk.size % GIB:
        yield Reason(
            f"{disk.slot} has {Memory(disk.size)}, and sizes here are whole Gi",
            f"on {machine.host}: `qm disk resize {machine.vmid} {disk.slot} {-(-disk.size // GIB)}G`",
        )


def _interface_reasons(lab: Surroundings, machine: HostMachine, interface: HostInterface) -> Iterator[Reason]:
    where = plug(interface.bridge, interface.vlan)
    if interface.bridge is None:
        yield Reason(f"{interface.slot} is on {where}", LEAVE_IT)
    elif not (known := _networks(lab.networks, interface)):
        entry = f"NAME: {{bridge: {interface.bridge}, " + (f"vlan: {interface.vlan}, " if interface.vlan else "")
        cidr = str(interface.addresses[0].network) if interface.addresses else "..."
        bridge = f"{interface.bridge}: {{hosts: [{machine.host}]{', vlan_aware: true' if interface.vlan else ''}}}"
        known_bridge = interface.bridge in lab.networks.bridges
        yield Reason(
            f"{interface.slot} is on {where}, for which networks.yaml has no network",
            f"write in networks.yaml, {'' if known_bridge else f'under bridges: {bridge}, and '}"
            f"under networks: {entry}cidr: {cidr}, description: ...}}",
        )
    elif not interface.is_reported and interface.addresses and _network(known, interface) is None:
        yield Reason(
            f"{interface.slot} is on {where} with the address {interface.addresses[0]}, which is in none of its "
            f"networks ({', '.join(f'{name} {network.cidr}' for name, network in known.items())})",
            "correct the cidr in networks.yaml, or add a network",
        )


def _networks(networks: Networks, interface: HostInterface) -> dict[str, Network]:
    plugged = (interface.bridge, interface.vlan)
    return {name: each for name, each in networks.networks.items() if (each.bridge, each.vlan) == plugged}


def _network(known: Mapping[str, Network], interface: HostInterface) -> str | None:
    """Of several networks on one bridge, that in which it has an address; the first where it has none."""
    inside = [name for name, each in known.items() if any(address.ip in each.cidr for address in interface.addresses)]
    if inside or (interface.addresses and not interface.is_reported):
        return inside[0] if inside else None
    return next(iter(known))


def _interface(lab: Surroundings, interface: HostInterface) -> dict[str, Any]:
    known = _networks(lab.networks, interface)
    name = _network(known, interface)
    assert name is not None, "an interface without a network is a reason to leave the machine out"
    entry: dict[str, Any] = {"network": name}
    if address := _address(lab.cluster, known[name], interface):
        entry["address"] = str(address)
    if interface.mac_address:
        entry["mac_address"] = interface.mac_address
    return entry


def _address(cluster: Cluster, network: Network, interface: HostInterface) -> IPv4Address | None:
    """Its address in the network; None where it is not known. Addresses that nodes share belong to none of them."""
    inside = [each for each in interface.addresses if each.ip in network.cidr and not _is_shared(cluster, each.ip)]
    whole = [each for each in inside if each.network.prefixlen == network.cidr.prefixlen]
    found = whole if len(inside) > 1 else inside
    return found[0].ip if len(found) == 1 else None


def _is_shared(cluster: Cluster, address: IPv4Address) -> bool:
    pool = cluster.load_balancer_pool
    return bool(pool and pool.first <= address <= pool.last)


def _doubts(interface: HostInterface, entry: Mapping[str, Any]) -> Iterator[str]:
    if interface.is_reported and "address" in entry:
        yield f"address {entry['address']}: its guest agent says so; make sure that it is always that"
    elif interface.is_reported:
        said = ", ".join(str(each.ip) for each in interface.addresses)
        yield f"{interface.slot} has no address in the file: its guest agent says {said}"


def _role(lab: Surroundings, name: str, interfaces: list[dict[str, Any]]) -> tuple[Role, str]:
    """Its role in the cluster. Without evidence it is outside: nothing is planned on it then."""
    node_network = lab.cluster.node_network
    addresses = [each["address"] for each in interfaces if each["network"] == node_network and "address" in each]
    if not addresses:
        return "appliance", f"it has no address in {node_network}, the network of the nodes"
    if str(lab.cluster.api_address) in addresses:
        return "control-plane", "it has the address of the API server"
    stem = name.rstrip("0123456789")
    alike: dict[str, Role] = {
        other: each.role for other, each in lab.machines.items() if other.rstrip("0123456789") == stem != name
    }
    if len(set(alike.values())) == 1:
        return next(iter(alike.values())), f"it is named like {next(iter(alike))}, and in {node_network}"
    for role, words in ROLE_WORDS.items():
        if words & set(re.findall(r"[a-z]+", name)):
            return role, f"by its name, and because it is in {node_network}"
    return "appliance", f"no sign that it is a node; if it is one: --role {name}=worker"


def _start(lab: Surroundings, machine: HostMachine) -> dict[str, int]:
    """As it is; or what Proxmox does where it is not set, which is to start the machine last."""
    order, up_seconds, down_seconds = machine.startup
    last = max((each.start.order for each in lab.machines.values()), default=0)
    return {
        "order": last + 1 if order is None else order,
        "up_seconds": up_seconds or 0,
        "down_seconds": SHUTDOWN_SECONDS if down_seconds is None else down_seconds,
    }


def _description(machine: HostMachine) -> str:
    lines = (line.strip() for line in machine.description.splitlines())
    return next((line for line in lines if line), "Not described in Proxmox")


def _disk(disk: HostDisk) -> dict[str, Any]:
    entry: dict[str, Any] = {"interface": disk.slot, "storage": disk.storage, "size": str(Memory(disk.size or 0))}
    if disk.read_mb_per_second:
        entry["read_mb_per_second"] = disk.read_mb_per_second
    if disk.write_mb_per_second:
        entry["write_mb_per_second"] = disk.write_mb_per_second
    return entry


def _device(device: HostDevice) -> str:
    """A PCI device as `site.yaml` has it."""
    known = {
        "path": f'"{device.details["path"]}"' if "path" in device.details else "...",
        "id": device.details.get("id", "..."),
        "subsystem_id": device.details.get("subsystem-id"),
        "iommu_group": device.details.get("iommugroup"),
        "description": "...",
    }
    return f"{{{', '.join(f'{key}: {value}' for key, value in known.items() if value)}}}"

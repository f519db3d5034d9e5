"""Values that may exist only once: numbers, addresses, names, ports."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from ipaddress import IPv4Address
from itertools import product
from typing import Any, NamedTuple

from config.draft import Draft
from config.namespaces import namespace_of
from config.service.exposure import Exposure
from config.service.runs import ENDING
from config.source import Path, Problem


class Claim(NamedTuple):
    """Somebody's claim to something; `what` names it in a message."""

    key: Hashable
    path: Path
    what: str


def check_numbers(lab: Draft) -> Iterator[Problem]:
    """VMIDs, addresses and start orders of machines; what is counted gives way to what is stated."""
    return _conflicts(lab, NUMBERS)


def check_unique(lab: Draft) -> Iterator[Problem]:
    """Everything else that may exist only once."""
    return _conflicts(lab, CLAIMS)


def _conflicts(lab: Draft, kinds: Iterable[Callable[[Draft], Iterator[Claim]]]) -> Iterator[Problem]:
    """A problem for the second to claim a thing, naming the first."""
    for claims in kinds:
        taken: dict[Hashable, Path] = {}
        for claim in sorted(claims(lab), key=lambda claim: claim.path in lab.places.counted):
            if claim.key in taken:
                owner = taken[claim.key]
                yield lab.problem(claim.path, f"{claim.what} is taken by {lab.pointer(owner)}", owner)
            else:
                taken[claim.key] = claim.path


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
    routers: set[IPv4Address] = set()
    for name, host in (lab.site.hosts if lab.site else {}).items():
        routers.add(host.address)
        yield Claim(host.address, ("site", "hosts", name, "address"), f"address {host.address}")
    for name, machine in lab.machines.items():
        for index, interface in enumerate(machine.interfaces):
            if interface.address:
                path = ("machines", name, "interfaces", index, "address")
                yield Claim(interface.address, path, f"address {interface.address}")
                if machine.role == "appliance":
                    routers.add(interface.address)
    for name, node in lab.outside.items():
        if node.address:
            yield Claim(node.address, ("nodes", name, "address"), f"address {node.address}")
    for name, network in (lab.networks.networks if lab.networks else {}).items():
        if network.gateway and network.gateway not in routers:
            yield Claim(network.gateway, ("networks", "networks", name, "gateway"), f"address {network.gateway}")
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


def _pci_devices(lab: Draft) -> Iterator[Claim]:
    for name, machine in lab.machines.items():
        for index, device in enumerate(machine.pci_devices):
            path = ("machines", name, "pci_devices", index)
            yield Claim((machine.host, device), path, f"PCI device {device!r} of host {machine.host!r}")


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


def _usb_devices(lab: Draft) -> Iterator[Claim]:
    for name, machine in lab.machines.items():
        for index, device in enumerate(machine.usb_devices):
            path = ("machines", name, "usb_devices", index)
            yield Claim((machine.host, device), path, f"USB device {device!r} of host {machine.host!r}")


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


def _priorities(lab: Draft) -> Iterator[Claim]:
    for name, tier in lab.tiers.items():
        yield Claim(tier.priority, ("tiers", name, "priority"), f"priority {tier.priority}")


def _hostnames(lab: Draft) -> Iterator[Claim]:
    domain = lab.site.domain if lab.site else ""
    for name, service in lab.services.items():
        for index, exposure in enumerate(service.expose):
            path = ("services", name, "expose", index, "host")
            for host, route in product(exposure.host_names(domain), exposure.paths):
                key = (host, route.rstrip("/"), exposure.exact, *_narrowed(exposure))
                yield Claim(key, path, f"https://{host}{route}")


def _narrowed(exposure: Exposure) -> tuple[Hashable, ...]:
    """Conditions on a request, host and path aside. One host may have a way in from the internet and another from the
    house: which one a visitor takes, DNS says."""
    rule = exposure.traefik and (exposure.traefik.match, exposure.traefik.priority, exposure.traefik.entry_points)
    way = exposure.gateway, exposure.ingress_class
    return tuple(sorted(exposure.headers.items())), exposure.methods, rule, way


def _load_balancer_ports(lab: Draft) -> Iterator[Claim]:
    for name, service in lab.services.items():
        for path, address, ports in service.addresses(name):
            for number, protocol in ((port.reached, port.protocol) for port in ports):
                what = f"port {number}/{protocol.lower()} of {address}"
                yield Claim((address, number, protocol), (*path, "load_balancer"), what)


def _workload_ports(lab: Draft) -> Iterator[Claim]:
    for name, service in lab.services.items():
        for path, _, workload in service.parts(name):
            sidecars = (((*path, "sidecars", key), sidecar) for key, sidecar in workload.sidecars.items())
            for where, container in ((path, workload), *sidecars):
                for port_name, (number, protocol, *_) in container.ports.items():
                    at = (*where, "ports", port_name)
                    yield Claim((path, number, protocol), at, f"port {number}/{protocol.lower()}")
                    yield Claim((path, port_name), at, f"the port name {port_name!r}")


def _served_ports(lab: Draft) -> Iterator[Claim]:
    """Of a Kubernetes Service: the API server refuses two ports of one number and protocol, and a port of the nodes
    that any other Service has. One number of two containers is refused already."""
    for name, service in lab.services.items():
        is_refused = Counter((_owner(path), port.number, port.protocol) for path, port in service.served(name))
        for path, port in service.served(name):
            number, protocol, owner = port.reached, port.protocol, _owner(path)
            if not service.parts(name) or is_refused[owner, port.number, protocol] == 1:
                what = f"port {number}/{protocol.lower()} of its Kubernetes Service"
                yield Claim((owner, number, protocol), path, what)
            named = port.service_name or str(path[-1])
            yield Claim((owner, named), path, f"the port name {named!r} of its Kubernetes Service")
            if port.node:
                yield Claim((port.node, protocol), path, f"port {port.node}/{protocol.lower()} of the nodes")
    for stated in (each for objects in lab.objects.values() for each in objects if each.kind == "Service"):
        ports: list[Any] = [*(stated.content.get("spec", {}).get("ports") or ())]
        for index, port in enumerate(ports):
            node, protocol = port.get("nodePort"), str(port.get("protocol", "TCP"))
            if isinstance(node, int) and node:
                at = (*stated.path, "spec", "ports", index, "nodePort")
                yield Claim((node, protocol), at, f"port {node}/{protocol.lower()} of the nodes")


def _owner(path: Path) -> Path:
    """The workload, its further Kubernetes Service, or the host outside of the cluster, that has a port."""
    if "further_services" in path[2:]:
        return path[: path.index("further_services", 2) + 2]
    ends = [index for index, part in enumerate(path) if index > 1 and part in ("sidecars", "ports")]
    return path[: ends[0]]


def _kubernetes_services(lab: Draft) -> Iterator[Claim]:
    """Names of the Kubernetes Services that are stated, in their namespaces."""
    for name, service in lab.services.items():
        namespace = namespace_of(lab, name)
        for path, workload_name, workload in service.parts(name):
            if workload.reached_ports and workload.runs_as not in ENDING:
                own = workload.adopt.service or workload_name
                yield Claim((namespace, own), (*path, "ports"), f"the Kubernetes Service {own!r}")
            for further in workload.further_services:
                at = (*path, "further_services", further)
                yield Claim((namespace, further), at, f"the Kubernetes Service {further!r}")


def _container_names(lab: Draft) -> Iterator[Claim]:
    """Within a pod: the main container has the workload's name unless it existed before, and the planner adds the one
    that waits."""
    for name, service in lab.services.items():
        for path, workload_name, workload in service.parts(name):
            main = workload.adopt.container or workload.adopt.name or workload_name
            yield Claim((path, main), path, f"the container name {main!r}")
            if workload.waits_for:
                yield Claim((path, "wait-for"), (*path, "waits_for"), "the container name 'wait-for'")
            for part, added in (("init", workload.init), ("sidecars", workload.sidecars)):
                for key in added:
                    yield Claim((path, key), (*path, part, key), f"the container name {key!r}")


def _mount_paths(lab: Draft) -> Iterator[Claim]:
    for name, service in lab.services.items():
        for path, container in service.containers_of(name):
            for volume, mounts in container.mounts.items():
                for where in (mount.path for mount in mounts):
                    yield Claim((path, where.rstrip("/")), (*path, "mounts", volume), f"the path {where}")
            for where in container.secret_files:
                yield Claim((path, where.rstrip("/")), (*path, "secret_files", where), f"the path {where}")
            for where in container.files:
                yield Claim((path, where.rstrip("/")), (*path, "files", where), f"the path {where}")


NUMBERS: tuple[Callable[[Draft], Iterator[Claim]], ...] = (_vmids, _addresses, _mac_addresses, _start_orders)

CLAIMS: tuple[Callable[[Draft], Iterator[Claim]], ...] = (
    _machine_names,
    _disk_interfaces,
    _pci_devices,
    _iommu_groups,
    _usb_devices,
    _usb_ports,
    _pci_paths,
    _priorities,
    _hostnames,
    _load_balancer_ports,
    _workload_ports,
    _served_ports,
    _kubernetes_services,
    _container_names,
    _mount_paths,
)

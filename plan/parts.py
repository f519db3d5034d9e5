"""Parts of a lab that are neither pods nor machines, and who uses them: networks, storage, devices, templates."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, assert_never

from config.lab import Lab
from config.model import Model
from config.source import Path
from config.storage_class import BlockStorageClass, NfsStorageClass
from plan.model import Plan
from plan.wording import gib, plural

PartKind = Literal["network", "bridge", "storage class", "storage", "device", "template", "machine backup"]


class Part(NamedTuple):
    """A part of a lab."""

    kind: PartKind
    name: str
    description: str
    said: tuple[str, ...]
    """Sentences on what it is."""
    users: Mapping[str, tuple[str, ...]]
    """Machines, networks and services that need it, by kind."""
    path: Path
    """Where it stands in the lab."""
    row: Model
    """Its keys as the lab states them."""


def part_names(plan: Plan) -> Mapping[PartKind, tuple[str, ...]]:
    """The names of all parts, by kind; those of a host as `HOST/NAME`."""
    lab = plan.lab
    hosts = lab.site.hosts.items()
    return {
        "network": tuple(lab.networks.networks),
        "bridge": tuple(lab.networks.bridges),
        "storage class": tuple(lab.storage_classes),
        "storage": tuple(f"{host}/{name}" for host, row in hosts for name in row.storages),
        "device": tuple(f"{host}/{name}" for host, row in hosts for name in (*row.pci_devices, *row.usb_devices)),
        "template": tuple(lab.site.templates),
        "machine backup": tuple(lab.site.machine_backups),
    }


def part_of(plan: Plan, kind: PartKind, name: str) -> Part:
    """One part, by its kind and name."""
    host, _, own = name.partition("/")
    match kind:
        case "network":
            return _network(plan.lab, name)
        case "bridge":
            return _bridge(plan.lab, name)
        case "storage class":
            return _storage_class(plan.lab, name)
        case "storage":
            return _storage(plan, host, own)
        case "device":
            return _device(plan.lab, host, own)
        case "template":
            return _template(plan.lab, name)
        case "machine backup":
            return _machine_backup(plan.lab, name)
        case _:
            assert_never(kind)


def _network(lab: Lab, name: str) -> Part:
    row = lab.networks.networks[name]
    tag = f", VLAN {row.vlan}" if row.vlan else ", untagged"
    said = [f"addresses {row.cidr}", f"on bridge {row.bridge}{tag}" if row.bridge else "on no bridge of a host"]
    said += [f"gateway {row.gateway}"] if row.gateway else []
    said += [f"name servers {', '.join(map(str, row.nameservers))}"] if row.nameservers else []
    if lab.cluster.node_network == name:
        pool = lab.cluster.load_balancer_pool
        said.append(
            "the nodes of the cluster are in it"
            + (f", and addresses of services from {pool.first} to {pool.last}" if pool else "")
        )
    machines = [
        f"{machine} ({interface.address})" if interface.address else machine
        for machine, config in lab.machines.items()
        for interface in config.interfaces
        if interface.network == name
    ]
    addressed = [
        f"{service} ({each.address})"
        for service, config in lab.services.items()
        for each in config.addresses(service)
        if each.address in row.cidr
    ]
    users = {"machines": tuple(machines), "services at addresses of their own": tuple(addressed)}
    return Part("network", name, row.description, tuple(said), users, ("networks", "networks", name), row)


def _bridge(lab: Lab, name: str) -> Part:
    row = lab.networks.bridges[name]
    ports = f"ports {', '.join(row.ports)}" if row.ports else "no ports: it is internal"
    said = (
        f"on {plural(len(row.hosts), 'host')}: {', '.join(row.hosts)}",
        ports,
        "passes on VLAN tags" if row.vlan_aware else "passes on no VLAN tags",
    )
    networks = tuple(each for each, network in lab.networks.networks.items() if network.bridge == name)
    machines = dict.fromkeys(
        machine
        for machine, config in lab.machines.items()
        for interface in config.interfaces
        if interface.network in networks
    )
    users = {"networks": networks, "machines": tuple(machines)}
    return Part("bridge", name, "", said, users, ("networks", "bridges", name), row)


def _storage_class(lab: Lab, name: str) -> Part:
    row = lab.storage_classes[name]
    if isinstance(row, BlockStorageClass):
        where = [host for host, config in lab.site.hosts.items() if row.storage in config.storages]
        what = f"block volumes on the storage {row.storage} of {', '.join(where)}, made by {row.driver}"
    elif isinstance(row, NfsStorageClass):
        what = f"folders below {row.path} of {row.server}, made by {row.driver}"
    else:
        what = f"volumes of {row.provisioner}: where they lie is not known"
    sizes = {
        service: [size for each, size in config.stored() if each == name] for service, config in lab.services.items()
    }
    total = sum(sum(each) for each in sizes.values())
    volumes = sum(map(len, sizes.values()))
    users = tuple(f"{service} ({gib(sum(each))})" for service, each in sizes.items() if each)
    said = (what, f"{plural(volumes, 'volume')} of services, {gib(total)} in all")
    return Part("storage class", name, row.description, said, {"services": users}, ("storage", name), row)


def _storage(plan: Plan, host: str, name: str) -> Part:
    lab = plan.lab
    row = lab.site.hosts[host].storages[name]
    use = next(each for each in plan.capacity.hosts if each.name == host)
    committed, size = use.storages.get(name, (0, None))
    said = (
        f"{row.type} on the disk {row.disk} of {host}",
        f"{gib(committed)} committed" + (f" of {gib(size)}" if size else "; its size is not stated"),
    )
    disks = tuple(
        f"{machine}/{disk.interface} ({gib(disk.size)})"
        for machine, config in lab.machines.items()
        if config.host == host
        for disk in config.disks
        if disk.storage == name
    )
    classes = tuple(
        each
        for each, config in lab.storage_classes.items()
        if isinstance(config, BlockStorageClass) and config.storage == name
    )
    templates = tuple(
        each for each, config in lab.site.templates.items() if (config.host, config.storage) == (host, name)
    )
    users = {"disks of machines": disks, "storage classes": classes, "templates": templates}
    return Part("storage", f"{host}/{name}", "", said, users, ("site", "hosts", host, "storages", name), row)


def _device(lab: Lab, host: str, name: str) -> Part:
    if name not in lab.site.hosts[host].pci_devices:
        return _usb_device(lab, host, name)
    row = lab.site.hosts[host].pci_devices[name]
    group = f"IOMMU group {row.iommu_group}" if row.iommu_group is not None else "its IOMMU group is not stated"
    said = [f"at {row.path} of {host}, {row.id}, {group}"]
    said += [f"{row.video_memory_mib:,} MiB of video memory"] if row.video_memory_mib else []
    machines = (each for each, config in lab.machines.items() if config.host == host and name in config.pci_devices)
    path: Path = ("site", "hosts", host, "pci_devices", name)
    return Part("device", f"{host}/{name}", row.description, tuple(said), {"machines": tuple(machines)}, path, row)


def _usb_device(lab: Lab, host: str, name: str) -> Part:
    row = lab.site.hosts[host].usb_devices[name]
    where = f"at port {row.path} of {host}" if row.path else f"at any port of {host}"
    machines = (each for each, config in lab.machines.items() if config.host == host and name in config.usb_devices)
    path: Path = ("site", "hosts", host, "usb_devices", name)
    users = {"machines": tuple(machines)}
    return Part("device", f"{host}/{name}", row.description, (f"{where}, {row.id}",), users, path, row)


def _machine_backup(lab: Lab, name: str) -> Part:
    row = lab.site.machine_backups[name]
    said = (
        f"a job of Proxmox, at {row.schedule}, to {row.to}",
        "leaves out volumes that the CSI driver attaches",
    )
    users = {"machines": row.machines or tuple(lab.machines)}
    return Part("machine backup", name, "", said, users, ("site", "machine_backups", name), row)


def _template(lab: Lab, name: str) -> Part:
    row = lab.site.templates[name]
    image = f"made of {row.image.url}" if row.image else "on the host already"
    said = (f"VMID {row.vmid} on {row.host}, its disk on {row.storage}", image)
    users = {"machines": tuple(machine for machine, config in lab.machines.items() if config.template == name)}
    return Part("template", name, row.description, said, users, ("site", "templates", name), row)

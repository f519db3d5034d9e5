"""Machines: on their host, on its bridges, and made from something."""

from collections.abc import Iterator

from config.draft import Draft
from config.machine import Machine
from config.source import Problem

MIB, GIB = 1 << 20, 1 << 30


def check_machines(lab: Draft) -> Iterator[Problem]:
    """A machine is adopted or cloned, its bridges are on its host, and a node has an address for the cluster."""
    yield from _check_vlans(lab)
    for name, machine in lab.machines.items():
        if not machine.adopt and machine.template is None:
            message = "needs template: what the new machine is cloned from; or adopt: true if it runs already"
            yield lab.problem(("machines", name), message)
        yield from _check_sizes(lab, name, machine)
        yield from _check_vcpus(lab, name, machine)
        yield from _check_bridges(lab, name, machine)
        yield from _check_node_address(lab, name, machine)
        yield from _check_boot_disk(lab, name, machine)
        yield from _check_labels(lab, name, machine)


def _check_vlans(lab: Draft) -> Iterator[Problem]:
    bridges = lab.networks.bridges if lab.networks else {}
    for name, network in (lab.networks.networks if lab.networks else {}).items():
        bridge = bridges.get(network.bridge) if network.bridge else None
        if network.vlan is not None and bridge and not bridge.vlan_aware:
            message = f"VLAN {network.vlan} needs vlan_aware: true on bridge {network.bridge!r}"
            yield lab.problem(("networks", "networks", name, "vlan"), message)


def _check_sizes(lab: Draft, name: str, machine: Machine) -> Iterator[Problem]:
    """Proxmox gives memory in whole MiB and disks in whole GiB; anything else would be rounded in silence."""
    if machine.memory % MIB:
        message = f"must be a whole number of Mi; write {-(-machine.memory // MIB)}Mi"
        yield lab.problem(("machines", name, "memory"), message)
    for index, disk in enumerate(machine.disks):
        if disk.size % GIB:
            message = f"must be a whole number of Gi; write {-(-disk.size // GIB)}Gi"
            yield lab.problem(("machines", name, "disks", index, "size"), message)


def _check_vcpus(lab: Draft, name: str, machine: Machine) -> Iterator[Problem]:
    host = lab.site.hosts.get(machine.host) if lab.site else None
    if host and host.cores <= host.threads < machine.vcpus:
        threads = f"the {host.threads} threads of host {machine.host!r}"
        message = f"{machine.vcpus} are more than {threads}: Proxmox starts no such machine"
        yield lab.problem(("machines", name, "vcpus"), message)


def _check_bridges(lab: Draft, name: str, machine: Machine) -> Iterator[Problem]:
    for index, interface in enumerate(machine.interfaces):
        network = lab.networks.networks.get(interface.network) if lab.networks else None
        bridge = lab.networks.bridges.get(network.bridge) if lab.networks and network and network.bridge else None
        if network and network.bridge is None:
            path = ("machines", name, "interfaces", index, "network")
            yield lab.problem(path, f"{interface.network!r} is on no bridge; write its bridge in networks.yaml")
        if network and bridge and lab.is_said("site", "hosts", machine.host) and machine.host not in bridge.hosts:
            path = ("machines", name, "interfaces", index, "network")
            message = f"{interface.network!r} is on bridge {network.bridge!r}, which {machine.host!r} does not have"
            yield lab.problem(path, message)


def _check_node_address(lab: Draft, name: str, machine: Machine) -> Iterator[Problem]:
    if machine.role == "appliance" or not lab.cluster:
        return
    network = lab.cluster.node_network
    by_dhcp = machine.role == "worker"
    on_it = [each for each in machine.interfaces if each.network == network]
    reached = any(each.address or by_dhcp for each in on_it)
    if lab.is_said("networks", "networks", network) and not reached:
        message = f"a {machine.role} needs an interface with an address on {network!r}, the network of the nodes"
        yield lab.problem(("machines", name, "interfaces"), message)
    elif len(machine.interfaces) > 1 and not machine.adopt and not any(each.address for each in on_it):
        message = (
            f"with several interfaces, the kubelet would choose its address itself; state the one on {network!r}, or "
            "have one interface"
        )
        yield lab.problem(("machines", name, "interfaces"), message)


def _check_labels(lab: Draft, name: str, machine: Machine) -> Iterator[Problem]:
    """A kubelet does not start with a label of Kubernetes' own that it may not set itself."""
    for label in () if machine.adopt else machine.labels:
        domain = label.rpartition("/")[0]
        is_reserved = domain in ("kubernetes.io", "k8s.io") or domain.endswith((".kubernetes.io", ".k8s.io"))
        if is_reserved and domain not in ("kubelet.kubernetes.io", "node.kubernetes.io"):
            message = "a kubelet may not give itself a label of kubernetes.io; take a domain of yours"
            yield lab.problem(("machines", name, "labels", label), message)


def _check_boot_disk(lab: Draft, name: str, machine: Machine) -> Iterator[Problem]:
    """Another disk than the template's would be an empty one, and the template's cannot shrink."""
    template = lab.site.templates.get(machine.template) if lab.site and machine.template else None
    if machine.adopt or template is None:
        return
    if lab.site and lab.site.endpoint_of(template.host) != lab.site.endpoint_of(machine.host):
        message = f"{machine.template!r} is on {template.host!r}, which is another Proxmox than {machine.host!r}"
        yield lab.problem(("machines", name, "template"), f"{message}: name a template of that host")
    disk = machine.disks[0]
    if disk.interface != template.disk:
        message = f"a clone of {machine.template!r} boots from {template.disk}; {disk.interface} would be empty"
        yield lab.problem(("machines", name, "disks", 0, "interface"), message)
    if template.image and disk.size < template.image.disk_size:
        message = (
            f"{disk.size} must not be less than {template.image.disk_size}, the disk of template {machine.template!r}"
        )
        yield lab.problem(("machines", name, "disks", 0, "size"), message)

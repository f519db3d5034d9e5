"""Which machines are created, and what each of them is to the cluster."""

from collections.abc import Mapping
from dataclasses import replace

from config.lab import Lab
from config.machine import Machine
from config.site import Template


def created_anew(lab: Lab) -> Lab:
    """The lab as if none of its machines existed: each boots from what it is cloned from."""
    machines = {name: _created_anew(lab, machine) for name, machine in lab.machines.items()}
    return replace(lab, machines=machines)


def _created_anew(lab: Lab, machine: Machine) -> Machine:
    first, *others = machine.disks
    if machine.adopt and (template := template_of(lab, machine)):
        first = first.model_copy(update={"interface": template.disk})
    return machine.model_copy(update={"adopt": False, "disks": (first, *others)})


def in_start_order(lab: Lab) -> Mapping[str, Machine]:
    """The machines in the order in which their host starts them."""
    return dict(sorted(lab.machines.items(), key=lambda item: (item[1].start.order, item[1].vmid)))


def is_created_node(machine: Machine) -> bool:
    """Whether cloud-init makes the machine a node of the cluster."""
    return machine.role != "appliance" and not machine.adopt


def founder(lab: Lab) -> str | None:
    """The machine that makes the cluster: the first of the control planes, unless the cluster exists already."""
    control_planes = control_planes_of(lab)
    if any(machine.adopt for machine in control_planes.values()):
        return None
    return next(iter(control_planes), None)


def control_planes_of(lab: Lab) -> Mapping[str, Machine]:
    """The machines of the control plane, in the order in which they start."""
    return {name: machine for name, machine in in_start_order(lab).items() if machine.role == "control-plane"}


def template_of(lab: Lab, machine: Machine) -> Template | None:
    """The template that a machine is cloned from: its own, or else the first. None in a lab without templates."""
    name = machine.template or next(iter(lab.site.templates), None)
    return lab.site.templates[name] if name else None


def node_interface(lab: Lab, machine: Machine) -> int:
    """Place of the interface by which a node is in the cluster: the first there that has an address, or else the
    first."""
    network = lab.cluster.node_network
    on_it = [index for index, interface in enumerate(machine.interfaces) if interface.network == network]
    return next((index for index in on_it if machine.interfaces[index].address is not None), on_it[0])


def node_address(lab: Lab, machine: Machine) -> str | None:
    """The address of IPv4 that a node registers with; None for a worker that gets it by DHCP."""
    address = machine.interfaces[node_interface(lab, machine)].address
    return None if address is None else str(address)


def node_addresses(lab: Lab, machine: Machine) -> list[str]:
    """The addresses that a node registers with, one of each family of the cluster; none for a worker that gets it by
    DHCP."""
    interface = machine.interfaces[node_interface(lab, machine)]
    return [str(each) for each in (interface.address, interface.ipv6 if lab.cluster.ipv6 else None) if each is not None]


def control_plane_address(lab: Lab, machine: Machine) -> str:
    """The address of a control plane, which states one."""
    return str(machine.interfaces[node_interface(lab, machine)].address)

"""Privileges that a token of Proxmox VE 9 needs: the roles to give it, and those that a lab uses.

Read in the permission checks of Proxmox VE 9.2 for every request that the provider and `homelab` make.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plan.model import MachineTemplate, Plan, VirtualMachine


class Role(NamedTuple):
    """A role, and where it is granted.

    Privileges granted on a path replace those inherited from above, so a role on a deeper path repeats what may be
    read there.
    """

    path: str
    propagate: bool
    privileges: tuple[str, ...]


READ_MACHINES = ("VM.Audit", "VM.GuestAgent.Audit")
CHANGE_MACHINES = ("VM.Config.CPU", "VM.Config.Disk", "VM.Config.Memory", "VM.Config.Options")
"""Privileges to set what the program states of every machine; reading a machine's disks takes VM.Config.Disk."""
CREATE_MACHINES = (
    "VM.Allocate",
    "VM.Config.CDROM",
    "VM.Config.Cloudinit",
    "VM.Config.HWType",
    "VM.Config.Network",
    "VM.PowerMgmt",
)

ROLES: Mapping[str, Role] = {
    "HomelabRead": Role(
        "/", True, ("Datastore.Audit", "Mapping.Audit", "SDN.Audit", "Sys.Audit", "VM.Audit", "VM.GuestAgent.Audit")
    ),
    "HomelabHost": Role("/", False, ("Sys.Modify",)),
    "HomelabMachines": Role(
        "/vms", True, tuple(sorted((*READ_MACHINES, *CHANGE_MACHINES, *CREATE_MACHINES, "VM.Clone")))
    ),
    "HomelabDisks": Role("/storage", True, ("Datastore.AllocateSpace", "Datastore.Audit")),
    "HomelabFiles": Role(
        "/storage/local",
        True,
        ("Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.AllocateTemplate", "Datastore.Audit"),
    ),
    "HomelabNetwork": Role("/sdn/zones/localnetwork", True, ("SDN.Audit", "SDN.Use")),
    "HomelabDevices": Role("/mapping/pci", True, ("Mapping.Audit", "Mapping.Modify", "Mapping.Use")),
    "HomelabUsb": Role("/mapping/usb", True, ("Mapping.Audit", "Mapping.Modify", "Mapping.Use")),
}
"""Together, all privileges that the program ever needs. `Sys.Modify` is for the start order of machines, which Proxmox
takes for a setting of the host, and for downloading images; it is not inherited by anything. `Datastore.Allocate` is
for the one storage, usually `local`, that snippets are written to: the provider reads where it is."""


def commands(user: str = "homelab@pve", token: str = "pulumi") -> tuple[str, ...]:
    """Commands that make the user, its roles and its token, on the Proxmox host."""
    return (
        f"pveum user add {user}",
        *(f'pveum role add {name} --privs "{" ".join(role.privileges)}"' for name, role in ROLES.items()),
        *(
            f"pveum acl modify {role.path} --users {user} --roles {name} --propagate {int(role.propagate)}"
            for name, role in ROLES.items()
        ),
        f"pveum user token add {user} {token} --privsep 0",
    )


class Need(NamedTuple):
    """A privilege on a path, and what cannot be done without it."""

    path: str
    privilege: str
    purpose: str

    @property
    def grant(self) -> tuple[str, str]:
        """The role that brings it and the path to grant it on: the role's own where that contains this path."""
        bringing = {name: role.path for name, role in ROLES.items() if self.privilege in role.privileges}
        within = {name: path for name, path in bringing.items() if contains(path, self.path)}
        if not within:
            return next(iter(bringing)), self.path
        name = max(within, key=lambda each: len(within[each]))
        return name, within[name]


def needs(plan: Plan) -> tuple[Need, ...]:
    """All that the plan needs, each privilege on a path once."""
    found: dict[tuple[str, str], Need] = {}
    for need in _needs(plan):
        found.setdefault((need.path, need.privilege), need)
    return tuple(found.values())


def _needs(plan: Plan) -> Iterator[Need]:
    yield Need("/", "Sys.Audit", "read PCI devices and thin pools")
    yield Need("/", "Sys.Modify", "set the start order of machines")
    yield Need("/vms", "VM.Audit", "see which VMIDs and addresses are taken")
    yield Need("/sdn/zones/localnetwork", "SDN.Audit", "see bridges")
    for host in plan.lab.site.hosts:
        yield Need(f"/nodes/{host}", "Sys.Audit", f"read memory and clock of {host}")
        for storage in plan.lab.site.hosts[host].storages:
            yield Need(f"/storage/{storage}", "Datastore.Audit", f"read the storage {storage}")
    if plan.templates or not all(machine.adopted for machine in plan.machines):
        yield Need("/vms", "VM.Config.Disk", "see how much of a thin pool is committed to disks")
        yield Need("/vms", "VM.GuestAgent.Audit", "ask guest agents for addresses in use")
    for template in plan.templates:
        yield from _template(template)
    for machine in plan.machines:
        yield from _machine(plan, machine)


def _machine(plan: Plan, machine: VirtualMachine) -> Iterator[Need]:
    path = f"/vms/{machine.vmid}"
    for privilege in (*READ_MACHINES, *CHANGE_MACHINES):
        yield Need(path, privilege, f"read and change {machine.name}")
    for device in _blocks(machine.properties, "hostpcis"):
        yield Need(f"/mapping/pci/{device['mapping']}", "Mapping.Audit", f"read the device of {machine.name}")
    for device in _blocks(machine.properties, "usbs"):
        yield Need(f"/mapping/usb/{device['mapping']}", "Mapping.Audit", f"read the device of {machine.name}")
    if machine.adopted:
        return
    for privilege in CREATE_MACHINES:
        yield Need(path, privilege, f"create {machine.name}")
    source = machine.properties.get("clone", {}).get("vm_id")
    if source is not None:
        for privilege in ("VM.Audit", "VM.Clone"):
            yield Need(f"/vms/{source}", privilege, f"clone {machine.name} from it")
    yield from _hardware(machine.properties, machine.name)
    for snippet in machine.snippets:
        yield Need(f"/storage/{snippet.storage}", "Datastore.Allocate", "ask where snippets are written to")
    for mapping in machine.pci_mappings:
        yield Need("/mapping/pci", "Mapping.Modify", f"create the mapping {mapping.name}")
        yield Need(f"/mapping/pci/{mapping.name}", "Mapping.Use", f"give {mapping.name} to {machine.name}")
    for mapping in machine.usb_mappings:
        yield Need("/mapping/usb", "Mapping.Modify", f"create the mapping {mapping.name}")
        yield Need(f"/mapping/usb/{mapping.name}", "Mapping.Use", f"give {mapping.name} to {machine.name}")


def _template(template: MachineTemplate) -> Iterator[Need]:
    path = f"/vms/{template.properties['vm_id']}"
    for privilege in (*READ_MACHINES, *CHANGE_MACHINES, *CREATE_MACHINES):
        yield Need(path, privilege, f"create the template {template.name}")
    yield from _hardware(template.properties, template.name)
    storage = template.image.get("datastore_id")
    if storage is not None:
        yield Need(f"/storage/{storage}", "Datastore.AllocateTemplate", f"download the image of {template.name}")


def _hardware(properties: Mapping[str, object], name: str) -> Iterator[Need]:
    for disk in _blocks(properties, "disks"):
        yield Need(f"/storage/{disk['datastore_id']}", "Datastore.AllocateSpace", f"create the disks of {name}")
    for device in _blocks(properties, "network_devices"):
        path = f"/sdn/zones/localnetwork/{device['bridge']}"
        vlan = device.get("vlan_id")
        yield Need(path if vlan is None else f"{path}/{vlan}", "SDN.Use", f"connect {name} to {device['bridge']}")


def _blocks(properties: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
    blocks = properties.get(name)
    if isinstance(blocks, list):
        yield from blocks  # pyright: ignore[reportUnknownVariableType]


def contains(outer: str, inner: str) -> bool:
    """Whether a path is another one, or below it."""
    return outer == "/" or inner == outer or inner.startswith(f"{outer}/")

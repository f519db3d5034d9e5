"""Whether PCI devices are where the lab says, alone in their IOMMU group, and mapped to nothing else."""

from collections.abc import Iterator, Mapping

from config.site import PciDevice as Stated
from operations.preflight.answers import PciDevice, PciMapping
from operations.preflight.check import Check, missing_privilege, settings, unchecked
from operations.preflight.standing import to_create
from operations.preflight.state import State, Unread
from plan.model import Finding, Plan
from plan.model import PciMapping as Planned
from plan.model.findings import Rule
from plan.wording import listed

IOMMU_GROUP_SHARED = Rule(
    "IOMMU-GROUP-SHARED",
    ("error", "warning", "info"),
    title="A device shares its IOMMU group with others",
    meaning=(
        "Devices of a group cannot be told apart by the IOMMU. When the machine starts, the host loses all of "
        "them, its disks or network among them."
    ),
    remedy="Put the card into another slot, or pass the whole group to the same machine.",
)

IOMMU_OFF = Rule(
    "IOMMU-OFF",
    "error",
    title="The IOMMU of a host is off",
    meaning="Without it no PCI device can be passed through: the machine does not start.",
    remedy=(
        "Turn on VT-d or AMD-Vi in the BIOS of the host, and intel_iommu=on on its kernel's command line for an "
        "Intel processor."
    ),
)

PCI_DEVICE_DIFFERS = Rule(
    "PCI-DEVICE-DIFFERS",
    "error",
    title="A PCI device is not what site.yaml says",
    meaning=(
        "Proxmox compares id, subsystem and IOMMU group of a mapping with the hardware at every start, and refuses "
        "to start the machine when one differs. A change of slot, BIOS or kernel may change the group."
    ),
    remedy="Write what the host says.",
)

PCI_DEVICE_MISSING = Rule(
    "PCI-DEVICE-MISSING",
    "error",
    title="A PCI device is not at its path",
    meaning="Addresses change when a card is moved or another one is added.",
    remedy="Write the path at which the host has it.",
)

PCI_MAPPING_EXISTS = Rule(
    "PCI-MAPPING-EXISTS",
    "warning",
    title="A PCI mapping that the program would make is there already",
    meaning=(
        "The program makes the mapping together with the machine that it is for. Proxmox does not make one a second "
        "time: the `up` fails, unless the mapping is in the stack's state, since an earlier `up` made it and was "
        "interrupted before it made the machine. The state cannot be read here."
    ),
    remedy=(
        "Remove it where no `up` made it and no machine uses it: `pvesh delete /cluster/mapping/pci/NAME`. The next "
        "`up` makes it again."
    ),
)

PCI_MAPPING_TAKEN = Rule(
    "PCI-MAPPING-TAKEN",
    "error",
    title="A PCI mapping of this name is for another device",
    meaning="The mapping cannot be created a second time, and a machine would get the other device.",
    remedy="Name the device otherwise in site.yaml, or remove the mapping in Proxmox.",
)


NO_IOMMU = -1


def check_devices(plan: Plan, state: State, host: str) -> Check:
    """The PCI devices of a host that the lab names."""
    question = f"PCI devices of {host}"
    stated = plan.lab.site.hosts[host].pci_devices
    path = ("site", "hosts", host, "pci_devices")
    if not stated:
        return Check(question, (), "none is passed through")
    devices = state.hosts[host].pci_devices
    if isinstance(devices, Unread):
        return Check(question, (unchecked(path, question, devices),), "")
    created = {mapping.name for machine in plan.machines for mapping in machine.pci_mappings}
    findings = [each for name, device in stated.items() for each in _device(host, name, device, devices, created)]
    findings += _mappings(plan, state, host)
    answer = "; ".join(_found(name, device, devices) for name, device in stated.items())
    return Check(question, tuple(findings), answer)


def _functions(path: str, devices: Mapping[str, PciDevice]) -> list[PciDevice]:
    """The device; a path without a function is all of its functions."""
    return [each for each in devices.values() if each.id == path or each.id.rpartition(".")[0] == path]


def _id(vendor: str | None, device: str | None) -> str:
    return f"{(vendor or '?').removeprefix('0x')}:{(device or '?').removeprefix('0x')}"


def _found(name: str, stated: Stated, devices: Mapping[str, PciDevice]) -> str:
    functions = _functions(stated.path, devices)
    if not functions:
        return ""
    first = functions[0]
    subsystem = _id(first.subsystem_vendor, first.subsystem_device)
    found = f"{name} at {stated.path} is {_id(first.vendor, first.device)}, subsystem {subsystem}, IOMMU group "
    missing = [
        f"{key}: {value}"
        for key, value, written in (
            ("subsystem_id", subsystem, stated.subsystem_id),
            ("iommu_group", first.iommugroup, stated.iommu_group),
        )
        if written is None
    ]
    return f"{found}{first.iommugroup}" + (f"; write {' and '.join(missing)} in site.yaml" if missing else "")


def _device(
    host: str, name: str, stated: Stated, devices: Mapping[str, PciDevice], created: set[str]
) -> Iterator[Finding]:
    path = ("site", "hosts", host, "pci_devices", name)
    functions = _functions(stated.path, devices)
    if not functions:
        same = [each.id for each in devices.values() if _id(each.vendor, each.device) == stated.id]
        elsewhere = f"; {stated.id} is at {listed(same)}" if same else f", and no other {stated.id}"
        yield PCI_DEVICE_MISSING.finding(
            (*path, "path"),
            f"{host} has no device at {stated.path}{elsewhere}",
            f"write path: {same[0]}" if same else f"look for it with `lspci -nn` on {host}; it may be off in the BIOS",
        )
        return
    first = functions[0]
    facts: tuple[tuple[str, object, object], ...] = (
        ("id", stated.id, _id(first.vendor, first.device)),
        ("subsystem_id", stated.subsystem_id, _id(first.subsystem_vendor, first.subsystem_device)),
        ("iommu_group", stated.iommu_group, first.iommugroup),
    )
    if first.iommugroup == NO_IOMMU:
        facts = facts[:2]
        yield IOMMU_OFF.finding(
            path,
            f"{name} at {stated.path} of {host} is in no IOMMU group: the IOMMU is off, so the host keeps it",
            "turn on VT-d or AMD-Vi in the BIOS, then boot with intel_iommu=on for an Intel processor",
        )
    for key, written, found in facts:
        if written is not None and written != found:
            yield PCI_DEVICE_DIFFERS.finding(
                (*path, key),
                f"{name} at {stated.path} of {host}: {key} is {found}, not {written}; its machine would not start",
                f"write {key}: {found}",
                facts={"stated": str(written), "found": str(found)},
            )
    others = [
        each.id
        for each in devices.values()
        if each.iommugroup == first.iommugroup != NO_IOMMU and each.id.rpartition(".")[0] != first.id.rpartition(".")[0]
    ]
    if others:
        yield IOMMU_GROUP_SHARED.finding(
            path,
            f"{name} shares IOMMU group {first.iommugroup} of {host} with {listed(others)}: the host loses those "
            "too when the machine starts",
            "put the card into another slot, or pass all devices of the group to the same machine",
            severity="error" if name in created else "warning",
            facts={"group": first.iommugroup, "others": tuple(others)},
        )


def _mappings(plan: Plan, state: State, host: str) -> Iterator[Finding]:
    here = [machine for machine in plan.machines if machine.host == host]
    planned = [(machine, mapping) for machine in here for mapping in machine.pci_mappings]
    if not planned:
        return
    if isinstance(state.pci_mappings, Unread):
        yield unchecked(("site", "hosts", host, "pci_devices"), "mappings of PCI devices", state.pci_mappings)
        return
    new = () if isinstance(state.guests, Unread) else to_create(plan, state.guests)
    for machine, mapping in planned:
        path = ("site", "hosts", host, "pci_devices", mapping.name)
        present = state.pci_mappings.get(mapping.name)
        if present is None:
            if not state.may(f"/mapping/pci/{mapping.name}", "Mapping.Audit"):
                where = f"/mapping/pci/{mapping.name}"
                yield unchecked(
                    path, f"whether the mapping {mapping.name} exists", missing_privilege(where, "Mapping.Audit")
                )
        elif not _is_planned(present, mapping):
            yield PCI_MAPPING_TAKEN.finding(
                path,
                f"Proxmox has a mapping {mapping.name} of another device: {listed(present.map)}",
                "give the device another name in site.yaml, or remove that mapping",
            )
        elif machine in new:
            yield PCI_MAPPING_EXISTS.finding(
                path,
                f"Proxmox has the mapping {mapping.name} already, and {machine.name}, with which the program makes it, "
                "does not exist: unless an earlier `up` of this stack made it, the next one fails at it",
                f"if no `up` made it and no machine uses it, on {host}: `pvesh delete "
                f"/cluster/mapping/pci/{mapping.name}`",
            )


def _is_planned(present: PciMapping, planned: Planned) -> bool:
    """Whether it maps the same devices on the same hosts; details that differ are found at the device."""
    locations = {(each.get("node"), each.get("path")) for each in map(settings, present.map)}
    return all((each["node"], each["path"]) in locations for each in planned.properties["maps"])

"""Whether VMIDs and addresses are free, and machines that are to be adopted are where the lab says."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, ip_address
from typing import NamedTuple

from config.source import Path
from operations.preflight.check import Check, missing_privilege, settings, unchecked
from operations.preflight.standing import (
    Guests,
    is_half_made,
    is_moved,
    is_our_template,
    is_ours,
    templates_to_create,
    to_create,
)
from operations.preflight.state import State, Unread
from plan.live import MACHINE_MISSING, host_findings, missing_findings
from plan.model import Finding, Plan, VirtualMachine
from plan.model.findings import Rule
from plan.wording import listed

ADDRESS_TAKEN = Rule(
    "ADDRESS-TAKEN",
    "error",
    title="An address of the lab is in use already",
    meaning=(
        "Another machine, container or host of this Proxmox is configured with the address, or its guest agent "
        "reports it. Where two machines have one address, either may answer. Devices that Proxmox does not know of (a "
        "printer, a lease of the router) cannot be asked."
    ),
    remedy="Choose another address, or take it from the other machine.",
)

MACHINE_HALF_MADE = Rule(
    "MACHINE-HALF-MADE",
    "error",
    title="An interrupted `up` seems to have left a machine half made",
    meaning=(
        "A machine is cloned first and set up then. Where the answer about the clone is lost, Pulumi does not know of "
        "it, clones again, and Proxmox refuses: the VMID is taken. No number of retries helps: the provider does not "
        "retry a lost connection, and on a second try it takes any machine that has the VMID for its clone."
    ),
    remedy=(
        "If it is such a clone, which holds no data yet, `qm destroy VMID`, and run the `up` again. If Proxmox "
        "says that it is locked (clone), `qm unlock VMID` first."
    ),
)

MACHINE_MOVED = Rule(
    "MACHINE-MOVED",
    "error",
    title="A machine is on another host than the lab says",
    meaning=(
        "It has the name, the VMID and the tags of a machine that an earlier `up` made. Somebody migrated it by hand. "
        "Volumes on local storage do not follow it, and pods that use them find no place."
    ),
    remedy="Move it back with `qm migrate`, or state the host that it is on.",
)

VMID_TAKEN = Rule(
    "VMID-TAKEN",
    "error",
    title="A VMID is in use already",
    meaning=(
        "Another machine, container or template of the cluster has it. A machine counts as made by an earlier `up` "
        "if it has the name, the host and the tags that the program gives."
    ),
    remedy="Choose another vmid; or write adopt: true if it is this machine.",
)


ADDRESS_KEY = re.compile(r"(ipconfig|net)\d+")
"""Where the address of a machine (cloud-init) or a container is configured."""


def check_vmids(plan: Plan, state: State) -> Check:
    """VMIDs of what is to be created."""
    question = "VMIDs"
    guests = state.guests
    if isinstance(guests, Unread):
        return Check(question, (unchecked(("machines",), "whether VMIDs are free", guests),), "")
    findings = [*_templates(plan, guests), *(each for machine in plan.machines for each in _machine(machine, guests))]
    new = [template.name for template in templates_to_create(plan, guests)]
    new += [machine.name for machine in to_create(plan, guests)]
    if new and not state.sees_all("/vms", "VM.Audit"):
        findings.append(unchecked(("machines",), "whether VMIDs are free", missing_privilege("/vms", "VM.Audit")))
    return Check(question, tuple(findings), f"free for {listed(new)}" if new else "nothing is to be created")


def _templates(plan: Plan, guests: Guests) -> Iterator[Finding]:
    for template in plan.templates:
        vmid = template.properties["vm_id"]
        if vmid in guests and not is_our_template(guests[vmid], template):
            yield VMID_TAKEN.finding(
                ("site", "templates", template.name, "vmid"),
                f"VMID {vmid} of the template {template.name} is taken by {guests[vmid]}",
                "choose another vmid",
            )


def _machine(machine: VirtualMachine, guests: Guests) -> Iterator[Finding]:
    guest = guests.get(machine.vmid)
    if guest is None or machine.adopted or is_ours(guest, machine):
        return
    if is_half_made(guest, machine):
        yield MACHINE_HALF_MADE.finding(
            ("machines", machine.name, "vmid"),
            f"{guest} is off and has none of the tags that the program gives: an `up` that was cut off while it "
            f"cloned {machine.name} leaves it so. The next one would clone again, and fail: the VMID is taken",
            f"if it is that, on {guest.node}: `qm destroy {guest.vmid}`, and run the `up` again; if it is a machine of "
            "your own, write adopt: true or choose another vmid",
        )
    elif is_moved(guest, machine):
        yield MACHINE_MOVED.finding(
            ("machines", machine.name, "host"),
            f"{machine.name} is on {guest.node}, and the lab says {machine.host}: somebody moved it. An `up` would "
            "make another one, and its volumes of local storage are where it was",
            f"move it back (on {guest.node}: `qm migrate {guest.vmid} {machine.host}`), or write host: {guest.node} "
            "and adopt: true",
            facts={"found": guest.node, "stated": machine.host},
        )
    else:
        same = " It has the same name, but not the tags of a machine that this program made."
        yield VMID_TAKEN.finding(
            ("machines", machine.name, "vmid"),
            f"VMID {machine.vmid} of {machine.name} is taken by {guest}.{same if guest.name == machine.name else ''}",
            "write adopt: true if it is this machine; otherwise choose another vmid",
        )


def check_existing(plan: Plan, state: State) -> Check:
    """Machines that are adopted, and those that an earlier `up` made, against what their host has."""
    question = "machines that exist"
    inventory, guests = state.inventory, state.guests
    if isinstance(inventory, Unread):
        return Check(question, (unchecked(("machines",), question, inventory),), "")
    assert not isinstance(guests, Unread)
    present = {*inventory.machines, *inventory.unread}
    others = {each.vmid for each in to_create(plan, guests)}
    compared = {vmid: machine for vmid, machine in inventory.machines.items() if vmid not in others}
    findings = [*_missing(plan, state, present), *host_findings(plan.lab, compared)]
    for machine in plan.machines:
        if reason := inventory.unread.get(machine.vmid):
            findings.append(unchecked(("machines", machine.name), machine.name, Unread(reason)))
    adopted = [machine for machine in plan.machines if machine.adopted]
    stopped = [each.name for each in adopted if each.vmid in guests and not guests[each.vmid].runs]
    made = [each for each in plan.machines if not each.adopted and each not in to_create(plan, guests)]
    parts = [f"as the lab says: {listed([each.name for each in adopted])}" if adopted else ""]
    parts.append(f"made by an earlier up, by name and tags: {listed([each.name for each in made])}" if made else "")
    parts.append(f"stopped, and an up leaves them so: {listed(stopped)}" if stopped else "")
    return Check(question, tuple(findings), "; ".join(part for part in parts if part) or "there is none yet")


def _missing(plan: Plan, state: State, present: set[int]) -> Iterator[Finding]:
    adopted = [machine.vmid for machine in plan.machines if machine.adopted]
    if len(adopted) > 1 and present.isdisjoint(adopted):
        yield MACHINE_MISSING.finding(
            ("machines",),
            f"{len(adopted)} machines are to be adopted, and Proxmox shows none of them",
            "check the endpoint, for this may be another Proxmox than the lab's; or give the token VM.Audit on /vms",
            facts={"vmids": tuple(str(each) for each in adopted)},
        )
    elif state.sees_all("/vms", "VM.Audit"):
        yield from missing_findings(plan.lab, present)
    elif not present.issuperset(adopted):
        yield unchecked(("machines",), "whether machines exist", missing_privilege("/vms", "VM.Audit"))


class _Owner(NamedTuple):
    vmid: int | None
    """None for a host."""
    name: str


def check_addresses(plan: Plan, state: State) -> Check:
    """Addresses of machines that are to be created, and those for load balancers."""
    question = "addresses"
    guests = state.guests
    if isinstance(guests, Unread):
        return Check(question, (unchecked(("machines",), "whether addresses are free", guests),), "")
    owners = _owners(state, guests)
    wanted = list(_wanted(plan, to_create(plan, guests)))
    findings = [
        _taken(path, address, what, owner.name)
        for path, vmid, address, what in wanted
        for owner in owners.get(address, ())
        if owner.vmid != vmid
    ]
    findings += _shared(plan, owners)
    if wanted and not state.sees_all("/vms", "VM.Audit"):
        reason = missing_privilege("/vms", "VM.Audit")
        findings.append(unchecked(("machines",), "whether addresses are free", reason))
    unread = [each for each in state.configs.values() if isinstance(each, Unread)]
    unread += [each for each in state.addresses.values() if isinstance(each, Unread) and each.lacks_privilege]
    if wanted and unread:
        findings.append(unchecked(("machines",), "whether addresses are free", unread[0]))
    if not wanted:
        return Check(question, tuple(findings), "none is to be taken")
    silent = [guests[vmid].name for vmid, each in state.addresses.items() if isinstance(each, Unread)]
    blind = f"; running without an agent that answers, so not asked: {listed(silent)}" if silent else ""
    answer = f"none of the {len(wanted)} to take is configured on another machine or host, or reported by a guest agent"
    return Check(question, tuple(findings), answer + blind)


def _wanted(plan: Plan, machines: Iterable[VirtualMachine]) -> Iterator[tuple[Path, int, str, str]]:
    for machine in machines:
        for index, interface in enumerate(plan.lab.machines[machine.name].interfaces):
            if interface.address is not None:
                path = ("machines", machine.name, "interfaces", index, "address")
                yield path, machine.vmid, str(interface.address), f"of {machine.name}"


def _owners(state: State, guests: Guests) -> dict[str, list[_Owner]]:
    owners: dict[str, list[_Owner]] = {}
    for vmid, config in state.configs.items():
        if not isinstance(config, Unread):
            for key, value in config.items():
                if ADDRESS_KEY.fullmatch(key) and (address := _configured(str(value))):
                    owners.setdefault(address, []).append(_Owner(vmid, f"configured on {guests[vmid]}"))
    for vmid, addresses in state.addresses.items():
        if not isinstance(addresses, Unread):
            for address in addresses:
                owners.setdefault(address, []).append(_Owner(vmid, f"in use by {guests[vmid]}"))
    for name, host in state.hosts.items():
        if not isinstance(host.interfaces, Unread):
            for interface in host.interfaces.values():
                if interface.address:
                    owners.setdefault(interface.address, []).append(_Owner(None, f"on {interface.iface} of {name}"))
    return owners


def _configured(setting: str) -> str | None:
    """The IPv4 address in `name=eth0,ip=192.0.2.7/24,gw=...`."""
    return settings(setting).get("ip", "").partition("/")[0] or None


def _taken(path: Path, address: str, what: str, owner: str) -> Finding:
    return ADDRESS_TAKEN.finding(path, f"{address} {what} is {owner}", "choose another address")


def _shared(plan: Plan, owners: dict[str, list[_Owner]]) -> Iterator[Finding]:
    """Addresses that nodes announce in addition to their own; the nodes themselves may have them."""
    cluster = plan.lab.cluster
    nodes = {machine.vmid for machine in plan.machines if machine.role != "appliance"}
    ranges = [(("cluster", "api_address"), cluster.api_address, cluster.api_address, "of the API server")]
    if pool := cluster.load_balancer_pool:
        ranges.append((("cluster", "load_balancer_pool"), pool.first, pool.last, "of the load balancers' pool"))
    for path, first, last, what in ranges:
        for address, found in owners.items():
            for owner in found:
                if first and last and owner.vmid not in nodes and _within(address, first, last):
                    yield _taken(path, address, what, owner.name)


def _within(text: str, first: IPv4Address, last: IPv4Address) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return isinstance(address, IPv4Address) and first <= address <= last

"""Which machines of a Proxmox the lab takes over, which it cannot, and how those that it has differ."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import NamedTuple

from config.lab import Lab
from config.load import InvalidLab, load_draft
from config.site import Site
from config.source import Problem
from config.suggest import did_you_mean
from operations.adopt.entry import Entry, Reason, Role, Surroundings, describe
from operations.adopt.file import extended
from operations.adopt.trial import try_lab
from operations.clients.proxmox import Api, NotAnswered
from operations.clients.proxmox_inventory import read_inventory
from plan.live import host_findings, missing_findings
from plan.live.inventory import HostMachine, Inventory
from plan.model import Finding

FILE = "machines.yaml"
NO_ROLES: Mapping[str, Role] = {}


class NotKnown(Exception):
    """A machine was asked for that Proxmox does not have; the message is one sentence."""


class Added(NamedTuple):
    """A machine that the file gets."""

    entry: Entry
    findings: tuple[Finding, ...]
    """Findings about it; none of them is an error."""


class LeftOut(NamedTuple):
    """A machine that the file does not get."""

    vmid: int
    name: str
    host: str
    reasons: tuple[Reason, ...]


class Adoption(NamedTuple):
    """The present and the proposed content of `machines.yaml`."""

    lab: Lab
    """With the machines that are added."""
    file: Path
    before: str
    after: str
    added: tuple[Added, ...]
    left_out: tuple[LeftOut, ...]
    known: tuple[str, ...]
    """Machines that the file has already, and that were compared with their host."""
    findings: tuple[Finding, ...]
    """How those differ."""
    inventory: Inventory

    @property
    def errors(self) -> bool:
        """Whether a machine could not be adopted, or one that the file has is not as it says."""
        return bool(self.left_out) or any(each.severity == "error" for each in self.findings)

    @property
    def diff(self) -> str:
        """The change of the file, as `diff -u` prints it."""
        before, after = (text.splitlines(keepends=True) for text in (self.before, self.after))
        return "".join(difflib.unified_diff(before, after, f"a/{self.file}", f"b/{self.file}"))


def adopt(folder: Path, api: Api, wanted: Sequence[str] = (), roles: Mapping[str, Role] = NO_ROLES) -> Adoption:
    """Compare the lab in `folder` with what Proxmox runs; `wanted` are names or VMIDs, none of them is all.

    `roles` are those that their owner states, by name or VMID; other roles follow from the lab.

    Nothing is written. Raises InvalidLab where the lab would not load with the machines, NotKnown, NotExtendable, or
    what the API raises.
    """
    draft = load_draft(folder)
    file = folder / FILE
    before = file.read_bytes().decode("utf-8-sig") if file.exists() else ""
    lab = Surroundings.of(draft)
    if lab is None:
        try_lab(folder, FILE, before)
        raise AssertionError("a lab with an invalid file does not load")
    inventory = _asked_for(api, wanted, roles)
    elsewhere = _elsewhere(lab.site, inventory)
    vmids = {machine.vmid: name for name, machine in lab.machines.items() if machine.host not in elsewhere}
    new = sorted((each for each in inventory.machines.values() if each.vmid not in vmids), key=_start)
    described = [(machine, describe(lab, machine, _stated(roles, machine))) for machine in new]
    left_out = [_left_out(machine, found) for machine, found in described if not isinstance(found, Entry)]
    entries = [found for _, found in described if isinstance(found, Entry)]
    left_out += [
        LeftOut(vmid, "", "", (Reason(f"it could not be read: {reason}", "fix that, and ask again"),))
        for vmid, reason in inventory.unread.items()
        if vmid not in vmids
    ]
    entries, refused = _loadable(folder, before, entries)
    left_out += refused
    outcome, entries, unsafe = _safe(folder, before, entries, inventory, elsewhere)
    left_out += unsafe
    here = _without(outcome, elsewhere)
    findings = list(host_findings(here, inventory.machines))
    names = {entry.name for entry in entries}
    known = tuple(vmids[vmid] for vmid in inventory.machines if vmid in vmids)
    if not wanted:
        findings += missing_findings(here, {*inventory.machines, *inventory.unread})
    return Adoption(
        lab=outcome,
        file=file,
        before=before,
        after=extended(before, entries) if entries else before,
        added=tuple(Added(entry, _about(findings, entry.name)) for entry in entries),
        left_out=tuple(sorted(left_out)),
        known=known,
        findings=tuple(each for each in findings if str(each.path[1]) not in names),
        inventory=inventory,
    )


def _elsewhere(site: Site, inventory: Inventory) -> frozenset[str]:
    """Hosts of the lab that another Proxmox has, with VMIDs of its own. Those that have no endpoint of their own are of
    one cluster."""
    asked = {machine.host for machine in inventory.machines.values()}
    together = not any(map(site.endpoint_of, asked))
    return frozenset(host for host in site.hosts if host not in asked and (site.endpoint_of(host) or not together))


def _without(lab: Lab, hosts: frozenset[str]) -> Lab:
    """A lab without the machines of some hosts."""
    return replace(lab, machines={name: each for name, each in lab.machines.items() if each.host not in hosts})


def _asked_for(api: Api, wanted: Sequence[str], roles: Iterable[str]) -> Inventory:
    seen: list[str] = []

    def is_wanted(vmid: int, name: str) -> bool:
        seen.extend((str(vmid), name))
        return not wanted or str(vmid) in wanted or name in wanted

    inventory = read_inventory(api, is_wanted)
    if not seen and not inventory.templates:
        raise NotAnswered("Proxmox shows this token no machine at all: give it VM.Audit on /vms.")
    for each in (*wanted, *roles):
        if each not in seen:
            raise NotKnown(f"Proxmox has no machine {each!r}{did_you_mean(each, seen)}.")
    return inventory


def _stated(roles: Mapping[str, Role], machine: HostMachine) -> Role | None:
    return roles.get(machine.name) or roles.get(str(machine.vmid))


def _start(machine: HostMachine) -> tuple[float, int]:
    order = machine.startup.order
    return inf if order is None else order, machine.vmid


def _left_out(machine: HostMachine, reasons: Iterable[Reason]) -> LeftOut:
    return LeftOut(machine.vmid, machine.name, machine.host, tuple(reasons))


def _about(findings: Iterable[Finding], name: str) -> tuple[Finding, ...]:
    return tuple(each for each in findings if each.path[:2] == ("machines", name))


def _loadable(folder: Path, before: str, entries: list[Entry]) -> tuple[list[Entry], list[LeftOut]]:
    """Machines with which the lab loads, as far as it is up to them; of the others, what the loader says."""
    if not _problems(folder, before, entries):
        return entries, []
    accepted: list[Entry] = []
    refused: list[LeftOut] = []
    for entry in entries:
        problems = [each for each in _problems(folder, before, [*accepted, entry]) if _concerns(each, entry.name)]
        if problems:
            reasons = (Reason(f"{each.dotted}: {each.message}", "correct that first") for each in problems)
            refused.append(_left_out(entry.machine, reasons))
        else:
            accepted.append(entry)
    return accepted, refused


def _problems(folder: Path, before: str, entries: Iterable[Entry]) -> tuple[Problem, ...]:
    try:
        try_lab(folder, FILE, extended(before, entries))
    except InvalidLab as error:
        return error.problems
    return ()


def _concerns(problem: Problem, name: str) -> bool:
    return any(path[:2] == ("machines", name) for path in (problem.path, *problem.related))


def _safe(
    folder: Path, before: str, entries: list[Entry], inventory: Inventory, elsewhere: frozenset[str]
) -> tuple[Lab, list[Entry], list[LeftOut]]:
    """The lab with those of which nothing is an error; the others, with the errors. Raises InvalidLab."""
    lab = try_lab(folder, FILE, extended(before, entries) if entries else before)
    here = _without(lab, elsewhere)
    findings = [each for each in host_findings(here, inventory.machines) if each.severity == "error"]
    unsafe = [entry for entry in entries if _about(findings, entry.name)]
    if not unsafe:
        return lab, entries, []
    left_out = [
        _left_out(entry.machine, (Reason(each.message, each.fix) for each in _about(findings, entry.name)))
        for entry in unsafe
    ]
    safe = [entry for entry in entries if entry not in unsafe]
    return try_lab(folder, FILE, extended(before, safe) if safe else before), safe, left_out

"""One machine that is not a node, or one host, as text."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from cli.text.data import copies_text
from cli.text.findings import findings
from config.source import Path
from plan.ledger import ledger
from plan.model import Finding, Plan
from plan.wording import gib, percent, plural


def print_machine(plan: Plan, name: str, found: Iterable[Finding], console: Console) -> None:
    """Print a machine: its size, its place in the start order, its networks and disks, its findings."""
    machine = plan.lab.machines[name]
    planned = next(each for each in plan.machines if each.name == name)
    console.print(Text.assemble((name, "bold"), f": {machine.description}"))
    console.print(
        f"{machine.role} on host {machine.host}, VMID {machine.vmid}, {'adopted' if planned.adopted else 'created'}"
    )
    console.print(f"{plural(machine.vcpus, 'vCPU')}, memory {gib(machine.memory)}, start order {machine.start.order}")
    entries = {entry.name: entry for entry in ledger(plan.lab)}
    for disk in machine.disks:
        copies = copies_text(entries[f"{name}/{disk.interface}"])
        console.print(f"disk {disk.interface}: {gib(disk.size)} on {disk.storage}; {copies}")
    for interface in machine.interfaces:
        address = f", {interface.address}" if interface.address else ""
        console.print(f"network {interface.network}{address}")
    console.print()
    console.print(findings(plan.lab, about(found, ("machines", name))))


def print_host(plan: Plan, name: str, found: Iterable[Finding], console: Console) -> None:
    """Print a host: its memory, storages, machines and the data on each of its disks, its findings."""
    use = next(each for each in plan.capacity.hosts if each.name == name)
    host = plan.lab.site.hosts[name]
    reserved = f"hypervisor {gib(use.reserved_memory)}" if use.reserved_memory else "hypervisor not stated"
    console.print(Text.assemble((name, "bold"), f": Proxmox host at {host.address}"))
    share = percent(use.committed_memory, use.memory)
    machines = f"machines {gib(use.machine_memory)}, {gib(use.pinned_memory)} of it pinned"
    console.print(
        f"memory: {gib(use.committed_memory)} of {gib(use.memory)} committed, {share} ({machines}; {reserved})"
    )
    console.print(f"CPU: {use.vcpus} vCPUs on {use.threads} threads of {host.cores} cores")
    for storage, (committed, size) in use.storages.items():
        row = host.storages[storage]
        limit = f" of {gib(size)}, {percent(committed, size)}" if size else "; its size is not stated"
        console.print(f"storage {storage} ({row.type} on {row.disk}): {gib(committed)} committed{limit}")
    names = [machine.name for machine in plan.machines if machine.host == name]
    console.print(f"{plural(len(names), 'machine')}: {', '.join(names) or 'none'}")
    for disk, row in host.disks.items():
        stored = [entry for entry in ledger(plan.lab) if any((p.server, p.disk) == (name, disk) for p in entry.places)]
        size = gib(sum(entry.size for entry in stored))
        console.print(
            f"disk {disk} ({row.medium}, {gib(row.size)}): {size} in {len(stored)} volumes, databases and machine disks"
        )
    console.print()
    console.print(findings(plan.lab, about(found, ("site", "hosts", name))))


def about(found: Iterable[Finding], path: Path) -> list[Finding]:
    """The findings about something, by its path in the lab."""
    return [each for each in found if each.path[: len(path)] == path]

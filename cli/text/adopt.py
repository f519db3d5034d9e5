"""Adopted and compared machines as text."""

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT
from cli.text.findings import findings
from operations.adopt.machines import Added, Adoption, LeftOut
from plan.model import Finding, worst_first
from plan.wording import plural


def print_adoption(adoption: Adoption, dry_run: bool, console: Console) -> None:
    console.print(_found(adoption))
    for added in adoption.added:
        console.print()
        _print_added(adoption, added, console)
    for left_out in adoption.left_out:
        console.print()
        _print_left_out(left_out, console)
    if adoption.findings:
        console.print()
        console.print(findings(adoption.lab, sorted(adoption.findings, key=worst_first)))
    if dry_run and adoption.added:
        console.print()
        console.print(adoption.diff, end="")
    console.print()
    console.print(_verdict(adoption, dry_run))


def _found(adoption: Adoption) -> str:
    inventory = adoption.inventory
    machines = len(inventory.machines) + len(inventory.unread)
    others = [
        plural(count, what)
        for count, what in ((inventory.templates, "template"), (inventory.containers, "container"))
        if count
    ]
    aside = f" ({' and '.join(others)} aside)" if others else ""
    return f"Proxmox has {plural(machines, 'machine')}{aside}; {len(adoption.known)} of them in {adoption.file}."


def _print_added(adoption: Adoption, added: Added, console: Console) -> None:
    machine = added.entry.machine
    console.print(
        Text.assemble(("added", "green"), " ", (added.entry.name, "bold"), f"  {machine.vmid} on {machine.host}")
    )
    for note in added.entry.notes:
        console.print(Padding(f"check {note}", INDENT, expand=False))
    if volumes := sum(disk.is_csi for disk in machine.disks):
        console.print(Padding(f"{plural(volumes, 'volume')} of the CSI driver left out", INDENT, expand=False))
    for finding in added.findings:
        console.print(Padding(_line(finding), INDENT, expand=False))
        console.print(Padding(Text(f"fix: {finding.fix}", "green"), (0, 0, 0, 4), expand=False))


def _line(finding: Finding) -> Text:
    return Text.assemble((finding.severity, "yellow"), " ", (finding.code, "bold"), f"  {finding.message}")


def _print_left_out(left_out: LeftOut, console: Console) -> None:
    where = f" on {left_out.host}" if left_out.host else ""
    name = (f"{left_out.name}  ", "bold") if left_out.name else ""
    console.print(Text.assemble(("left out", "bold red"), " ", name, f"{left_out.vmid}{where}"))
    for reason in left_out.reasons:
        console.print(Padding(reason.message, INDENT, expand=False))
        console.print(Padding(Text(f"fix: {reason.fix}", "green"), INDENT, expand=False))


def _verdict(adoption: Adoption, dry_run: bool) -> Text:
    added, left_out = len(adoption.added), len(adoption.left_out)
    parts: list[str] = []
    if added:
        would = "would be " if dry_run else ""
        parts.append(f"{plural(added, 'machine')} {would}added to {adoption.file}")
    else:
        parts.append(f"{adoption.file} stays as it is")
    if left_out:
        parts.append(f"{plural(left_out, 'machine')} left out")
    counts = _counts(adoption.findings)
    if adoption.known:
        parts.append(f"{plural(len(adoption.known), 'machine')} compared: {counts}")
    elif adoption.findings:
        parts.append(counts)
    style = "bold red" if adoption.errors else "bold green"
    after = " Check it, then: homelab plan." if added and not dry_run else ""
    return Text.assemble((f"{', '.join(parts)}.", style), after)


def _counts(found: Iterable[Finding]) -> str:
    severities = [each.severity for each in found]
    said = [plural(severities.count(each), each) for each in ("error", "warning") if each in severities]
    return ", ".join(said) or "no difference"

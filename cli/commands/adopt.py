"""`homelab adopt`."""

import difflib
import sys
from collections.abc import Iterable
from typing import Any, get_args

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.commands.plan import refuse
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input
from cli.proxmox import Reach, proxmox_of
from cli.reports.plan import finding_report
from cli.text.amounts import plural
from cli.text.plan import INDENT, findings, make_console
from config.load import InvalidLab, lab_folder
from operations.adopt import Added, Adoption, LeftOut, NotExtendable, NotKnown, Role, write_file
from operations.adopt.machines import adopt
from operations.clients.proxmox import NotAnswered, Refused
from plan.model import Finding, worst_first

Names = tuple[str, ...]
ROLES: tuple[Role, ...] = get_args(Role)
NO_NODES = (
    "Nothing was written. Where it is not clear which machines are nodes, say so: --role NAME=control-plane "
    "--role NAME=worker ..."
)


def run_adopt(lab: str, wanted: Names, roles: Names, dry_run: bool, reach: Reach, output: str) -> int:
    """Write the machines that Proxmox runs into the lab's file, and say how those that it has differ."""
    try:
        adoption = adopt(lab_folder(lab), proxmox_of(lab, *reach), wanted, dict(map(_role, roles)))
        if adoption.added and not dry_run:
            write_file(adoption.file, adoption.after)
    except InvalidLab as error:
        code = refuse(lab, error, output)
        if output == "text" and any(problem.path == ("machines",) for problem in error.problems):
            print(f"homelab: {NO_NODES}", file=sys.stderr)
        return code
    except (NotAnswered, NotKnown) as error:
        return refuse_input(str(error), output)
    except NotExtendable as error:
        return refuse_input(f"{lab_folder(lab)}/machines.yaml cannot be added to: {error}", output)
    except Refused as error:
        return refuse_input(f"Proxmox refused to answer ({error}): check the API token and its privileges.", output)
    except OSError as error:
        return refuse_input(f"{lab_folder(lab)}/machines.yaml cannot be written: {error.strerror}", output)
    if output == "json":
        print_json(adoption_report(adoption, dry_run))
    else:
        _print_adoption(adoption, dry_run, make_console())
    return ERRORS if adoption.errors else FINE


def _role(text: str) -> tuple[str, Role]:
    """Raises NotKnown."""
    name, _, said = text.partition("=")
    for role in ROLES:
        if said == role:
            return name, role
    raise NotKnown(f"--role {text}: write the machine and what it is, NAME=worker, with one of {', '.join(ROLES)}.")


def adoption_report(adoption: Adoption, dry_run: bool) -> dict[str, Any]:
    """What was found, for programs."""
    lab = adoption.lab
    return {
        "lab": lab.name,
        "valid": True,
        "file": str(adoption.file),
        "written": bool(adoption.added) and not dry_run,
        "added": [
            {
                "name": each.entry.name,
                "entry": dict(each.entry.values),
                "csi_volumes": [disk.volume for disk in each.entry.machine.disks if disk.is_csi],
                "to_check": list(each.entry.notes),
                "findings": [finding_report(lab, finding) for finding in each.findings],
            }
            for each in adoption.added
        ],
        "left_out": [
            {
                "vmid": each.vmid,
                "name": each.name,
                "host": each.host,
                "reasons": [{"message": reason.message, "fix": reason.fix} for reason in each.reasons],
            }
            for each in adoption.left_out
        ],
        "compared": list(adoption.known),
        "findings": [finding_report(lab, finding) for finding in adoption.findings],
        "diff": _diff(adoption),
    }


def _diff(adoption: Adoption) -> str:
    before, after = (text.splitlines(keepends=True) for text in (adoption.before, adoption.after))
    return "".join(difflib.unified_diff(before, after, f"a/{adoption.file}", f"b/{adoption.file}"))


def _print_adoption(adoption: Adoption, dry_run: bool, console: Console) -> None:
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
        console.print(_diff(adoption), end="")
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
    after = " Look it through, then: homelab plan." if added and not dry_run else ""
    return Text.assemble((f"{', '.join(parts)}.", style), after)


def _counts(found: Iterable[Finding]) -> str:
    severities = [each.severity for each in found]
    said = [plural(severities.count(each), each) for each in ("error", "warning") if each in severities]
    return ", ".join(said) or "no difference"

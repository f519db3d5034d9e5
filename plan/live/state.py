"""Whether a machine may be touched at all, and what waits for it."""

from collections.abc import Iterator

from plan.live.pair import Pair
from plan.model import Finding


def state_findings(pair: Pair) -> Iterator[Finding]:
    """It is the machine that is meant, nothing else is at work on it, and its next start brings no surprise."""
    name, machine, host = pair.name, pair.machine, pair.host
    if (host.name, host.host) != (name, machine.host):
        yield Finding(
            "MACHINE-DIFFERS",
            "error",
            (*pair.path, "vmid"),
            f"{name} on {machine.host} is to be adopted, and VMID {machine.vmid} is {host.name or 'without a name'} on "
            f"{host.host}",
            "write vmid, name and host as they are; a machine that is named otherwise would be renamed",
        )
    if host.lock:
        yield Finding(
            "MACHINE-LOCKED",
            "error",
            pair.path,
            f"{name} is locked ({host.lock}), and Proxmox refuses to change it",
            f"wait until that is done; if it was broken off, {pair.on_host}: `qm unlock {host.vmid}`",
        )
    if host.is_ha_managed:
        yield Finding(
            "MACHINE-HA-MANAGED",
            "error",
            (*pair.path, "host"),
            f"Proxmox's high availability starts, stops and moves {name} on its own; on another host Pulumi would take "
            "it for another machine, and replace it",
            f"{pair.on_host}: `ha-manager remove vm:{host.vmid}`",
        )
    if machine.adopt and not host.starts_with_host:
        yield Finding(
            "NOT-STARTED-WITH-HOST",
            "warning",
            (*pair.path, "start"),
            f"{host.host} does not start {name} when it is started itself, and an `up` leaves it so",
            f"{pair.on_host}: `qm set {host.vmid} --onboot 1`",
        )
    yield from _pending(pair)


def _pending(pair: Pair) -> Iterator[Finding]:
    changes = [f"{each.key} {each.now or 'not set'} -> {each.then or 'not set'}" for each in pair.host.pending]
    if changes:
        keys = ",".join(each.key for each in pair.host.pending)
        yield Finding(
            "CHANGES-PENDING",
            "warning",
            pair.path,
            f"the next start of {pair.name} changes it: {'; '.join(changes)}; compared is what it will be then",
            f"restart it when that suits; or take it back, {pair.on_host}: `qm set {pair.host.vmid} --revert {keys}`",
        )

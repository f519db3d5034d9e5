"""Whether a machine may be touched at all, and what waits for it."""

from collections.abc import Iterator
from shlex import quote

from plan.live.pair import Pair
from plan.model import Finding
from plan.model.findings import Rule

CHANGES_PENDING = Rule(
    "CHANGES-PENDING",
    "warning",
    title="The next start of a machine will change it",
    meaning=(
        "Proxmox keeps what cannot be changed while a machine runs until it is started again. Whoever restarts it "
        "then, for whatever reason, gets more than a restart."
    ),
    remedy="Restart the machine when that suits, or take the changes back: `qm set VMID --revert KEYS`.",
)

MACHINE_DIFFERS = Rule(
    "MACHINE-DIFFERS",
    "error",
    title="The machine to adopt has another name or host",
    meaning=(
        "The machine with this VMID is on another host or has another name. Adopting it would write this machine's "
        "name, vCPUs and memory to it."
    ),
    remedy="Write vmid, name and host of the machine as Proxmox has them.",
)

MACHINE_HA_MANAGED = Rule(
    "MACHINE-HA-MANAGED",
    "error",
    title="Proxmox's high availability manages a machine",
    meaning=(
        "It starts, stops and moves the machine on its own. On another host Pulumi takes it for another machine "
        "that has to be replaced, and what `up` stops is started again."
    ),
    remedy="Remove it from high availability: `ha-manager remove vm:VMID`.",
)

MACHINE_LOCKED = Rule(
    "MACHINE-LOCKED",
    "error",
    title="A machine is locked",
    meaning=(
        "A backup, a snapshot, a clone or a migration is running on it, or was interrupted. Until that is over "
        "Proxmox refuses every change."
    ),
    remedy="Wait. If nothing is running, `qm unlock VMID`.",
)

NOT_STARTED_WITH_HOST = Rule(
    "NOT-STARTED-WITH-HOST",
    "warning",
    title="A machine stays off when its host starts",
    meaning=(
        "After a power cut it would have to be started by hand. On an adopted machine an `up` does not change that."
    ),
    remedy="`qm set VMID --onboot 1`.",
)


def state_findings(pair: Pair) -> Iterator[Finding]:
    """It is the machine that is meant, nothing else is at work on it, and its next start brings no surprise."""
    name, machine, host = pair.name, pair.machine, pair.host
    if (host.name, host.host) != (name, machine.host):
        yield MACHINE_DIFFERS.finding(
            (*pair.path, "vmid"),
            f"{name} on {machine.host} is to be adopted, and VMID {machine.vmid} is {host.name or 'without a name'} on "
            f"{host.host}",
            "write vmid, name and host as they are; a machine that is named otherwise would be renamed",
            facts={"name": host.name, "host": host.host},
        )
    if host.lock:
        yield MACHINE_LOCKED.finding(
            pair.path,
            f"{name} is locked ({host.lock}), and Proxmox refuses to change it",
            f"wait until that is done; if it was interrupted, {pair.on_host}: `qm unlock {host.vmid}`",
            facts={"lock": host.lock},
        )
    if host.is_ha_managed:
        yield MACHINE_HA_MANAGED.finding(
            (*pair.path, "host"),
            f"Proxmox's high availability starts, stops and moves {name} on its own; on another host Pulumi would take "
            "it for another machine, and replace it",
            f"{pair.on_host}: `ha-manager remove vm:{host.vmid}`",
        )
    if machine.adopt and not host.starts_with_host:
        yield NOT_STARTED_WITH_HOST.finding(
            (*pair.path, "start"),
            f"{host.host} does not start {name} when it is started itself, and an `up` leaves it so",
            f"{pair.on_host}: `qm set {host.vmid} --onboot 1`",
        )
    yield from _pending(pair)


def _pending(pair: Pair) -> Iterator[Finding]:
    changes = [f"{each.key} {each.now or 'not set'} -> {each.then or 'not set'}" for each in pair.host.pending]
    if changes:
        keys = quote(",".join(each.key for each in pair.host.pending))
        yield CHANGES_PENDING.finding(
            pair.path,
            f"the next start of {pair.name} changes it: {'; '.join(changes)}; the lab is compared with those values",
            f"restart it when that suits; or take it back, {pair.on_host}: `qm set {pair.host.vmid} --revert {keys}`",
            facts={"changes": tuple(changes)},
        )

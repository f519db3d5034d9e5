"""Consequences of a step for a virtual machine."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.model import shown
from operations.guard.consequence import Consequence
from operations.guard.machines.machine_values import (
    after,
    before,
    disks,
    filters_nothing,
    hotplugged,
    is_started,
    is_template,
    keeps_its_cards,
    missing,
    shows,
    shrinking,
)
from operations.guard.machines.next_start import at_next_start
from operations.guard.reading.step import State, Step
from operations.guard.reading.values import block
from plan.changes.effects import WORST_FIRST, Change, Effect
from plan.changes.provider_rules import MAY_NOT_BOOT, NEEDS_POWER_OFF, effects_of, may_be_worse
from plan.model import Severity

MACHINE = "proxmoxve:index/vmLegacy:VmLegacy"
INTERRUPTING: tuple[Effect, ...] = ("REPLACE", "DELETE", "STOP", "DISCONNECT", "POWER-CYCLE")
"""Effects that take a machine down or off its network, if only for a while."""


class Role(NamedTuple):
    """Role of a machine in the lab."""

    name: str
    is_node: bool
    """Part of the Kubernetes cluster; a machine that the lab does not know is taken for one."""
    peers: int = 0
    """How many other machines of the lab have the same role."""


def machine_consequences(step: Step, role: Role, known: State | None) -> Iterator[Consequence]:
    """Consequences of a step for a machine. `known` is the machine in the stack's state, where that was given."""
    if step.action == "create":
        return
    if step.action == "delete":
        if step.resource.retain_on_delete:
            yield _consequence("FORGET", step, (), _forgotten(step, role))
        else:
            yield _consequence("DELETE", step, (), DELETED)
        return
    if step.is_import_in_place:
        yield _adopting(step)
        return
    causes = _causes(step)
    if step.action == "replace" or "REPLACE" in causes:
        why = step.replacing or causes.get("REPLACE") or tuple(path for path, _ in step.changes)
        kept = step.resource.retain_on_delete
        yield _consequence("REPLACE", step, why, MADE_BESIDE if kept else f"{DELETED} Then it is recreated.")
        return
    yield from at_next_start(step)
    for effect in WORST_FIRST:
        if effect in causes:
            yield _consequence(effect, step, causes[effect], _message(effect, step, causes[effect], role, known))


DELETED = (
    "The machine is stopped and deleted with all its disks; volumes that the CSI driver attached to it are detached, "
    "or deleted with it."
)


def _forgotten(step: Step, role: Role) -> str:
    machine = step.resource.outputs or step.resource.inputs
    vmid = machine.get("vmId")
    number = str(vmid) if isinstance(vmid, int) and not isinstance(vmid, bool) else "VMID"
    remedy = f"`qm set {number} --onboot 0 --protection 0`, `qm shutdown {number}`, `qm destroy {number} --purge`"
    if not role.is_node:
        return (
            f"Pulumi forgets the machine. It runs on, and starts with its host: to be rid of it, on the host, {remedy}."
        )
    return (
        "Pulumi forgets the machine. It runs on, starts with its host, and is a node again after a power cut: drain it "
        f"(`homelab drain {step.name}`), then `kubectl delete node {step.name}`, and on the host {remedy}."
    )


MADE_BESIDE = (
    "Pulumi forgets the machine, which runs on, and makes another one, empty; that fails where both have the same VMID."
)


def _adopting(step: Step) -> Consequence:
    """`adopt: true` on a machine that the program made: the engine imports it in spite of `protect`."""
    if step.resource.retain_on_delete:
        message = "Pulumi imports the machine in place of itself, and forgets that it made it. The machine runs on."
        return _consequence("UPDATE", step, ("import",), message)
    message = f"Pulumi imports the machine, and takes it for another one than the one that it made. {DELETED}"
    return _consequence("REPLACE", step, ("import",), message)._replace(fix="take `adopt: true` back")


def _causes(step: Step) -> Mapping[Effect, tuple[str, ...]]:
    """The properties that bring about each effect. A property without a lasting effect is an update."""
    changes = step.changes
    if not changes:
        return {"NOT-KNOWN": ()} if step.op != "import" else {}
    found: dict[Effect, dict[str, None]] = {}
    for path, change in changes:
        for effect in _really(step, path, change):
            found.setdefault(effect, {})[path] = None
    return {effect: tuple(paths) for effect, paths in found.items()}


def _really(step: Step, path: str, change: Change) -> Iterator[Effect]:
    """Effects by the provider's rules with the values of this machine."""
    for effect in effects_of(path, change):
        yield _with_values(effect, step, path)
    if change == "changed" and may_be_worse(path, change) and not shows(step, path):
        yield "NOT-KNOWN"
    if path in MAY_NOT_BOOT and not is_template(step):
        yield "NOT-KNOWN"
    if path in ("disks", "disks.size") and shrinking(step):
        yield "SHRINK"


def _with_values(effect: Effect, step: Step, path: str) -> Effect:
    argument = path.split(".")[0]
    old, new = before(step), after(step)
    if argument == "node_name" and new.get("migrate") is True:
        return "UPDATE"
    if argument == "vm_id" and step.action == "update" and str(new.get("vmId")) == step.resource.id:
        return "UPDATE"
    if argument == "started" and is_started(step):
        return "UPDATE"
    if argument == "protection" and old.get("protection") is True and new.get("protection") is not True:
        return "UNPROTECT"
    if effect == "DISCONNECT" and argument == "network_devices" and keeps_its_cards(step):
        return "UPDATE"
    if path == "network_devices.firewall" and filters_nothing(step):
        return "UPDATE"
    if argument == "template" and new.get("template") is not True:
        return "FAIL"
    if effect in ("STOP", "POWER-CYCLE") and new.get("rebootAfterUpdate") is False and _needs_power_off(path):
        return "FAIL"
    if argument == "disks" and effect == "UNMOUNT" and is_template(step) and not missing(disks(old), disks(new)):
        return "UPDATE"
    if effect != "POWER-CYCLE":
        return effect
    if is_template(step) or new.get("rebootAfterUpdate") is False or hotplugged(argument, step, old, new):
        return "UPDATE"
    return effect


def _needs_power_off(path: str) -> bool:
    return any(path == field or path.startswith(f"{field}.") for field in NEEDS_POWER_OFF)


def _message(effect: Effect, step: Step, causes: tuple[str, ...], role: Role, known: State | None) -> str:
    if effect == "UNMOUNT":
        return _unmounting(step, role, known)
    if effect == "SHRINK":
        sizes = ", ".join(f"{name} from {old} to {new} GiB" for name, old, new in shrinking(step))
        return f"A disk cannot become smaller ({sizes}): the provider writes all other changes, then fails."
    if effect == "NOT-KNOWN":
        if all(path in MAY_NOT_BOOT for path in causes):
            return OTHER_HARDWARE if step.changes else NOT_TOLD
        return NO_RULE
    if effect == "RENAME":
        return _renamed(step)
    if effect == "DISCONNECT" and all(path.startswith("initialization") for path in causes):
        return "At its next start it has another address, and nobody finds it by the one that it has."
    if effect == "DISCONNECT":
        return f"The machine loses its network, for good. {_without_network(role)}"
    if effect == "STOP":
        template = any(path == "template" for path, _ in step.changes)
        return (
            "The machine is stopped and becomes a template, which cannot be undone."
            if template
            else "The machine is shut down and stays off."
        )
    if effect == "UNPROTECT":
        return "Nothing is lost now. From then on Proxmox deletes the machine and its disks without being told twice."
    if effect == "FAIL":
        return "The provider writes all other changes, refuses this one, and the `up` ends half-way."
    if effect == "POWER-CYCLE":
        return _restarting(step, role)
    if _waits(step):
        return "It is written to the machine's configuration, and takes effect at its next restart."
    return "It is written while the machine runs."


OTHER_HARDWARE = (
    "Its system was installed on another firmware or hardware: it may not boot, or not find its network card."
)
NOT_TOLD = "The preview does not say what differs."
NO_RULE = "No rule says what the provider does with it, or the preview does not show the result."


def _renamed(step: Step) -> str:
    old, new = before(step).get("name"), after(step).get("name")
    return (
        f"{shown(old)} would be called {shown(new)} on its host. A machine's name only differs if this is not "
        "the machine that the program means."
    )


def _without_network(role: Role) -> str:
    if role.name == "appliance":
        return "Whatever goes through it stops, this `up` too if it does."
    if role.name != "control-plane":
        return "Its pods are unreachable, and are recreated elsewhere after five minutes, if there is room."
    return "The Kubernetes API cannot be reached through it."


def _unmounting(step: Step, role: Role, known: State | None) -> str:
    attached_now = disks(known.outputs) if known else disks(before(step))
    gone = missing(attached_now, disks(after(step)))
    named = f" That is {', '.join(gone)} at least." if gone else ""
    attached = "every volume that the CSI driver attached" if role.is_node else "every disk that was attached by hand"
    return (
        "The provider rewrites all disks and detaches those that the program does not list: "
        f"{attached}, although the preview names none of them.{named}"
    )


def _restarting(step: Step, role: Role) -> str:
    agent = block(before(step) if step.old_state else after(step), "agent")
    how = "shut down" if agent.get("enabled") is True else "stopped hard, as its guest agent is off,"
    return f"The machine is {how} and started again. {_meanwhile(role)}"


def _meanwhile(role: Role) -> str:
    if role.name == "appliance":
        return "Whatever goes through it stops meanwhile, this `up` too if it does."
    if role.name != "control-plane":
        return "Its pods are not drained before; they start again with it, or elsewhere after five minutes."
    if role.peers:
        return f"The control plane works as long as most of its {role.peers + 1} machines run."
    return (
        "It is the only control plane: meanwhile the Kubernetes API does not answer, and nothing is scheduled, moved "
        "off a node that fails, or attached; running pods continue."
    )


FIXES: Mapping[Effect, str] = {
    "REPLACE": "put the property into ignore_changes, or take the change back; a machine that may go is drained first",
    "DELETE": "put the machine back into the lab",
    "UNMOUNT": "put `disks` into ignore_changes, and grow a disk on the host: `qm disk resize VMID DISK SIZE`",
    "SHRINK": "state the size that the disk has",
    "STOP": "take the change back",
    "FAIL": "take the change back; what needs the machine to be off is done with reboot_after_update true",
    "POWER-CYCLE": "drain the node first, and take one machine at a time: `pulumi up --target URN`",
    "UNPROTECT": "take the change back",
    "DISCONNECT": "take the change back, or change one machine at a time from its console",
    "RENAME": "give the machine in the lab the VMID that it has, or its old name",
    "NOT-KNOWN": "find out what it does, and allow it by name",
    "FORGET": "",
    "UPDATE": "",
}


def _consequence(effect: Effect, step: Step, causes: tuple[str, ...], message: str) -> Consequence:
    severity: Severity = "error"
    if effect in ("POWER-CYCLE", "FORGET", "UPDATE"):
        severity = "info" if effect == "UPDATE" else "warning"
    return Consequence(effect, severity, step.name, causes, message, FIXES[effect])


def _waits(step: Step) -> bool:
    """Whether something is written that only a restart, which is switched off, would bring into effect."""
    restarts = any(effect == "POWER-CYCLE" for path, change in step.changes for effect in effects_of(path, change))
    return restarts and after(step).get("rebootAfterUpdate") is False and not is_template(step)

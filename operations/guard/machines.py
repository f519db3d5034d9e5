"""What a step does to a virtual machine."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from operations.guard.consequence import Consequence
from operations.guard.preview import State, Step, block
from plan.changes.provider_rules import NEEDS_POWER_OFF, Change, Effect, effects_of
from plan.model import Severity

MACHINE = "proxmoxve:index/vmLegacy:VmLegacy"
INTERRUPTING: tuple[Effect, ...] = ("REPLACE", "DELETE", "STOP", "POWER-CYCLE")
"""What takes a machine down, if only for a while."""
WORST_FIRST: tuple[Effect, ...] = ("REPLACE", "DELETE", "UNMOUNT", "SHRINK", "STOP", "FAIL", "POWER-CYCLE", "UPDATE")
PROVIDER_HOTPLUG = "network,disk,usb"
"""What Proxmox plugs into a running machine unless the machine says otherwise."""


class Role(NamedTuple):
    """What a machine is to the lab."""

    name: str
    is_node: bool
    """Part of the Kubernetes cluster; a machine that the lab does not know is taken for one."""
    peers: int = 0
    """How many other machines of the lab have the same role."""


def machine_consequences(step: Step, role: Role, known: State | None) -> Iterator[Consequence]:
    """What a step does to a machine. `known` is the machine in the stack's state, where that was given."""
    if step.action == "delete":
        if step.resource.retain_on_delete:
            yield _consequence("UPDATE", step, role, (), "Pulumi forgets the machine, which runs on.")
        else:
            yield _consequence("DELETE", step, role, (), DELETED)
        return
    if step.is_import:
        yield _adopting(step, role)
        return
    causes = _causes(step)
    if step.action == "replace" or "REPLACE" in causes:
        why = step.replacing or causes.get("REPLACE") or tuple(path for path, _ in step.changes)
        kept = step.resource.retain_on_delete
        yield _consequence("REPLACE", step, role, why, MADE_BESIDE if kept else f"{DELETED} Then it is made anew.")
        return
    for effect in WORST_FIRST:
        if effect in causes:
            yield _consequence(effect, step, role, causes[effect], _message(effect, step, role, known))


DELETED = (
    "The machine is stopped and deleted with all its disks; volumes that the CSI driver attached to it are detached, "
    "or deleted with it."
)


MADE_BESIDE = (
    "Pulumi forgets the machine, which runs on, and makes another one, empty; that fails where both have the same VMID."
)


def _adopting(step: Step, role: Role) -> Consequence:
    """`adopt: true` said of a machine that the program made: the engine does it in spite of `protect`."""
    if step.resource.retain_on_delete:
        message = "Pulumi imports the machine in place of itself, and forgets that it made it. The machine runs on."
        return _consequence("UPDATE", step, role, ("import",), message)
    message = f"Pulumi imports the machine, and takes it for another one than the one that it made. {DELETED}"
    return _consequence("REPLACE", step, role, ("import",), message)._replace(fix="take `adopt: true` back")


def _causes(step: Step) -> Mapping[Effect, tuple[str, ...]]:
    """The properties that bring about each effect. A property without a lasting effect is an update."""
    changes = step.changes
    if not changes:
        return {"REPLACE": ("no property that the preview names",)} if step.op != "import" else {}
    found: dict[Effect, dict[str, None]] = {}
    for path, change in changes:
        for effect in _really(step, path, change):
            found.setdefault(effect, {})[path] = None
    return {effect: tuple(paths) for effect, paths in found.items()}


def _really(step: Step, path: str, change: Change) -> Iterator[Effect]:
    """What the provider's rules come to with the values of this machine."""
    for effect in effects_of(path, change):
        yield _with_values(effect, step, path)
    if path in ("disks", "disks.size") and _shrinking(step):
        yield "SHRINK"


def _with_values(effect: Effect, step: Step, path: str) -> Effect:
    argument = path.split(".")[0]
    old, new = _before(step), _after(step)
    if argument == "node_name" and new.get("migrate") is True:
        return "UPDATE"
    if argument == "vm_id" and step.action == "update" and str(new.get("vmId")) == step.resource.id:
        return "UPDATE"
    if argument == "started" and new.get("started") is not False:
        return "UPDATE"
    if argument == "template" and new.get("template") is not True:
        return "FAIL"
    if effect in ("STOP", "POWER-CYCLE") and new.get("rebootAfterUpdate") is False and _needs_power_off(path):
        return "FAIL"
    if argument == "disks" and effect == "UNMOUNT" and is_template(step) and not _missing(_disks(old), _disks(new)):
        return "UPDATE"
    if effect != "POWER-CYCLE":
        return effect
    if is_template(step) or new.get("rebootAfterUpdate") is False or _hotplugged(argument, step, old, new):
        return "UPDATE"
    return effect


def _needs_power_off(path: str) -> bool:
    return any(path == field or path.startswith(f"{field}.") for field in NEEDS_POWER_OFF)


def _hotplugged(argument: str, step: Step, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether the machine takes the change while it runs: more memory, or another number of hot-plugged CPUs."""
    plugs = str(new.get("hotplug") or old.get("hotplug") or PROVIDER_HOTPLUG).split(",")
    paths = {path for path, _ in step.changes if path.split(".")[0] == argument}
    if argument == "cpu":
        return "cpu" in plugs and paths == {"cpu.hotplugged"}
    sizes = {f"memory.{each}" for each in ("dedicated", "floating", "shared")}
    if argument != "memory" or "memory" not in plugs or not paths <= sizes:
        return False
    before, after = block(old, "memory"), block(new, "memory")
    names = [path.split(".")[1] for path in paths]
    return all(_number(after.get(name)) > _number(before.get(name)) for name in names)


def _message(effect: Effect, step: Step, role: Role, known: State | None) -> str:
    if effect == "UNMOUNT":
        return _unmounting(step, role, known)
    if effect == "SHRINK":
        sizes = ", ".join(f"{name} from {old} to {new} GiB" for name, old, new in _shrinking(step))
        return f"A disk cannot become smaller ({sizes}): the provider writes all other changes, then fails."
    if effect == "STOP":
        template = any(path == "template" for path, _ in step.changes)
        return (
            "The machine is stopped and becomes a template, which cannot be undone."
            if template
            else "The machine is shut down and stays off."
        )
    if effect == "FAIL":
        return "The provider writes all other changes, refuses this one, and the `up` ends half-way."
    if effect == "POWER-CYCLE":
        return _restarting(step, role)
    if _waits(step):
        return "It is written to the machine's configuration, and takes effect at its next restart."
    return "It is written while the machine runs."


def _unmounting(step: Step, role: Role, known: State | None) -> str:
    before = _disks(known.outputs) if known else _disks(_before(step))
    missing = _missing(before, _disks(_after(step)))
    named = f" That is {', '.join(missing)} at least." if missing else ""
    attached = "every volume that the CSI driver attached" if role.is_node else "every disk that was attached by hand"
    return (
        "The provider writes all disks anew and detaches those that the program does not list: "
        f"{attached}, although the preview names none of them.{named}"
    )


def _restarting(step: Step, role: Role) -> str:
    agent = block(_before(step) if step.old_state else _after(step), "agent")
    how = "shut down" if agent.get("enabled") is True else "stopped hard, for its guest agent is off,"
    return f"The machine is {how} and started again. {_meanwhile(role)}"


def _meanwhile(role: Role) -> str:
    if role.name == "appliance":
        return "Whatever goes through it stops meanwhile, this `up` too if it does."
    if role.name != "control-plane":
        return "Its pods are not drained before; they start again with it, or elsewhere after five minutes."
    if role.peers:
        return f"The control plane goes on as long as most of its {role.peers + 1} machines run."
    return (
        "It is the only control plane: meanwhile the Kubernetes API does not answer, and nothing is scheduled, moved "
        "off a node that fails, or attached; pods that run go on."
    )


FIXES: Mapping[Effect, str] = {
    "REPLACE": "put the property into ignore_changes, or take the change back; a machine that may go is drained before",
    "DELETE": "put the machine back into the lab; to keep it and only let go of it: `pulumi state delete`",
    "UNMOUNT": "put `disks` into ignore_changes, and grow a disk on the host: `qm disk resize VMID DISK SIZE`",
    "SHRINK": "state the size that the disk has",
    "STOP": "take the change back",
    "FAIL": "take the change back; what needs the machine to be off is done with reboot_after_update true",
    "POWER-CYCLE": "drain the node before, and take one machine at a time: `pulumi up --target URN`",
    "UPDATE": "",
}


def _consequence(effect: Effect, step: Step, role: Role, causes: tuple[str, ...], message: str) -> Consequence:
    severity: Severity = "error"
    if effect in ("POWER-CYCLE", "UPDATE"):
        severity = "warning" if effect == "POWER-CYCLE" else "info"
    return Consequence(effect, severity, step.name, causes, message, FIXES[effect])


def _before(step: Step) -> Mapping[str, Any]:
    return step.old_state.outputs or step.old_state.inputs if step.old_state else {}


def _after(step: Step) -> Mapping[str, Any]:
    return step.new_state.inputs if step.new_state else {}


def is_template(step: Step) -> bool:
    """A template before and after: it never runs."""
    return _before(step).get("template") is True and _after(step).get("template") is True


def _waits(step: Step) -> bool:
    """Whether something is written that only a restart, which is switched off, would bring into effect."""
    restarts = any(effect == "POWER-CYCLE" for path, change in step.changes for effect in effects_of(path, change))
    return restarts and _after(step).get("rebootAfterUpdate") is False and not is_template(step)


def _disks(properties: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {disk["interface"]: disk for disk in properties.get("disks") or () if "interface" in disk}


def _missing(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Any]) -> list[str]:
    """The disks that are not listed any more, with their volumes."""
    gone = (disk for name, disk in before.items() if name not in after)
    return [f"{disk['interface']} ({disk.get('pathInDatastore') or 'no volume'})" for disk in gone]


def _shrinking(step: Step) -> list[tuple[str, int, int]]:
    """The disks that would become smaller, with the sizes in GiB."""
    before, after = _disks(_before(step)), _disks(_after(step))
    sizes = [
        (name, _number(before[name].get("size")), _number(after[name].get("size"))) for name in before if name in after
    ]
    return [(name, old, new) for name, old, new in sizes if 0 < new < old]


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0

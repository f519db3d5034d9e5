"""The life of a machine: made, cloned, changed, turned into a template, destroyed."""

from collections.abc import Mapping
from typing import Any

from rehearsal.proxmox import configuration, drives, permissions
from rehearsal.proxmox.answers import Refusal, invalid
from rehearsal.proxmox.call import Call, Route
from rehearsal.proxmox.state import Machine, Setting
from rehearsal.proxmox.values import properties

CREATION = ("vmid", "node", "pool", "start", "archive", "storage", "force", "unique", "bwlimit")
"""Parameters of a creation that are not part of the configuration."""
NOT_BOOTED = ("efidisk0", "tpmstate0")
CONTROL = ("delete", "revert", "digest", "force", "skiplock", "background_delay")
"""Parameters of an update that are not part of the configuration."""


def config(call: Call, node: str, vmid: int) -> dict[str, Any]:
    call.user.need(f"/vms/{vmid}", "VM.Audit")
    machine = call.machine(node, vmid)
    current = call.parameters.get("current") == "1"
    return configuration.answered(machine.config if current else configuration.with_pending(machine))


def pending(call: Call, node: str, vmid: int) -> list[dict[str, Any]]:
    call.user.need(f"/vms/{vmid}", "VM.Audit")
    machine = call.machine(node, vmid)
    found: list[dict[str, Any]] = []
    for key in sorted(machine.config.keys() | machine.pending.keys()):
        entry: dict[str, Any] = {"key": key}
        if key in machine.config:
            entry["value"] = machine.config[key]
        if key in machine.pending:
            new = machine.pending[key]
            entry |= {"delete": 1} if new is None else {"pending": new}
        found.append(entry)
    return found


def create(call: Call, node: str) -> str:
    call.host(node)
    vmid = int(call.required("vmid"))
    given = {key: value for key, value in call.parameters.items() if key not in CREATION}
    configuration.check_options(given)
    permissions.creation(call, vmid, given)
    if vmid in call.state.machines:
        raise Refusal(f"unable to create VM {vmid} - VM {vmid} already exists on node '{node}'")
    machine = call.state.machines[vmid] = Machine(node=node, config={"lock": "create"})
    made = Machine(node=node, config={})
    pool = call.parameters.get("pool")

    def work() -> None:
        try:
            for key in sorted(given):
                made.config[key] = _stored(call, vmid, made, key, given[key])
        except Refusal as refusal:
            raise Refusal(f"unable to create VM {vmid} - {refusal.message}") from None
        made.config.setdefault("boot", _default_boot_order(made.config))
        machine.config = made.config | {"smbios1": f"uuid={_uuid(vmid)}", "vmgenid": _uuid(vmid)}
        if pool:
            call.state.pools[pool].machines.append(vmid)

    return call.start(node, "qmcreate", vmid, work, undo=lambda: _unmake(call, vmid, made.config))


def update(call: Call, node: str, vmid: int) -> None:
    """Changes the configuration; what a running machine cannot take over at once stays pending."""
    machine = call.machine(node, vmid)
    given = {key: value for key, value in call.parameters.items() if key not in CONTROL}
    gone = [key for key in call.parameters.get("delete", "").replace(";", ",").split(",") if key]
    if not given and not gone:
        raise Refusal("no options specified")
    configuration.check_options(given | dict.fromkeys(gone, ""))
    for key in gone:
        if key in given:
            raise invalid(delete=f"you can't use '-{key}' and -delete {key}' at the same time")
    permissions.update(call, vmid, machine, given, gone)
    call.unlocked(vmid, machine)
    _check_balloon(machine, given)
    for key in gone:
        _take_away(call, vmid, machine, key)
    _check_boot_order(given, {**configuration.with_pending(machine), **given})
    for key in sorted(given):
        machine.pending[key] = _stored(call, vmid, machine, key, given[key])
    configuration.apply_what_can_be(call.state, vmid, machine)


def update_in_background(call: Call, node: str, vmid: int) -> str:
    call.machine(node, vmid)
    return call.start(node, "qmconfig", vmid, lambda: update(call, node, vmid))


def clone(call: Call, node: str, vmid: int) -> str:
    source = call.machine(node, vmid)
    new_id = int(call.required("newid"))
    storage, pool = call.parameters.get("storage"), call.parameters.get("pool")
    permissions.clone(call, vmid, new_id, source)
    call.unlocked(vmid, source)
    if new_id in call.state.machines:
        raise Refusal(f"unable to create VM {new_id}: config file already exists")
    if pool is not None and pool not in call.state.pools:
        raise Refusal(f"pool '{pool}' does not exist")
    machine = call.state.machines[new_id] = Machine(node=node, config={"lock": "clone"})
    made: dict[str, Setting] = {}

    def work() -> None:
        try:
            for key, value in source.config.items():
                if key.startswith("unused") or key in ("template", "lock"):
                    continue
                made[key] = value
                if drives.DRIVE.fullmatch(key):
                    made[key] = drives.copy(call.state, properties(value, "file"), new_id, storage)
                elif key.startswith("net"):
                    made[key] = _with_new_mac(key, str(value), new_id)
        except Refusal as refusal:
            raise Refusal(f"clone failed: {refusal.message}") from None
        own = {"name": call.parameters.get("name", f"Copy-of-VM-{made.get('name', vmid)}")}
        if "description" in call.parameters:
            own["description"] = call.parameters["description"]
        machine.config = made | own | {"smbios1": f"uuid={_uuid(new_id)}", "vmgenid": _uuid(new_id)}
        if pool:
            call.state.pools[pool].machines.append(new_id)

    return call.start(node, "qmclone", vmid, work, undo=lambda: _unmake(call, new_id, made))


def template(call: Call, node: str, vmid: int) -> str:
    call.user.need(f"/vms/{vmid}", "VM.Allocate")
    machine = call.machine(node, vmid)
    call.unlocked(vmid, machine)
    if machine.config.get("template"):
        raise Refusal("you can't convert a template to a template")
    if machine.running:
        raise Refusal("you can't convert a VM to template if VM is running")

    def work() -> None:
        drives.as_template(call.state, machine.config)
        machine.config["template"] = 1

    return call.start(node, "qmtemplate", vmid, work)


def destroy(call: Call, node: str, vmid: int) -> str:
    call.user.need(f"/vms/{vmid}", "VM.Allocate")
    machine = call.machine(node, vmid)
    _check_protection(machine, f"can't remove VM {vmid}")
    if machine.running:
        raise Refusal(f"VM {vmid} is running - destroy failed")

    def work() -> None:
        call.unlocked(vmid, machine)
        unreferenced = call.parameters.get("destroy-unreferenced-disks") == "1"
        drives.destroy(call.state, vmid, configuration.with_pending(machine), unreferenced)
        for pool in call.state.pools.values():
            pool.machines = [each for each in pool.machines if each != vmid]
        del call.state.machines[vmid]

    return call.start(node, "qmdestroy", vmid, work)


def _stored(call: Call, vmid: int, machine: Machine, key: str, value: str) -> Setting:
    if drives.DRIVE.fullmatch(key):
        return drives.settle(call.state, vmid, machine, key, value)
    return configuration.setting(key, value, vmid)


def _take_away(call: Call, vmid: int, machine: Machine, key: str) -> None:
    """Marks a setting for removal; one that is not there is none of Proxmox's worries."""
    value = machine.pending.get(key) or machine.config.get(key)
    if value is None:
        return
    if drives.DRIVE.fullmatch(key):
        _check_protection(machine, f"can't remove drive '{key}'")
        if (unapplied := machine.pending.get(key)) is not None:
            drives.release(call.state, vmid, machine.config, properties(unapplied, "file"))
    if key.startswith("unused"):
        _check_protection(machine, f"can't remove unused disk '{value}'")
        drives.destroy(call.state, vmid, {key: str(value)}, unreferenced=False)
    configuration.forget_boot_device(machine, key)
    machine.pending[key] = None


def _check_protection(machine: Machine, what: str) -> None:
    if machine.config.get("protection"):
        raise Refusal(f"{what} - protection mode enabled")


def _check_balloon(machine: Machine, given: Mapping[str, str]) -> None:
    after: dict[str, Setting] = {**configuration.with_pending(machine), **given}
    memory = int(properties(after.get("memory", "512"), "current")["current"])
    if ("memory" in given or "balloon" in given) and int(after.get("balloon", 0)) > memory:
        raise Refusal("balloon value too large (must be smaller than assigned memory)")


def _check_boot_order(given: Mapping[str, str], after: Mapping[str, Setting | None]) -> None:
    for device in filter(None, properties(given.get("boot", ""), "legacy").get("order", "").split(";")):
        if device not in after:
            raise Refusal(f"invalid bootorder: device '{device}' does not exist'")


def _with_new_mac(key: str, value: str, vmid: int) -> str:
    model, _, rest = value.partition("=")
    return configuration.network_device(key, f"model={model},{rest.partition(',')[2]}", vmid)


def _unmake(call: Call, vmid: int, made: Mapping[str, Setting]) -> None:
    """Takes away a machine whose creation failed, with the volumes that were made for it."""
    drives.destroy(call.state, vmid, made, unreferenced=False)
    del call.state.machines[vmid]


def _default_boot_order(made: Mapping[str, Setting]) -> str:
    """The first disk, the first CD-ROM and the first network device."""
    found = drives.drives_of(made)
    disks = [key for key, drive in found.items() if not drives.is_cdrom(drive) and key not in NOT_BOOTED]
    cdroms = [key for key, drive in found.items() if drives.is_cdrom(drive)]
    networks = [key for key in made if key.startswith("net")]
    return "order=" + ";".join(first for devices in (disks, cdroms, networks) for first in sorted(devices)[:1])


def _uuid(vmid: int) -> str:
    return f"00000000-0000-4000-8000-{vmid:012d}"


ROUTES: tuple[Route, ...] = (
    ("POST", "nodes/<node>/qemu", create),
    ("DELETE", "nodes/<node>/qemu/<int:vmid>", destroy),
    ("GET", "nodes/<node>/qemu/<int:vmid>/config", config),
    ("PUT", "nodes/<node>/qemu/<int:vmid>/config", update),
    ("POST", "nodes/<node>/qemu/<int:vmid>/config", update_in_background),
    ("GET", "nodes/<node>/qemu/<int:vmid>/pending", pending),
    ("POST", "nodes/<node>/qemu/<int:vmid>/clone", clone),
    ("POST", "nodes/<node>/qemu/<int:vmid>/template", template),
)

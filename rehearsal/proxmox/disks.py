"""Disks of a machine that grow, and that move to another storage."""

from rehearsal.proxmox import drives
from rehearsal.proxmox.answers import Refusal
from rehearsal.proxmox.call import Call, Route
from rehearsal.proxmox.storage import volume
from rehearsal.proxmox.values import properties, size_in_bytes, size_with_unit, written


def resize(call: Call, node: str, vmid: int) -> str:
    call.user.need(f"/vms/{vmid}", "VM.Config.Disk")
    machine = call.machine(node, vmid)
    disk, wanted = call.required("disk"), call.required("size")

    def work() -> None:
        call.unlocked(vmid, machine)
        if disk not in machine.config:
            raise Refusal(f"disk '{disk}' does not exist")
        drive = properties(machine.config[disk], "file")
        if drives.is_cdrom(drive):
            raise Refusal("you can't resize a cdrom")
        call.user.need(f"/storage/{drive['file'].partition(':')[0]}", "Datastore.AllocateSpace")
        found = volume(call.state, drive["file"])
        size = size_in_bytes(wanted.removeprefix("+")) + (found.size if wanted.startswith("+") else 0)
        if size < found.size:
            raise Refusal("shrinking disks is not supported")
        found.size = size
        machine.config[disk] = written(drive | {"size": size_with_unit(size)}, "file")

    return call.start(node, "resize", vmid, work)


def move_disk(call: Call, node: str, vmid: int) -> str:
    call.user.need(f"/vms/{vmid}", "VM.Config.Disk")
    machine = call.machine(node, vmid)
    disk, storage = call.required("disk"), call.required("storage")
    call.unlocked(vmid, machine)
    if disk not in machine.config:
        raise Refusal(f"disk '{disk}' does not exist")
    drive = properties(machine.config[disk], "file")
    if drive["file"].partition(":")[0] == storage:
        raise Refusal("you can't move to the same storage with same format")
    call.user.need(f"/storage/{storage}", "Datastore.AllocateSpace")

    def work() -> None:
        machine.config[disk] = drives.copy(call.state, drive, vmid, storage)
        if call.parameters.get("delete") == "1":
            call.state.volumes.pop(drive["file"])
        else:
            drives.release(call.state, vmid, machine.config, drive)

    return call.start(node, "qmmove", vmid, work)


ROUTES: tuple[Route, ...] = (
    ("PUT", "nodes/<node>/qemu/<int:vmid>/resize", resize),
    ("POST", "nodes/<node>/qemu/<int:vmid>/move_disk", move_disk),
)

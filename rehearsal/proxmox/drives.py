"""Changes to the volumes behind a machine's drives."""

import re
from collections.abc import Mapping

from rehearsal.proxmox.answers import Refusal
from rehearsal.proxmox.state import GIB, Machine, Setting, State, Volume
from rehearsal.proxmox.storage import FILE_BASED, owner, volume
from rehearsal.proxmox.values import properties, size_with_unit, written

DRIVE = re.compile(r"ide[0-3]|sata[0-5]|scsi(?:[12]?\d|30)|virtio(?:\d|1[0-5])|efidisk0|tpmstate0")
NEW_DISK = re.compile(r"([^/:\s]+):(\d+(?:\.\d+)?)")
CLOUD_INIT = re.compile(r"(?:vm-\d+-)?cloudinit(?:\.\w+)?")
CLOUD_INIT_SIZE = 4 << 20
EFI_DISK_SIZES = {"4m": 4 << 20, "2m": 128 << 10}
UNUSED = 256
"""How many detached disks a machine may keep."""

Drive = dict[str, str]
"""A drive's properties; `file` is its volume, or `none` or `cdrom`."""


def drives_of(config: Mapping[str, Setting | None]) -> dict[str, Drive]:
    """The drives of a machine by their names, for example scsi0."""
    return {key: properties(value, "file") for key, value in config.items() if DRIVE.fullmatch(key) and value}


def is_cdrom(drive: Drive) -> bool:
    return drive.get("media") == "cdrom" or is_cloud_init(drive)


def is_cloud_init(drive: Drive) -> bool:
    return CLOUD_INIT.fullmatch(drive["file"].partition(":")[2].rpartition("/")[2]) is not None


def settle(state: State, vmid: int, machine: Machine, key: str, value: Setting) -> str:
    """The drive as it is stored: new volumes are made, and the size of a volume that exists is its own.

    Raises Refusal.
    """
    drive = properties(value, "file")
    if drive["file"] in ("none", "cdrom"):
        drive.pop("size", None)
    elif drive["file"].endswith(":cloudinit"):
        drive |= {"file": _new_cloud_init(state, vmid, machine, key, drive), "media": "cdrom"}
        drive.pop("format", None)
    elif match := NEW_DISK.fullmatch(drive["file"]):
        made = _new_volume(state, key, drive, float(match[2]))
        drive["file"] = add_volume(state, match[1], vmid, made)
        drive["size"] = size_with_unit(made.size)
        drive.pop("format", None)
    else:
        drive["size"] = size_with_unit(volume(state, drive["file"]).size)
    return written(drive, "file")


def add_volume(state: State, storage_name: str, vmid: int, made: Volume) -> str:
    """Puts a volume onto a storage, under the next free name of the machine. Raises Refusal."""
    storage = state.storages.get(storage_name)
    if storage is None:
        raise Refusal(f"storage '{storage_name}' does not exist")
    if "images" not in storage.content:
        raise Refusal(f"storage '{storage_name}' does not support vm images")
    number = 0
    while any(name in state.volumes for name in _disk_names(storage_name, vmid, number)):
        number += 1
    folder, suffix = (f"{vmid}/", f".{made.format}") if storage.type in FILE_BASED else ("", "")
    if not suffix:
        made.format = "raw"
    volume_id = f"{storage_name}:{folder}vm-{vmid}-disk-{number}{suffix}"
    state.volumes[volume_id] = made
    return volume_id


def release(state: State, vmid: int, config: dict[str, Setting], drive: Drive) -> None:
    """After a drive was taken away: a volume of the machine stays as `unusedN`, that of another stays as it is.

    The drive of cloud-init, which can be made again, is deleted.
    """
    if is_cloud_init(drive):
        state.volumes.pop(drive["file"], None)
    elif not is_cdrom(drive) and owner(drive["file"]) == vmid:
        kept = {value for key, value in config.items() if key.startswith("unused")}
        if drive["file"] not in kept:
            free = next(f"unused{number}" for number in range(UNUSED) if f"unused{number}" not in config)
            config[free] = drive["file"]


def copy(state: State, drive: Drive, vmid: int, storage_name: str | None) -> str:
    """The drive of a clone, with a volume of its own. Raises Refusal."""
    if drive["file"] in ("none", "cdrom"):
        return written(drive, "file")
    source = volume(state, drive["file"])
    target = storage_name or drive["file"].partition(":")[0]
    made = source.model_copy()
    if is_cloud_init(drive):
        volume_id = f"{target}:vm-{vmid}-cloudinit"
        state.volumes[volume_id] = made
    else:
        volume_id = add_volume(state, target, vmid, made)
    return written(drive | {"file": volume_id}, "file")


def as_template(state: State, config: dict[str, Setting]) -> None:
    """Turns the disks of a machine into those of a template, under other names."""
    for key, drive in drives_of(config).items():
        if drive["file"] in state.volumes and not is_cdrom(drive):
            renamed = drive["file"].replace("vm-", "base-", 1)
            state.volumes[renamed] = state.volumes.pop(drive["file"])
            config[key] = written(drive | {"file": renamed}, "file")


def destroy(state: State, vmid: int, config: Mapping[str, Setting], unreferenced: bool) -> None:
    """Deletes the volumes that belong to the machine, and none of another's."""
    files = {drive["file"] for drive in drives_of(config).values()}
    files |= {str(value) for key, value in config.items() if key.startswith("unused")}
    for volume_id in [each for each, found in state.volumes.items() if found.content == "images"]:
        if owner(volume_id) == vmid and (unreferenced or volume_id in files):
            del state.volumes[volume_id]


def _new_cloud_init(state: State, vmid: int, machine: Machine, key: str, drive: Drive) -> str:
    for other, each in (drives_of(machine.config) | drives_of(machine.pending)).items():
        if other != key and is_cloud_init(each):
            raise Refusal(f"{key} - cloud-init drive is already attached at '{other}'")
    storage_name = drive["file"].partition(":")[0]
    storage = state.storages.get(storage_name)
    if storage is None:
        raise Refusal(f"storage '{storage_name}' does not exist")
    volume_id = f"{storage_name}:vm-{vmid}-cloudinit"
    if storage.type in FILE_BASED:
        volume_id = f"{storage_name}:{vmid}/vm-{vmid}-cloudinit.qcow2"
    if volume_id in state.volumes:
        raise Refusal(f"lvcreate 'pve/vm-{vmid}-cloudinit' error: Logical Volume already exists in volume group")
    state.volumes[volume_id] = Volume(size=CLOUD_INIT_SIZE)
    return volume_id


def _new_volume(state: State, key: str, drive: Drive, gib: float) -> Volume:
    source_id = drive.pop("import-from", None)
    file_format = drive.get("format", "raw")
    if source_id is not None:
        if source_id not in state.volumes:
            raise Refusal(f"cannot import from '{source_id}' - volume '{source_id}' does not exist")
        source = state.volumes[source_id]
        return Volume(size=source.size, format=file_format, data=source.data)
    if key == "efidisk0":
        return Volume(size=EFI_DISK_SIZES[drive.get("efitype", "2m")], format=file_format)
    return Volume(size=int(gib * GIB), format=file_format)


def _disk_names(storage: str, vmid: int, number: int) -> tuple[str, ...]:
    stems = (f"{kind}-{vmid}-disk-{number}" for kind in ("vm", "base"))
    return tuple(
        name
        for stem in stems
        for name in (f"{storage}:{stem}", *(f"{storage}:{vmid}/{stem}.{suffix}" for suffix in ("raw", "qcow2", "vmdk")))
    )

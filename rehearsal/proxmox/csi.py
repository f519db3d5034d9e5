"""Changes that the Proxmox CSI driver makes to a node unseen: it plugs volumes in and out."""

from rehearsal.proxmox.answers import Refusal
from rehearsal.proxmox.drives import drives_of
from rehearsal.proxmox.state import State, Volume
from rehearsal.proxmox.values import size_with_unit

LUNS = range(1, 30)
"""The driver uses scsi1 to scsi29."""


def attach(state: State, vmid: int, volume_id: str, size: int) -> str:
    """Plugs a volume, like `local-lvm:vm-9999-pvc-a`, into the next free slot, and makes it where there is none.

    The driver names its volumes after a machine 9999, which does not exist. Raises Refusal.
    """
    config = state.machines[vmid].config
    for key, drive in drives_of(config).items():
        if drive["file"] == volume_id:
            return key
    free = next((f"scsi{lun}" for lun in LUNS if f"scsi{lun}" not in config), None)
    if free is None:
        raise Refusal("no free lun found")
    made = state.volumes.setdefault(volume_id, Volume(size=size, data=volume_id))
    config[free] = f"{volume_id},backup=0,iothread=1,size={size_with_unit(made.size)}"
    return free


def detach(state: State, vmid: int, volume_id: str) -> None:
    """Takes a volume away from a machine."""
    config = state.machines[vmid].config
    for key, drive in drives_of(config).items():
        if drive["file"] == volume_id:
            del config[key]

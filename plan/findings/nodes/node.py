"""Findings about machines as nodes of the cluster."""

from collections.abc import Iterator

from config.lab import Lab
from config.machine import Machine
from plan.cluster.nodes import attachable_volumes
from plan.model import Finding
from plan.model.findings import Rule
from plan.wording import listed, plural

ETCD_ON_HARD_DISK = Rule(
    "ETCD-ON-HARD-DISK",
    "warning",
    title="The disk of etcd is a hard disk",
    meaning=(
        "etcd writes every change through to its disk before it answers. On a hard disk that other machines write to "
        "as well this takes seconds at times: requests to the API server time out, new leaders are elected, and "
        "controllers restart."
    ),
    remedy="Put the disk of the control plane on an SSD.",
)

VOLUME_SLOTS_OVERSTATED = Rule(
    "VOLUME-SLOTS-OVERSTATED",
    "warning",
    title="A node advertises volume slots that it does not have",
    meaning=(
        "The CSI driver advertises the same number on every node. It attaches volumes at scsi1 to scsi29, where "
        "further disks of the machine are too: the scheduler sends more volumes than can be attached, and their pods "
        "stay in ContainerCreating."
    ),
    remedy="Attach further disks of the machine as virtio or sata.",
)


def node_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about machines as nodes."""
    for name, machine in lab.machines.items():
        if machine.role == "worker" or (machine.role == "control-plane" and not lab.cluster.control_plane_taint):
            yield from _slots_overstated(lab, name, machine)
        if machine.role == "control-plane":
            yield from _etcd_on_hard_disk(lab, name, machine)


def _slots_overstated(lab: Lab, name: str, machine: Machine) -> Iterator[Finding]:
    slots, attachable = lab.cluster.volume_slots, attachable_volumes(lab.cluster, machine)
    if attachable < slots.schedulable:
        own = [disk.interface for disk in machine.disks if disk.interface[:4] == "scsi" and disk.interface != "scsi0"]
        yield VOLUME_SLOTS_OVERSTATED.finding(
            ("machines", name, "disks"),
            f"{name} advertises {slots.schedulable} volume slots, but its own disks ({listed(own)}) leave the CSI "
            f"driver {attachable} of {slots.hard}: from the {attachable + 1}th volume on, pods are sent there and stay "
            "in ContainerCreating with 'no free lun found'",
            f"attach all but {slots.hard - slots.schedulable} of its further disks as virtio or sata",
            facts={
                "advertised": slots.schedulable,
                "attachable": attachable,
                "hard": slots.hard,
                "own_disks": tuple(own),
            },
        )


def _etcd_on_hard_disk(lab: Lab, name: str, machine: Machine) -> Iterator[Finding]:
    host, disk = lab.site.hosts[machine.host], machine.disks[0]
    physical = host.storages[disk.storage].disk
    if host.disks[physical].medium == "hdd":
        sharing = sum(
            any(host.storages[each.storage].disk == physical for each in other.disks)
            for key, other in lab.machines.items()
            if key != name and other.host == machine.host
        )
        quick = [key for key, row in host.disks.items() if row.medium == "ssd"]
        where = f"a storage on {' or '.join(quick)}" if quick else "an SSD, which the host has yet to be given"
        yield ETCD_ON_HARD_DISK.finding(
            ("machines", name, "disks"),
            f"etcd of {name} is on {physical} (storage {disk.storage}), a hard disk"
            + (f" that {plural(sharing, 'other machine')} also use{'s' * (sharing == 1)}" if sharing else "")
            + ": each of its writes waits for the disk, and where that takes long the API server stands still",
            f"move the disk to {where}: `qm disk move {machine.vmid} {machine.disks[0].interface} STORAGE`",
            facts={"disk": physical, "storage": disk.storage, "other_machines": sharing},
        )

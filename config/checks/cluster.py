"""The cluster: its control plane and the kubelet's thresholds."""

from collections.abc import Iterator

from config.draft import Draft
from config.source import Path, Problem

FURTHER_DISKS = 30
"""Disks of a machine at SCSI beside its first, scsi1 to scsi30: `$MAX_SCSI_DISKS` of Proxmox' qemu-server is 31."""


def check_control_plane(lab: Draft) -> Iterator[Problem]:
    """One control plane, or an odd number of them behind one address; and somewhere for pods to run."""
    if not lab.is_complete("machines") or not lab.is_complete("nodes"):
        return
    roles = [each.role for each in (*lab.machines.values(), *lab.outside.values())]
    number = roles.count("control-plane")
    where, which = (("machines",), "machine") if lab.machines or not lab.outside else (("nodes",), "node")
    if number == 0:
        yield lab.problem(where, f"no {which} has role: control-plane")
    elif number % 2 == 0:
        message = f"{number} control planes survive no more failures than {number - 1}; have an odd number"
        yield lab.problem(where, message)
    made = [machine for machine in lab.machines.values() if machine.role == "control-plane"]
    if lab.cluster and len(made) > 1 and lab.cluster.api_address is None:
        message = f"needs api_address: one virtual address for the {number} control planes"
        yield lab.problem(("cluster",), message)
    if lab.cluster and lab.cluster.control_plane_taint and number and "worker" not in roles:
        message = "keeps all pods off the only nodes there are; add a worker or say control_plane_taint: false"
        yield lab.problem(("cluster", "control_plane_taint"), message)


def check_distribution(lab: Draft) -> Iterator[Problem]:
    """The program makes nodes with kubeadm alone."""
    if not lab.cluster or lab.cluster.distribution == "kubeadm":
        return
    for name, machine in lab.machines.items():
        if machine.role != "appliance" and not machine.adopt:
            message = f"the program makes no nodes of {lab.cluster.distribution}; say adopt: true of one that runs"
            yield lab.problem(("machines", name), message)


def check_eviction(lab: Draft) -> Iterator[Problem]:
    """The soft thresholds come before the hard ones."""
    if not lab.cluster:
        return
    soft, hard = lab.cluster.kubelet.eviction_soft, lab.cluster.kubelet.eviction_hard
    at: Path = ("cluster", "kubelet", "eviction_soft")
    if soft.memory.available <= hard.memory:
        message = f"{soft.memory.available} must be more than the hard threshold, {hard.memory}"
        yield lab.problem((*at, "memory", "available"), message)
    for name, above, below in (
        ("nodefs", soft.nodefs.available_percent, hard.nodefs_percent),
        ("imagefs", soft.imagefs.available_percent, hard.imagefs_percent),
    ):
        if above <= below:
            message = f"{above} must be more than the hard threshold, {below}"
            yield lab.problem((*at, name, "available_percent"), message)


def check_virtual_address(lab: Draft) -> Iterator[Problem]:
    """Only a virtual address needs a virtual router."""
    if lab.cluster and lab.cluster.virtual_router_id is not None and lab.cluster.api_address is None:
        path = ("cluster", "virtual_router_id")
        yield lab.problem(path, "needs api_address: the address that the virtual router holds")


def check_volume_slots(lab: Draft) -> Iterator[Problem]:
    """A node advertises no more slots than it has, and has no more than a machine of Proxmox."""
    if lab.cluster and lab.cluster.volume_slots.schedulable > lab.cluster.volume_slots.hard:
        slots = lab.cluster.volume_slots
        message = f"{slots.schedulable} must not be more than hard, {slots.hard}"
        yield lab.problem(("cluster", "volume_slots", "schedulable"), message)
    at_machines = any(each.backend == "block" for each in lab.storage_classes.values()) and lab.machines
    if lab.cluster and at_machines and lab.cluster.volume_slots.hard > FURTHER_DISKS:
        message = (
            f"{lab.cluster.volume_slots.hard} volumes are more than Proxmox attaches to a machine beside its first "
            f"disk: {FURTHER_DISKS}, at scsi1 to scsi{FURTHER_DISKS}"
        )
        yield lab.problem(("cluster", "volume_slots", "hard"), message)

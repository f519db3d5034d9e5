"""Machines and disks on the hosts that belong to nothing any more: the lab or the cluster has forgotten them."""

import re
from collections.abc import Collection, Iterator
from itertools import chain
from shlex import quote

from operations.clients.proxmox_inventory import CSI_VOLUME
from operations.preflight.check import Check, missing_privilege, unchecked
from operations.preflight.state import State, Unread
from plan.model import Finding, Plan
from plan.model.findings import Rule
from plan.proxmox.machines import TAG
from plan.wording import gib, listed

MACHINE_FORGOTTEN = Rule(
    "MACHINE-FORGOTTEN",
    "warning",
    title="A machine that the program made is no longer in the lab",
    meaning=(
        "A machine that is taken out of the lab is forgotten, not deleted. If it starts with its host, it comes back "
        "after every power cut: it takes memory that the plan counts as free, and as a node it joins the cluster again."
    ),
    remedy="Delete it (`qm destroy VMID`) when its data is not wanted; or keep it off: `qm set VMID --onboot 0`.",
)

DISK_ORPHANED = Rule(
    "DISK-ORPHANED",
    "warning",
    title="A disk belongs to no machine and to no volume of the cluster",
    meaning=(
        "Proxmox names a disk after its machine. What is left of a machine that is gone, or of a volume that the "
        "cluster no longer has, takes room in its pool, and nothing backs it up."
    ),
    remedy="Look at what is on it, then delete it: `pvesm free VOLUME`.",
)

_OF_MACHINE = re.compile(r"(?:^|[:/])vm-(\d+)-")


def check_left_over(plan: Plan, state: State, claimed: Collection[str] | None = None) -> Check:
    """Machines with the program's tag that the lab does not have, and disks of nothing.

    `claimed` has the handles of the cluster's volumes; without them, disks of its storage driver are not judged.
    """
    question = "machines and disks that nothing needs"
    if isinstance(state.guests, Unread) or isinstance(state.inventory, Unread):
        reason = next(each for each in (state.guests, state.inventory) if isinstance(each, Unread))
        return Check(question, (unchecked(("machines",), question, reason),), "")
    if not state.sees_all("/vms", "VM.Audit"):
        return Check(question, (unchecked(("machines",), question, missing_privilege("/vms", "VM.Audit")),), "")
    outside = sorted(
        guest.name or str(vmid)
        for vmid, guest in state.guests.items()
        if not guest.template and vmid not in _own(plan) and not _is_forgotten(plan, state, vmid)
    )
    parts = ["none"]
    parts += [f"not of the lab, and left alone: {listed(outside)}"] if outside else []
    parts += ["disks of the cluster's volumes were not compared with the cluster"] if claimed is None else []
    return Check(question, tuple(chain(_machines(plan, state), _disks(state, _own(plan), claimed))), "; ".join(parts))


def _own(plan: Plan) -> set[int]:
    return {*(each.vmid for each in plan.machines), *(each.vmid for each in plan.lab.site.templates.values())}


def _is_forgotten(plan: Plan, state: State, vmid: int) -> bool:
    assert not isinstance(state.guests, Unread)
    guest = state.guests[vmid]
    return vmid not in _own(plan) and TAG in guest.tags.replace(",", ";").split(";")


def _machines(plan: Plan, state: State) -> Iterator[Finding]:
    assert not isinstance(state.guests, Unread)
    for vmid, guest in state.guests.items():
        if not _is_forgotten(plan, state, vmid) or guest.template:
            continue
        config = state.configs.get(vmid)
        if isinstance(config, Unread) or config is None:
            starts, when = False, "; whether it starts with its host could not be read"
        else:
            starts = str(config.get("onboot", "0")) == "1"
            when = ", and starts with its host" if starts else ", and does not start with its host"
        memory = f", holds {gib(guest.maxmem)} of memory" if guest.runs and guest.maxmem else ""
        yield MACHINE_FORGOTTEN.finding(
            ("machines",),
            f"{guest} has the tag {TAG} of machines that the program made, and is not in the lab; it "
            f"{'runs' if guest.runs else 'is off'}{memory}{when}",
            f"on {guest.node}: `qm set {vmid} --onboot 0`; `qm destroy {vmid}`, when its data is not wanted"
            if starts
            else f"on {guest.node}: `qm destroy {vmid}`, when its data is not wanted",
            about=str(vmid),
            facts={"vmid": vmid, "starts_with_host": starts},
        )


def _disks(state: State, own: Collection[int], claimed: Collection[str] | None) -> Iterator[Finding]:
    assert not isinstance(state.guests, Unread)
    handles = {each.rpartition("/")[2] for each in claimed or ()}
    for host, found in state.hosts.items():
        for storage, volumes in found.volumes.items():
            path = ("site", "hosts", host, "storages", storage)
            if isinstance(volumes, Unread):
                yield unchecked(path, f"disks on {storage} of {host}", volumes)
                continue
            for volume in volumes:
                name = volume.volid.partition(":")[2]
                owner = _OF_MACHINE.search(volume.volid)
                if CSI_VOLUME.search(name):
                    lost = claimed is not None and name not in handles
                    why = "no PersistentVolume of the cluster has it"
                else:
                    lost = owner is not None and int(owner[1]) not in {*state.guests, *own}
                    why = f"there is no machine {owner[1]}" if owner else ""
                if lost:
                    yield DISK_ORPHANED.finding(
                        path,
                        f"{volume.volid} on {host} takes {gib(volume.size)}, and {why}",
                        f"on {host}: look at it, then `pvesm free {quote(volume.volid)}`",
                        about=volume.volid,
                        facts={"bytes": volume.size},
                    )

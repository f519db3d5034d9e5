"""Disks. An `up` ignores them (docs/facts.md, Disks), so what differs stays so until somebody does something."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from config.machine import MachineDisk
from config.quantity import Memory
from config.source import Path
from plan.live.inventory import HostDisk, HostMachine
from plan.live.pair import Pair
from plan.model import Finding
from plan.model.findings import Rule

DISK_ATTACHED_TWICE = Rule(
    "DISK-ATTACHED-TWICE",
    "error",
    title="One disk in two slots",
    meaning=(
        "A disk that is written through two slots, of two machines or of one, is destroyed: neither knows what "
        "the other has written."
    ),
    remedy="Stop the machine that it does not belong to, and detach it there. Then check the file system.",
)

DISK_ELSEWHERE = Rule(
    "DISK-ELSEWHERE",
    "error",
    title="A disk on another storage than stated",
    meaning="The plan counts it on the wrong storage. An `up` ignores disks and moves none.",
    remedy="Write the storage that it is on; or move it: `qm disk move VMID DISK STORAGE`.",
)

DISK_MISSING = Rule(
    "DISK-MISSING",
    "error",
    title="A disk of the lab is not there",
    meaning="The machine has nothing in that slot, or a volume of the CSI driver. An `up` ignores disks and adds none.",
    remedy="Write the disks that it has.",
)

DISK_NOT_LISTED = Rule(
    "DISK-NOT-LISTED",
    "error",
    title="A disk that the lab does not list",
    meaning=(
        "The plan does not count it, and the machine would not have it if it were recreated from the lab. Volumes "
        "that the CSI driver attaches come and go, and are not meant."
    ),
    remedy="Write the disks that the machine has; or detach the disk if it belongs to another.",
)

DISK_SHRINKS = Rule(
    "DISK-SHRINKS",
    "error",
    title="A disk that would have to become smaller",
    meaning="No tool makes a disk smaller: what is at its end would be lost.",
    remedy="Write the size that it has. To have it smaller, copy what is on it to a new disk.",
)

DISK_SIZE_UNKNOWN = Rule(
    "DISK-SIZE-UNKNOWN",
    "warning",
    title="Proxmox does not say how large a disk is",
    meaning="Its configuration has no size, so the stated size could not be checked.",
    remedy="Make Proxmox measure it: `qm disk rescan --vmid VMID`.",
)

DISK_SPEED_DIFFERS = Rule(
    "DISK-SPEED-DIFFERS",
    "warning",
    title="A limit of a disk's speed is not as stated",
    meaning=(
        "The limit keeps one machine from taking the whole disk that many lie on. An `up` ignores disks and sets none."
    ),
    remedy="Write the limit that it has; or set it in Proxmox: Hardware, the disk, Edit, Bandwidth.",
)

DISK_TO_GROW = Rule(
    "DISK-TO-GROW",
    "error",
    title="A disk that is smaller than stated",
    meaning=(
        "An `up` ignores disks, because an update of them detaches the volumes that the CSI driver attached. A "
        "disk is grown on the host, while the machine runs; then its file system has to follow."
    ),
    remedy="`qm disk resize VMID DISK SIZE`, with the whole size and not what is added.",
)


def disk_findings(pair: Pair) -> Iterator[Finding]:
    """The lab's disks exist, in its sizes, and no others do; volumes of the CSI driver come and go."""
    attached = {disk.slot: disk for disk in pair.host.disks}
    for index, disk in enumerate(pair.machine.disks):
        path = (*pair.path, "disks", index)
        found = attached.get(disk.interface)
        if found is None or found.is_csi:
            yield _missing(path, pair, disk, found)
            continue
        if found.storage != disk.storage:
            yield _elsewhere(path, pair, disk, found)
        yield from _size_findings(path, pair, disk, found)
        yield from _speed_findings(path, pair, disk, found)
    listed = {disk.interface for disk in pair.machine.disks}
    for disk in pair.host.own_disks:
        if disk.slot not in listed:
            yield _not_listed(pair, disk)


def shared_disk_findings(pairs: Iterable[Pair], machines: Iterable[HostMachine]) -> Iterator[Finding]:
    """No volume is in two slots: two systems that write to one disk destroy what is on it."""
    pair_of = {pair.host.vmid: pair for pair in pairs}
    slots: dict[str, list[tuple[HostMachine, str]]] = defaultdict(list)
    for machine in machines:
        for disk in machine.disks:
            slots[disk.volume].append((machine, disk.slot))
    for volume, places in slots.items():
        if len(places) == 1:
            continue
        where = " and ".join(f"{slot} of {machine.name or machine.vmid}" for machine, slot in places)
        for vmid in dict.fromkeys(machine.vmid for machine, _ in places):
            if vmid in pair_of:
                yield DISK_ATTACHED_TWICE.finding(
                    (*pair_of[vmid].path, "disks"),
                    f"{pair_of[vmid].name} shares {volume} ({where}): what one writes destroys what the other wrote",
                    "before anything else, stop the machine that it does not belong to, and detach it there",
                    facts={
                        "volume": volume,
                        "machines": tuple(str(machine.name or machine.vmid) for machine, _ in places),
                    },
                )


def _missing(path: Path, pair: Pair, disk: MachineDisk, found: HostDisk | None) -> Finding:
    instead = f": that is {found.volume}, a volume of the CSI driver" if found else ""
    return DISK_MISSING.finding(
        path,
        f"{pair.name} has no disk {disk.interface} on {pair.host.host}{instead}",
        f"write the disks that it has: {written(pair.host.own_disks)}",
    )


def _not_listed(pair: Pair, disk: HostDisk) -> Finding:
    if f"vm-{pair.host.vmid}-" in disk.volume:
        fix = f"write the disks that it has: {written(pair.host.own_disks)}"
    else:
        fix = f"find out whose it is, which its name does not say to be {pair.name}'s; then detach it, or write it down"
    return DISK_NOT_LISTED.finding(
        (*pair.path, "disks"),
        f"{pair.name} has a disk {disk.slot} on {pair.host.host} ({disk.volume}) that the file does not list: nothing "
        "counts it, and the machine would not have it if it were recreated",
        fix,
        facts={"volume": disk.volume},
    )


def _elsewhere(path: Path, pair: Pair, disk: MachineDisk, found: HostDisk) -> Finding:
    return DISK_ELSEWHERE.finding(
        (*path, "storage"),
        f"{disk.interface} of {pair.name} is not on {disk.storage}, but is {found.volume}",
        f"write storage: {found.storage}"
        if found.storage
        else "leave the machine out of the file: the file cannot describe it",
        facts={"storage": disk.storage, "found": found.volume},
    )


def _size_findings(path: Path, pair: Pair, disk: MachineDisk, found: HostDisk) -> Iterator[Finding]:
    at, vmid = (*path, "size"), pair.host.vmid
    if found.size is None:
        yield DISK_SIZE_UNKNOWN.finding(
            at,
            f"Proxmox does not say how large {disk.interface} of {pair.name} is, so {disk.size} could not be checked",
            f"{pair.on_host}: `qm disk rescan --vmid {vmid}`",
        )
    elif found.size < disk.size:
        yield DISK_TO_GROW.finding(
            at,
            f"{disk.interface} of {pair.name} is {disk.size} in the file and {Memory(found.size)} on {pair.host.host}, "
            "and an `up` leaves it so",
            f"{pair.on_host}: `qm disk resize {vmid} {disk.interface} {disk.size >> 30}G`",
            facts={"stated_bytes": int(disk.size), "found_bytes": found.size},
        )
    elif found.size > disk.size:
        yield DISK_SHRINKS.finding(
            at,
            f"{disk.interface} of {pair.name} is {disk.size} in the file and {Memory(found.size)} on {pair.host.host}, "
            "and no tool makes a disk smaller",
            f"write size: {Memory(found.size)}",
            facts={"stated_bytes": int(disk.size), "found_bytes": found.size},
        )


def _speed_findings(path: Path, pair: Pair, disk: MachineDisk, found: HostDisk) -> Iterator[Finding]:
    for key, stated, real in (
        ("read_mb_per_second", disk.read_mb_per_second, found.read_mb_per_second),
        ("write_mb_per_second", disk.write_mb_per_second, found.write_mb_per_second),
    ):
        if stated != real:
            yield DISK_SPEED_DIFFERS.finding(
                (*path, key) if stated else path,
                f"{key} of {disk.interface} of {pair.name} is {stated or 'unlimited'} in the file and "
                f"{real or 'unlimited'} on {pair.host.host}, and an `up` leaves it so",
                f"{f'write {key}: {real}' if real else f'take {key} out'}; or set it in Proxmox (Hardware, "
                f"{disk.interface}, Edit, Bandwidth)",
                facts={"stated": stated, "found": real},
            )


def written(disks: Iterable[HostDisk]) -> str:
    """Disks as `machines.yaml` has them."""
    entries = (
        f"{{interface: {disk.slot}, storage: {disk.storage or disk.volume}, size: {Memory(disk.size or 0)}}}"
        for disk in disks
    )
    return f"[{', '.join(entries)}]"

"""Disks whose storages have more together than the disk has, or hold more."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.site import OWN_PARTS, Host
from plan.model import HostUse
from plan.model.findings import Finding, Rule
from plan.wording import gib, listed

DISK_OVERCOMMITTED = Rule(
    "DISK-OVERCOMMITTED",
    "warning",
    title="The storages of a disk have more than the disk has",
    meaning=(
        "A thin pool or volume group has a part of the disk for itself, and folders and ZFS pools have the rest. Where "
        "their sizes add up to more, one of them is not what is stated, and what the plan says is left of it is not "
        "there. Folders and ZFS pools may share one file system: of these only the largest counts. Where more is "
        "committed on all of them together than the disk has, it fills up though none of them is full by itself."
    ),
    remedy="Write the sizes that `pvesm status` shows. A folder on a volume of the pool itself needs no size.",
)

SHARING = ("dir", "zfspool")
"""Types that may share one file system or pool with others of their disk."""


def disk_size_findings(lab: Lab, uses: Iterable[HostUse]) -> Iterator[Finding]:
    """A finding for each disk whose storages cannot be as large as they say, or hold more together than it has."""
    for use in uses:
        host = lab.site.hosts[use.name]
        for disk in host.disks:
            yield from _stated(use.name, host, disk)
            yield from _committed(use, host, disk)


def _stated(name: str, host: Host, disk: str) -> Iterator[Finding]:
    """Sizes that cannot all be true. Those of pools and groups alone are refused at loading."""
    sizes = {storage: row.size for storage, row in host.storages.items() if row.disk == disk and row.size}
    own = [storage for storage in sizes if host.storages[storage].type in OWN_PARTS]
    sharing = [storage for storage in sizes if host.storages[storage].type in SHARING]
    if not own or not sharing:
        return
    largest = max(sharing, key=lambda storage: sizes[storage])
    together = sum(sizes[storage] for storage in own) + sizes[largest]
    size = host.disks[disk].size
    if together > size:
        yield DISK_OVERCOMMITTED.finding(
            ("site", "hosts", name, "storages", largest, "size"),
            f"{listed([*own, largest])} have {gib(together)} together, and {disk} of {name} has {gib(size)}: at least "
            f"{gib(together - size)} of them are not there",
            f"write the sizes that `pvesm status` shows, or leave out that of {largest} where it lies on a volume of "
            f"{listed(own)}",
            facts={"stated_bytes": int(together), "disk_bytes": int(size)},
        )


def _committed(use: HostUse, host: Host, disk: str) -> Iterator[Finding]:
    """More on several storages than their disk has, though none of them has more than its own size."""
    on_it = {storage: use.storages[storage] for storage, row in host.storages.items() if row.disk == disk}
    if any(size is not None and committed > size for committed, size in on_it.values()):
        return  # told of the storage
    filled = {storage: committed for storage, (committed, _) in on_it.items() if committed}
    total, size = sum(filled.values()), host.disks[disk].size
    if total > size:
        yield DISK_OVERCOMMITTED.finding(
            ("site", "hosts", use.name, "disks", disk),
            f"{gib(total)} are committed on {listed(list(filled))}, and {disk} of {use.name} has {gib(size)}: it fills "
            f"up {gib(total - size)} too early",
            f"make disks or volumes smaller by {gib(total - size)} in all, or move some to another disk",
            about="committed",
            facts={"committed_bytes": total, "disk_bytes": int(size)},
        )

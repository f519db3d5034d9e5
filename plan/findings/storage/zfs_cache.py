"""Hosts whose ZFS takes memory for its cache that machines were given."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.quantity import Memory
from plan.model import HostUse
from plan.model.findings import Finding, Rule
from plan.wording import gib, listed

ZFS_CACHE_TOO_LARGE = Rule(
    "ZFS-CACHE-TOO-LARGE",
    "warning",
    title="The cache of ZFS may take memory that machines were given",
    meaning=(
        "ZFS keeps what it read in memory (ARC), by default up to half of what is installed (OpenZFS 2.2; later ones "
        "up to all but 1 GiB). It gives memory back when others ask, and more slowly than a machine takes it: then a "
        "machine does not start, or the kernel kills one. Proxmox sets a limit only where it was itself installed on "
        "ZFS."
    ),
    remedy="Limit it: `options zfs zfs_arc_max=BYTES` in /etc/modprobe.d/zfs.conf, and state it as zfs_cache.",
)

DEFAULT_PERCENT, ADVISED_PERCENT = 50, 10
"""Of the installed memory: OpenZFS' default on Linux (zfs_arc_max), and what the installer of Proxmox VE sets."""
GIB = 1 << 30


def zfs_cache_findings(lab: Lab, uses: Iterable[HostUse]) -> Iterator[Finding]:
    """A finding for each host on which machines and the cache together take more than is installed."""
    for use in uses:
        host = lab.site.hosts[use.name]
        pools = [name for name, storage in host.storages.items() if storage.type == "zfspool"]
        cache = host.zfs_cache if host.zfs_cache is not None else Memory(use.memory * DEFAULT_PERCENT // 100)
        taken = use.machine_memory + max(cache, use.reserved_memory)
        if not pools or taken <= use.memory or use.committed_memory > use.memory:
            continue  # nothing of ZFS, enough for all, or too little even without
        said = (
            f"up to {gib(cache)} (zfs_cache)"
            if host.zfs_cache is not None
            else f"up to half of the memory, {gib(cache)}, unless zfs_arc_max says less"
        )
        advised = Memory(max(use.memory * ADVISED_PERCENT // 100 // GIB, 1) * GIB)
        yield ZFS_CACHE_TOO_LARGE.finding(
            ("site", "hosts", use.name, "memory"),
            f"{use.name}: the cache of {listed(pools)} (zfspool) takes {said}, and machines have "
            f"{gib(use.machine_memory)} of {gib(use.memory)}: {gib(taken - use.memory)} too much when both are used",
            f"write options zfs zfs_arc_max={int(advised)} into /etc/modprobe.d/zfs.conf of {use.name}, and zfs_cache: "
            f"{advised} here",
            facts={
                "cache_bytes": int(cache),
                "machine_bytes": use.machine_memory,
                "installed_bytes": use.memory,
                "advised_bytes": int(advised),
            },
        )

"""Findings about Proxmox hosts: their memory, threads, storages and disks."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.capacity.hosts import machine_disks_on, written_at_most
from plan.model import Finding, HostUse
from plan.model.findings import Rule
from plan.wording import gib

DISK_WRITES_OVERCOMMITTED = Rule(
    "DISK-WRITES-OVERCOMMITTED",
    "warning",
    title="Machines may write more than their disk can",
    meaning=(
        "Machines that share a physical disk share its speed. One that writes all that it may, a backup for "
        "example, holds up etcd, databases and every other machine there. A disk whose speed is not stated is not "
        "checked."
    ),
    remedy="Lower write_mb_per_second of the machines that need it least, or move some to another disk.",
)

HOST_CPU_OVERCOMMITTED = Rule(
    "HOST-CPU-OVERCOMMITTED",
    "warning",
    title="Many vCPUs on few threads",
    meaning=(
        "The machines of a host have more vCPUs for each hardware thread than the lab's policy says. CPU is "
        "compressible: nothing fails, everything waits."
    ),
    remedy="Give machines fewer vCPUs, or change overcommit.vcpus_per_thread of the host.",
)

HOST_MEMORY_OVERCOMMITTED = Rule(
    "HOST-MEMORY-OVERCOMMITTED",
    ("error", "warning", "info"),
    title="Machines have more memory than is installed",
    meaning=(
        "Memory is not compressible. The hypervisor gets by as long as machines do not use all they have; "
        "then it swaps, or the kernel kills a machine. Memory of a machine with a passed-through device is "
        "pinned whole."
    ),
    remedy="Make a machine smaller. It is an error beyond overcommit.memory_percent of the host.",
)

HOST_RESERVE_UNCHECKED = Rule(
    "HOST-RESERVE-UNCHECKED",
    "info",
    title="The memory of the hypervisor is not stated",
    meaning=(
        "ZFS cache, daemons and the overhead of each machine take memory that machines cannot have. Without "
        "the figure the sum over the machines is optimistic."
    ),
    remedy="Write reserved_memory of the host in site.yaml.",
)

STORAGE_OVERCOMMITTED = Rule(
    "STORAGE-OVERCOMMITTED",
    "warning",
    title="More of a storage is committed than it has",
    meaning=(
        "A thin pool lets disks and volumes add up to more than its size, until it is full: then every write "
        "fails, of every machine on it."
    ),
    remedy="Make disks or volumes smaller, or move some elsewhere, and watch the pool.",
)

STORAGE_UNCHECKED = Rule(
    "STORAGE-UNCHECKED",
    "info",
    title="The size of a storage is not stated",
    meaning="Whether the committed disks and volumes fit could not be checked.",
    remedy="Write its size in site.yaml.",
)


def host_findings(lab: Lab, uses: Iterable[HostUse]) -> Iterator[Finding]:
    """All findings about hosts."""
    for use in uses:
        yield from _memory(lab, use)
        yield from _cpu(lab, use)
        yield from _storage(lab, use)
        yield from _writes(lab, use)


def _memory(lab: Lab, use: HostUse) -> Iterator[Finding]:
    host = lab.site.hosts[use.name]
    committed = use.committed_memory
    allowed = use.memory * host.overcommit.memory_percent // 100
    path = ("site", "hosts", use.name, "memory")
    hypervisor = f", and {gib(use.reserved_memory)} are kept for the hypervisor" if use.reserved_memory else ""
    if committed > use.memory:
        yield HOST_MEMORY_OVERCOMMITTED.finding(
            path,
            f"{use.name}: machines have {gib(use.machine_memory)} of {gib(use.memory)} installed, "
            f"{gib(use.pinned_memory)} of it pinned by PCI passthrough{hypervisor}; {gib(committed - use.memory)} too "
            "much if all machines use what they have",
            f"make machines smaller by {gib(committed - use.memory)} in all, or stop one that is not needed",
            severity="error"
            if committed > allowed or use.pinned_memory + use.reserved_memory > use.memory
            else "warning",
            facts={
                "committed_bytes": committed,
                "installed_bytes": use.memory,
                "pinned_bytes": use.pinned_memory,
                "reserved_bytes": use.reserved_memory,
                "permitted_bytes": allowed,
            },
        )
    if host.reserved_memory is None:
        yield HOST_RESERVE_UNCHECKED.finding(
            path,
            f"{use.name}: the need of the hypervisor itself is not stated, so whether {gib(use.memory)} are enough "
            "for it too could not be checked",
            f"write reserved_memory of {use.name} in site.yaml (ZFS ARC, daemons, overhead of each machine)",
            facts={"installed_bytes": use.memory},
        )


def _cpu(lab: Lab, use: HostUse) -> Iterator[Finding]:
    limit = lab.site.hosts[use.name].overcommit.vcpus_per_thread
    if use.vcpus > use.threads * limit:
        yield HOST_CPU_OVERCOMMITTED.finding(
            ("site", "hosts", use.name, "threads"),
            f"{use.name}: {use.vcpus} vCPUs on {use.threads} threads; the lab's policy is {limit} for each thread",
            f"give the machines {use.threads * limit} vCPUs in all, {use.vcpus - use.threads * limit} fewer",
            facts={"vcpus": use.vcpus, "threads": use.threads, "vcpus_per_thread": limit},
        )


def _storage(lab: Lab, use: HostUse) -> Iterator[Finding]:
    for name, (committed, size) in use.storages.items():
        path = ("site", "hosts", use.name, "storages", name)
        if size is None and committed:
            yield STORAGE_UNCHECKED.finding(
                path,
                f"{name} on {use.name}: {gib(committed)} are committed; its size is not stated, so whether they fit "
                "could not be checked",
                "write its size in site.yaml",
                facts={"committed_bytes": committed},
            )
        elif size is not None and committed > size:
            yield STORAGE_OVERCOMMITTED.finding(
                path,
                f"{name} on {use.name}: {gib(committed)} of {gib(size)} are committed{_by_placement(lab)}; a thin "
                "pool that fills up stops every machine on it",
                f"make disks or volumes smaller by {gib(committed - size)} in all, or move some to another storage",
                facts={"committed_bytes": committed, "size_bytes": size},
            )


def _by_placement(lab: Lab) -> str:
    return " (volumes where their pods are planned)" if len(lab.site.hosts) > 1 else ""


def _writes(lab: Lab, use: HostUse) -> Iterator[Finding]:
    """Disks whose speed is not stated are listed with the constraints, as not checked."""
    for name, disk in lab.site.hosts[use.name].disks.items():
        written, unlimited = written_at_most(lab, use.name, name), _unlimited(lab, use.name, name)
        if disk.write_mb_per_second is not None and written > disk.write_mb_per_second:
            beside = f", and {unlimited} of their disks have no limit at all" if unlimited else ""
            yield DISK_WRITES_OVERCOMMITTED.finding(
                ("site", "hosts", use.name, "disks", name),
                f"{name} of {use.name}: machines may write {written:,} MB/s to a disk that writes "
                f"{disk.write_mb_per_second:,} MB/s{beside}: one that does holds up all others",
                f"lower write_mb_per_second of machines by {written - disk.write_mb_per_second:,} in all, or move some "
                "to another disk",
                facts={
                    "written_mb_per_second": written,
                    "disk_mb_per_second": disk.write_mb_per_second,
                    "unlimited_disks": unlimited,
                },
            )


def _unlimited(lab: Lab, host: str, disk: str) -> int:
    return sum(each.write_mb_per_second is None for each in machine_disks_on(lab, host, disk))

"""How much of a machine its kubelet finds: less than the machine has.

The kernel keeps a sixty-fourth of the memory to describe its pages (64 of 4096 bytes), and its own code, data and the
firmware take about a fortieth of a small machine and no more than some 160 MiB of a large one. Of a disk, the boot
partitions and the file system's tables take some 4 % (docs/facts.md, Memory that a node finds). Both are estimates on
the safe side; `allocatable` of a machine states the real figures.
"""

MIB = 1 << 20
PAGES_SHARE, KERNEL_SHARE, LARGEST_KERNEL = 64, 40, 160 * MIB
DISK_PERCENT = 96


def usable_memory(memory: int) -> int:
    """Bytes of memory that a node of a machine reports (`MemTotal`), in whole MiB."""
    kept = memory // PAGES_SHARE + min(memory // KERNEL_SHARE, LARGEST_KERNEL)
    return (memory - kept) // MIB * MIB


def usable_disk(size: int) -> int:
    """Bytes of the root file system on a disk."""
    return size * DISK_PERCENT // 100

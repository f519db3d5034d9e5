"""How much memory of a host is left for machines: committed memory counts, not only what is touched."""

from typing import NamedTuple

MIB, GIB = 1 << 20, 1 << 30
OVERHEAD_SHARE = 16
SMALLEST_OVERHEAD = 256 * MIB


def overhead(memory: int) -> int:
    """Bytes that a running machine takes in addition to its own memory: a sixteenth of it, at least 256 MiB.

    That is the 2 GiB which the runbook adds to a 32 GiB worker, and above what KubeVirt adds for QEMU
    (docs/facts.md, Memory of a machine on its host).
    """
    return max(SMALLEST_OVERHEAD, memory // OVERHEAD_SHARE)


class Running(NamedTuple):
    """A machine that runs."""

    memory: int
    """Bytes that it may use, ballooned or not."""
    resident: int | None
    """Bytes of the host that it holds now; None where the host does not say."""


class HostMemory(NamedTuple):
    """A host's memory in bytes."""

    total: int
    hypervisor: int
    """Bytes that the host itself uses, ZFS cache and containers included, or its reservation if that is larger."""
    committed: int
    """Bytes that its running machines may take, overhead included."""

    @property
    def free(self) -> int:
        """Memory left for a further machine; negative where more is committed than there is."""
        return self.total - self.hypervisor - self.committed


def host_memory(total: int, used: int, reserved: int, running: tuple[Running, ...]) -> HostMemory:
    """The memory of a host of which `used` bytes are in use now, and `reserved` are kept for the hypervisor.

    Memory that a machine has not touched yet counts as committed, and what it has touched is not counted twice.
    Where the host does not say what a machine holds, all that it may hold is taken for touched.
    """
    touched = sum(each.memory if each.resident is None else each.resident for each in running)
    committed = sum(max(each.memory + overhead(each.memory), each.resident or 0) for each in running)
    return HostMemory(total, max(reserved, used - touched), committed)

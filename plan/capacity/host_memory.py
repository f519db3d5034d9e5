"""How much memory of a host is left for machines: counted by what was promised, not by what happens to be touched."""

from typing import NamedTuple

MIB, GIB = 1 << 20, 1 << 30
OVERHEAD_SHARE = 16
SMALLEST_OVERHEAD = 256 * MIB


def overhead(memory: int) -> int:
    """Bytes that a running machine takes beside its own memory: a sixteenth of it, at least 256 MiB.

    That is the 2 GiB which the runbook adds to a 32 GiB worker, and above what KubeVirt reckons for QEMU
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
    """What the host itself uses, ZFS cache and containers included, or what is reserved for it if that is more."""
    promised: int
    """What its running machines may take, overhead included."""

    @property
    def free(self) -> int:
        """What a further machine may be promised; negative where more was promised than there is."""
        return self.total - self.hypervisor - self.promised


def reckon(total: int, used: int, reserved: int, running: tuple[Running, ...]) -> HostMemory:
    """The memory of a host of which `used` bytes are in use now, and `reserved` are kept for the hypervisor.

    Memory that a machine has not touched yet counts as promised, and what it has touched is not counted twice.
    Where the host does not say what a machine holds, all that it may hold is taken for touched.
    """
    touched = sum(each.memory if each.resident is None else each.resident for each in running)
    promised = sum(max(each.memory + overhead(each.memory), each.resident or 0) for each in running)
    return HostMemory(total, max(reserved, used - touched), promised)

"""Amounts of a container: CPU, memory and disk, and its share of a GPU."""

from typing import Annotated

from pydantic import AfterValidator, Field

from config.model import Model, Prose
from config.quantity import CpuQuantity, DiskSize, MemoryLimit, MemoryQuantity

LEAST_VIDEO_MEMORY_MIB = 64
"""Below what the driver takes for a process alone; a smaller number means GiB."""


def _video_memory(amount: int) -> int:
    if 0 < amount < LEAST_VIDEO_MEMORY_MIB:
        raise ValueError(f"{amount} is {amount} MiB, less than any process on a GPU; did you mean {amount * 1024}?")
    return amount


class Floor(Model):
    """Memory that right-sizing leaves a container, whatever it was seen to use."""

    memory: MemoryQuantity
    """Right-sizing proposes no less."""
    reason: Prose
    """The rare work that needs it, for example `import of photos`."""


class Resources(Model):
    """Resources of one container."""

    cpu: CpuQuantity
    """CPU request. There is no CPU limit unless the service has the exception `limited-cpu` or `guaranteed-cpu`."""
    cpu_limit: CpuQuantity | None = None
    """CPU limit, no less than `cpu`; needs the exception `limited-cpu` where the program writes it."""
    memory: MemoryLimit
    """Memory limit: the most it may ever use. `unlimited` leaves it to its node, with a `memory_request`; needs the
    exception `unlimited-memory` where the program writes it."""
    memory_request: MemoryQuantity | None = None
    """Memory request, where the tier is burstable or there is no limit; left out, the tier's share of the limit."""
    ephemeral_storage: DiskSize | None = None
    """Limit on logs, writable layer and disk-backed scratch; left out, the convention's."""
    ephemeral_storage_request: DiskSize | None = None
    """Request of the same, no more than the limit; left out, the convention's. A container that stays as it is and
    states only this one has no limit."""
    floor: Floor | None = None
    """The least memory limit that right-sizing may propose, as `{memory: 512Mi, reason: import of photos}`."""


class Gpu(Model):
    """A share of a GPU."""

    count: Annotated[int, Field(ge=1, le=16)] = 1
    """Time slices of `nvidia.com/gpu`."""
    video_memory_mib: Annotated[int, Field(gt=0, le=100_000_000), AfterValidator(_video_memory)]
    """Video memory that it is budgeted, in MiB. Time-slicing does not enforce it."""

"""How much of the GPUs of a lab is committed: time slices, and video memory where that is budgeted."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from plan.model import NodeUse
from plan.model.resources import GPU


class GpuUse(NamedTuple):
    """How much of one resource of a node's GPUs is committed."""

    node: str
    resource: str
    name: str
    """`GPU slices` or `video memory`."""
    unit: str
    """`GPU slices` or `MiB of video memory`."""
    used: int
    allocatable: int

    @property
    def sentence(self) -> str:
        """For example `13,600 of 14,000 MiB of video memory`."""
        return f"{self.used:,} of {self.allocatable:,} {self.unit}"

    @property
    def left(self) -> str:
        """For example `400 MiB of video memory`."""
        return f"{self.allocatable - self.used:,} {self.unit}"


def gpu_uses(lab: Lab, uses: Iterable[NodeUse]) -> Iterator[GpuUse]:
    """Both resources of each node that has a GPU."""
    sharing = lab.cluster.platform.gpu
    if sharing is None:
        return
    resources = (
        (GPU, "GPU slices", "GPU slices"),
        (sharing.video_memory_resource, "video memory", "MiB of video memory"),
    )
    for use in uses:
        for resource, name, unit in resources:
            if allocatable := use.node.allocatable.get(resource):
                yield GpuUse(use.node.name, resource, name, unit, use.requests.get(resource, 0), allocatable)

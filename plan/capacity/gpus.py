"""How much of the GPUs of a lab is committed: time slices, and video memory where that is budgeted."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from plan.cluster.nodes import gpus_of, video_memory_of
from plan.model import NodeUse
from plan.model.resources import GPU

DRIVER_PERCENT = 6
"""Share of a card that is kept for the driver where a budget is proposed (a Tesla T4 of 15,360 MiB, docs/facts.md)."""


class Card(NamedTuple):
    """A shared card that has no budget of its own, and what it could advertise; amounts in MiB."""

    machine: str
    host: str
    name: str
    has: int
    advertised: int
    budget: int
    """All of it, less the driver's need."""


def larger_budgets(lab: Lab) -> Iterator[Card]:
    """The cards that could advertise more than all cards do, the same for each."""
    for name, machine in lab.machines.items() if lab.cluster.platform.gpu else ():
        for gpu in gpus_of(lab, machine) if machine.role != "appliance" else ():
            device = lab.site.hosts[machine.host].pci_devices[gpu]
            has, advertised = device.video_memory_mib or 0, video_memory_of(lab, machine, [gpu])
            budget = has * (100 - DRIVER_PERCENT) // 100
            if device.budget_mib is None and budget > advertised:
                yield Card(name, machine.host, gpu, has, advertised, budget)


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

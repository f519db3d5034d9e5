"""Findings about GPUs: committed, shared, and overstated."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.capacity.gpus import gpu_uses
from plan.cluster.nodes import gpus_of
from plan.model import Finding, NodeUse
from plan.model.findings import Rule
from plan.wording import percent

GPU_NOT_SHARED = Rule(
    "GPU-NOT-SHARED",
    "warning",
    title="A node has a GPU that no service can request",
    meaning=(
        "The taint that keeps other pods off the node, the resources that services ask for, and the label by which "
        "they find the card all follow from platform.gpu. Without it the node is filled as any other."
    ),
    remedy="Write platform.gpu in cluster.yaml, or take the device out of the machine.",
)

GPU_TIGHT = Rule(
    "GPU-TIGHT",
    "warning",
    title="Little is left of a GPU",
    meaning=(
        "Time slices or video memory of a card are nearly all committed. Video memory is a budget: "
        "time-slicing does not stop a pod from taking more than its share, and then others fail."
    ),
    remedy="Switch a GPU service off (replicas: 0) before another is switched on, or budget less where it is not used.",
)

VIDEO_MEMORY_OVERSTATED = Rule(
    "VIDEO-MEMORY-OVERSTATED",
    "error",
    title="More video memory is advertised than a card has",
    meaning=(
        "Video memory is budgeted as an extended resource, of which each node advertises the same amount per card. "
        "Pods may request more than the card has: a tenant fails when it asks the driver for the rest."
    ),
    remedy="Write what the smallest card has, less what the driver needs.",
)


TIGHT_PERCENT = 90
"""Above this share a further tenant hardly fits."""


def gpu_findings(lab: Lab, uses: Iterable[NodeUse]) -> Iterator[Finding]:
    """All findings about GPUs."""
    yield from _tight(lab, uses)
    yield from _overstated(lab)
    yield from _not_shared(lab)


def _tight(lab: Lab, uses: Iterable[NodeUse]) -> Iterator[Finding]:
    for use in gpu_uses(lab, uses):
        if use.used * 100 > use.allocatable * TIGHT_PERCENT:
            yield GPU_TIGHT.finding(
                ("cluster", "platform", "gpu"),
                f"{use.node}: {use.sentence} are committed ({percent(use.used, use.allocatable)})",
                f"a further GPU service has {use.left}; for more, switch another one off (replicas: 0)",
                about=f"{use.node} {use.resource}",
            )


def _overstated(lab: Lab) -> Iterator[Finding]:
    """The node advertises so much for each of its cards, whichever they are."""
    sharing = lab.cluster.platform.gpu
    for name, machine in lab.machines.items() if sharing else ():
        for gpu in gpus_of(lab, machine):
            has = lab.site.hosts[machine.host].pci_devices[gpu].video_memory_mib or 0
            if sharing and sharing.video_memory_mib > has:
                yield VIDEO_MEMORY_OVERSTATED.finding(
                    ("cluster", "platform", "gpu", "video_memory_mib"),
                    f"{name} would advertise {sharing.video_memory_mib:,} MiB of video memory for {gpu}, which has "
                    f"{has:,}: pods may request {sharing.video_memory_mib - has:,} MiB that are not there",
                    f"write video_memory_mib: {has} or less; the driver itself needs some hundred MiB",
                )


def _not_shared(lab: Lab) -> Iterator[Finding]:
    if lab.cluster.platform.gpu is not None:
        return
    for name, machine in lab.machines.items():
        if machine.role != "appliance" and (gpus := gpus_of(lab, machine)):
            yield GPU_NOT_SHARED.finding(
                ("machines", name, "pci_devices"),
                f"{name} has {', '.join(gpus)}, but cluster.yaml has no platform.gpu: no taint keeps other pods off "
                f"the {machine.memory} of that node, and no service can ask for the card",
                "write platform.gpu in cluster.yaml, or take the device out of the machine",
            )

"""What there is to say about GPUs: promised, shared, and what a card really has."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.capacity.gpus import gpu_uses
from plan.cluster.nodes import gpus_of
from plan.model import Finding, NodeUse

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
            yield Finding(
                "GPU-TIGHT",
                "warning",
                ("cluster", "platform", "gpu"),
                f"{use.node}: {use.sentence} are promised ({100 * use.used / use.allocatable:.0f}%)",
                f"a further GPU service has {use.left}; for more, switch another one off (replicas: 0)",
            )


def _overstated(lab: Lab) -> Iterator[Finding]:
    """The node advertises so much for each of its cards, whichever they are."""
    sharing = lab.cluster.platform.gpu
    for name, machine in lab.machines.items() if sharing else ():
        for gpu in gpus_of(lab, machine):
            has = lab.site.hosts[machine.host].pci_devices[gpu].video_memory_mib or 0
            if sharing and sharing.video_memory_mib > has:
                yield Finding(
                    "VIDEO-MEMORY-OVERSTATED",
                    "error",
                    ("cluster", "platform", "gpu", "video_memory_mib"),
                    f"{name} would advertise {sharing.video_memory_mib:,} MiB of video memory for {gpu}, which has "
                    f"{has:,}: pods are promised {sharing.video_memory_mib - has:,} MiB that are not there",
                    f"write video_memory_mib: {has} or less; the driver itself needs some hundred MiB",
                )


def _not_shared(lab: Lab) -> Iterator[Finding]:
    if lab.cluster.platform.gpu is not None:
        return
    for name, machine in lab.machines.items():
        if machine.role != "appliance" and (gpus := gpus_of(lab, machine)):
            yield Finding(
                "GPU-NOT-SHARED",
                "warning",
                ("machines", name, "pci_devices"),
                f"{name} has {', '.join(gpus)}, but cluster.yaml has no platform.gpu: no taint keeps other pods off "
                f"the {machine.memory} of that node, and no service can ask for the card",
                "write platform.gpu in cluster.yaml, or take the device out of the machine",
            )

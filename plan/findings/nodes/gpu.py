"""Findings about GPUs: committed, shared, and overstated."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.site import PciDevice
from config.source import Path
from plan.capacity.gpus import gpu_uses, larger_budgets
from plan.cluster.nodes import gpus_of, video_memory_of
from plan.model import Edit, Finding, NodeUse, Remedy
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
        "Video memory is budgeted as an extended resource, of which each node advertises a stated amount per card. "
        "Pods may request more than the card has: a tenant fails when it asks the driver for the rest."
    ),
    remedy="Write what the card has, less what the driver needs; budget_mib where cards differ.",
)


VIDEO_MEMORY_UNUSED = Rule(
    "VIDEO-MEMORY-UNUSED",
    "warning",
    title="A large part of a card can never be asked for",
    meaning=(
        "Cards advertise what platform.gpu.video_memory_mib says, whichever they are. Of a larger card pods can ask "
        "for no more than that, and one that needs more finds no place."
    ),
    remedy="State budget_mib of the card in site.yaml.",
)


UNUSED_PERCENT = 25
"""Largest share of a card whose absence the driver explains; above it, memory is left unused."""
TIGHT_PERCENT = 90
"""Above this share a further tenant hardly fits."""


def gpu_findings(lab: Lab, uses: Iterable[NodeUse]) -> Iterator[Finding]:
    """All findings about GPUs."""
    yield from _tight(lab, uses)
    yield from _overstated(lab)
    yield from _left_unused(lab)
    yield from _not_shared(lab)


def _tight(lab: Lab, uses: Iterable[NodeUse]) -> Iterator[Finding]:
    for use in gpu_uses(lab, uses):
        if use.used * 100 > use.allocatable * TIGHT_PERCENT:
            yield GPU_TIGHT.finding(
                ("cluster", "platform", "gpu"),
                f"{use.node}: {use.sentence} are committed ({percent(use.used, use.allocatable)})",
                f"a further GPU service has {use.left}; for more, switch another one off (replicas: 0)",
                about=f"{use.node} {use.resource}",
                facts={"used": use.used, "allocatable": use.allocatable},
            )


def _cards(lab: Lab) -> Iterator[tuple[str, str, str, PciDevice, int]]:
    """Machine, host and name of each shared card, the card, and the MiB that it advertises."""
    for name, machine in lab.machines.items() if lab.cluster.platform.gpu else ():
        for gpu in gpus_of(lab, machine) if machine.role != "appliance" else ():
            device = lab.site.hosts[machine.host].pci_devices[gpu]
            yield name, machine.host, gpu, device, video_memory_of(lab, machine, [gpu])


def _overstated(lab: Lab) -> Iterator[Finding]:
    """Cards of which more is advertised than they have."""
    cards = [*_cards(lab)]
    for name, host, gpu, device, advertised in cards:
        has = device.video_memory_mib or 0
        if advertised > has:
            suits_others = any((other.video_memory_mib or 0) >= amount for *_, other, amount in cards)
            path, key = _stated_at(host, gpu, of_card=device.budget_mib is not None or suits_others)
            words = f"write {key}: {has}{f' for {gpu}' if key == 'budget_mib' else ''}"
            yield VIDEO_MEMORY_OVERSTATED.finding(
                path,
                f"{name} would advertise {advertised:,} MiB of video memory for {gpu}, which has "
                f"{has:,}: pods may request {advertised - has:,} MiB that are not there",
                f"{words}, or less: the driver itself needs some hundred MiB",
                remedies=(Remedy(words, (Edit(path, has),)),),
                facts={"advertised_mib": advertised, "installed_mib": has},
            )


def _stated_at(host: str, gpu: str, *, of_card: bool) -> tuple[Path, str]:
    """Where the budget of one card is stated, or that of all."""
    if of_card:
        return ("site", "hosts", host, "pci_devices", gpu, "budget_mib"), "budget_mib"
    return ("cluster", "platform", "gpu", "video_memory_mib"), "video_memory_mib"


def _left_unused(lab: Lab) -> Iterator[Finding]:
    """Cards of which a large part can never be asked for, since all cards advertise the same."""
    for name, host, gpu, has, advertised, budget in larger_budgets(lab):
        if (has - advertised) * 100 > has * UNUSED_PERCENT:
            path: Path = ("site", "hosts", host, "pci_devices", gpu)
            words = f"write budget_mib: {budget} for {gpu}"
            yield VIDEO_MEMORY_UNUSED.finding(
                path,
                f"{gpu} of {name} has {has:,} MiB of video memory, and advertises {advertised:,} as every card "
                f"(platform.gpu.video_memory_mib): {has - advertised:,} MiB can never be asked for",
                f"{words} in site.yaml, what it has less what the driver needs",
                remedies=(Remedy(words, (Edit((*path, "budget_mib"), budget),)),),
                facts={"advertised_mib": advertised, "installed_mib": has, "budget_mib": budget},
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
                facts={"gpus": tuple(gpus), "memory_bytes": int(machine.memory)},
            )

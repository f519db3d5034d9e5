"""Servers of models that take a share of the whole card, whatever they request of it."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.image import short_name
from config.lab import Lab
from config.pod import POD_TEMPLATES
from config.source import Path
from plan.cluster.nodes import gpus_of, video_memory_of
from plan.model.fields import entries, mapping, number, text, values
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec

TAKES_SHARE_OF_CARD = Rule(
    "TAKES-SHARE-OF-CARD",
    "warning",
    title="A server of models takes more of a card than it requests",
    meaning=(
        "vLLM takes nine tenths of the whole card when it starts, unless it is told another share, and "
        "text-generation-inference takes all of it. They know nothing of the budget of video memory, and time-slicing "
        "does not stop them: what starts later fails with `CUDA out of memory`, or they do, where another one was "
        "there before them."
    ),
    remedy="Tell it the share that it requests, or request what it takes.",
)


class _Server(NamedTuple):
    """An option for a share of the card, and that of a server which is told nothing."""

    option: str
    default: float | None
    """None where it depends on the card."""


_VLLM = _Server("--gpu-memory-utilization", 0.9)
SERVERS: Mapping[str, _Server] = {
    "vllm-openai": _VLLM,
    "vllm": _VLLM,
    "text-generation-inference": _Server("--cuda-memory-fraction", 1.0),
    "sglang": _Server("--mem-fraction-static", None),
}
"""By the last part of an image's name (their documentation)."""


class _Tenant(NamedTuple):
    path: Path
    name: str
    image: str
    words: tuple[str, ...]
    requested: int
    """MiB of video memory."""


def video_memory_share_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each server that takes more of a card than it requests."""
    cards = sorted(_cards(lab))
    for each in _tenants(lab) if cards else ():
        server = SERVERS.get(short_name(each.image))
        share = _share(server, each.words) if server else None
        card = next((size for size, advertised in cards if advertised >= each.requested), None)
        if server is None or share is None or card is None:
            continue
        takes = int(share * card)
        if takes > each.requested:
            fits = int(each.requested * 100 / card) / 100
            yield TAKES_SHARE_OF_CARD.finding(
                each.path,
                f"{each.name} takes {share:g} of the card ({server.option}), {takes:,} of {card:,} MiB, and requests "
                f"{each.requested:,} MiB: what else is promised of that card is not there",
                f"write {server.option}={fits:g}, or request {takes:,} MiB of video memory",
                about=each.name,
                facts={"takes_mib": takes, "requested_mib": each.requested, "card_mib": card},
            )


def _share(server: _Server, words: tuple[str, ...]) -> float | None:
    stated = re.search(rf"(?<!\S){re.escape(server.option)}[= ](\d*\.?\d+)(?!\S)", " ".join(words))
    return float(stated[1]) if stated else server.default


def _cards(lab: Lab) -> Iterator[tuple[int, int]]:
    """MiB of video memory that each shared card has, and that it advertises."""
    for machine in lab.machines.values() if lab.cluster.platform.gpu else ():
        for gpu in gpus_of(lab, machine) if machine.role != "appliance" else ():
            installed = lab.site.hosts[machine.host].pci_devices[gpu].video_memory_mib or 0
            yield installed, video_memory_of(lab, machine, [gpu])


def _tenants(lab: Lab) -> Iterator[_Tenant]:
    """Containers that request video memory of one card."""
    sharing = lab.cluster.platform.gpu
    for name, service in lab.services.items():
        for part in service.parts(name):
            gpu = part.workload.gpu_share
            if gpu and gpu.count == 1 and part.workload.replicas:
                main = part.workload
                yield _Tenant(part.path, part.name, main.image, (*main.command, *main.args), gpu.video_memory_mib)
        for stated in lab.objects.get(name, ()) if sharing else ():
            is_on = stated.kind in POD_TEMPLATES and number(stated.content, "spec", "replicas", default=1)
            for each in entries(pod_spec(stated.content), "containers") if is_on else ():
                limits = mapping(each, "resources", "limits")
                requested = text(limits, sharing.video_memory_resource) if sharing else ""
                if requested.isdigit() and text(limits, "nvidia.com/gpu") in ("", "1"):
                    words = tuple(str(word) for key in ("command", "args") for word in values(each, key))
                    yield _Tenant(stated.path, stated.name, text(each, "image"), words, int(requested))

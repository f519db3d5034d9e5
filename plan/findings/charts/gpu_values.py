"""Values of the charts around GPUs that contradict how the lab shares its cards."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.lab import Lab
from config.platform import GpuSharing
from config.service import HelmService
from plan.cluster.membership import is_created_node
from plan.cluster.nodes import gpus_of
from plan.model.fields import entries, text, value
from plan.model.findings import Finding, Rule
from plan.tiers.conventions import GPU_TAINT
from plan.wording import listed

GPU_VALUES_CONTRADICT = Rule(
    "GPU-VALUES-CONTRADICT",
    "warning",
    title="The values of a chart share the card in another way than the lab",
    meaning=(
        "The lab shares whole cards in time: pods ask for nvidia.com/gpu, and the node with a card has a taint and an "
        "amount of video memory, which Node Feature Discovery gives it. Node Feature Discovery reads a node's hardware "
        "by a pod on it, which needs a toleration of that taint: when the pod is replaced and does not come back, the "
        "labels and the amount go. With MIG a card is split in hardware, into resources of other names, and that "
        "only cards for it can do (A30, A100, H100 and later). Which ConfigMap shares the card is the program's: "
        "another one in the values of the GPU operator is not used. "
        "On nodes that the program makes, its toolkit is what makes the runtime of the card known to containerd."
    ),
    remedy="Take the value out, or let it say what platform.gpu says.",
)

_WITHOUT_MIG = ("all-disabled", "")


def gpu_value_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about values of the GPU operator and of Node Feature Discovery."""
    sharing = lab.cluster.platform.gpu
    cards = [each for each in lab.machines.values() if each.role != "appliance" and gpus_of(lab, each)]
    if sharing is None or not cards:
        return
    yield from _discovery(lab, sharing)
    yield from _operator(lab, sharing)


def _discovery(lab: Lab, sharing: GpuSharing) -> Iterator[Finding]:
    name = sharing.feature_discovery
    chart = lab.services[name]
    if not isinstance(chart, HelmService) or chart.as_found or chart.chart.name != "node-feature-discovery":
        return
    if not _tolerates(entries(chart.values, "worker", "tolerations")):
        yield GPU_VALUES_CONTRADICT.finding(
            ("services", name, "values"),
            f"the workers of {name} do not tolerate the taint {GPU_TAINT}, which it gives to the node with the card: "
            "once their pod there is replaced, the node loses its labels and its video memory",
            f"write worker.tolerations: [{{key: {GPU_TAINT}, operator: Exists}}] in the values of {name}",
            about="tolerations",
        )


def _tolerates(tolerations: list[Mapping[str, Any]]) -> bool:
    return any(
        text(each, "key") in ("", GPU_TAINT) and text(each, "effect") in ("", "NoSchedule") for each in tolerations
    )


def _operator(lab: Lab, sharing: GpuSharing) -> Iterator[Finding]:
    name = sharing.operator
    chart = lab.services[name]
    if not isinstance(chart, HelmService) or chart.as_found:
        return
    without_runtime = any(is_created_node(each) and gpus_of(lab, each) for each in lab.machines.values())
    found = (*_mig(chart.values), *_sharing(chart.values), *_components(chart.values, without_runtime=without_runtime))
    for path, said, fix in found:
        yield GPU_VALUES_CONTRADICT.finding(
            ("services", name, "values"),
            f"{path} in the values of {name} {said}",
            f"{fix} in the values of {name}" if fix.startswith("write") else fix,
            about=path,
        )


def _mig(given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    profile = text(given, "migManager", "config", "default")
    if profile not in _WITHOUT_MIG:
        said = (
            f"splits cards into {profile}, and the lab counts whole ones: their pods ask for resources of other names, "
            "and on a card without MIG nothing is split"
        )
        yield "migManager.config.default", said, "write migManager.config.default: all-disabled"
    elif text(given, "mig", "strategy") == "mixed":
        yield (
            "mig.strategy",
            "is mixed: a card that is split offers nvidia.com/mig-*, and services of the lab ask for nvidia.com/gpu",
            "write mig.strategy: single",
        )


def _sharing(given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    stated = [key for key in ("name", "default", "data", "create") if value(given, "devicePlugin", "config", key)]
    if stated:
        yield (
            f"devicePlugin.config ({listed(stated)})",
            "is not used: the program shares the card by its own ConfigMap, as platform.gpu says",
            "leave devicePlugin.config out, and state platform.gpu.time_slices in cluster.yaml",
        )


def _components(given: Mapping[str, Any], *, without_runtime: bool) -> Iterator[tuple[str, str, str]]:
    if value(given, "devicePlugin", "enabled") is False:
        yield (
            "devicePlugin.enabled",
            "is false: no node offers nvidia.com/gpu, and every pod that asks for it stays Pending",
            "write devicePlugin.enabled: true",
        )
    if without_runtime and value(given, "toolkit", "enabled") is False:
        said = (
            "is false: containerd of the nodes that the program makes knows runc alone, and nobody adds the runtime "
            "nvidia to it; pods with a card do not start ('no runtime for nvidia is configured')"
        )
        yield "toolkit.enabled", said, "write toolkit.enabled: true"

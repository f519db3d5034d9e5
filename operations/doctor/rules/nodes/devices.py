"""Devices that a node has and no longer offers, as a GPU whose plugin does not run."""

from collections.abc import Iterator

from observation.model import Observation
from observation.objects import Reference, labels_of, name_of, reference
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_ready, lineage, node_of
from operations.doctor.rules.placement.blockers import requests_of
from plan.model import Manifest
from plan.model.fields import mapping

_DEVICES = {
    "nvidia.com/gpu": "nvidia.com/gpu.present",
    "amd.com/gpu": "amd.com/gpu.device-id",
    "gpu.intel.com/i915": "intel.feature.node.kubernetes.io/gpu",
}
"""Extended resources, and the label of a node that has the device."""


def device_findings(observed: Observation) -> Iterator[Finding]:
    """Nodes with a device that is not offered, or not healthy."""
    for node in observed.of("Node"):
        capacity, allocatable = mapping(node, "status", "capacity"), mapping(node, "status", "allocatable")
        for resource, label in _DEVICES.items():
            if labels_of(node).get(label) in (None, "false") and resource not in capacity:
                continue
            offered, whole = str(allocatable.get(resource, "0")), str(capacity.get(resource, "0"))
            if offered == "0" and _is_asked_for(observed, resource):
                yield _finding(observed, node, resource, whole)


def _is_asked_for(observed: Observation, resource: str) -> bool:
    return any(resource in requests_of(pod) for pod in observed.of("Pod"))


def _finding(observed: Observation, node: Manifest, resource: str, whole: str) -> Finding:
    name, vendor = name_of(node), resource.partition(".")[0]
    plugins = [each for each in observed.of("DaemonSet") if vendor in name_of(each) or "device-plugin" in name_of(each)]
    here = [pod for each in plugins for pod in observed.pods_of(each) if node_of(pod) == name]
    evidence = [Evidence(reference(node), f"capacity {resource} {whole}, allocatable 0")]
    evidence += [Evidence(reference(each), "is the device plugin") for each in plugins]
    evidence += [Evidence(reference(pod), f"runs on {name}{'' if is_ready(pod) else ', not ready'}") for pod in here]
    absent = plugins and not here
    why = (
        f"; {', '.join(str(reference(each)) for each in plugins)} has no pod on {name}"
        if absent
        else "; its device is not healthy"
        if whole != "0"
        else ""
    )
    fix = (
        f"see why it has none there: a label, a taint; then kubectl describe node {name}"
        if absent
        else f"restart the device plugin on {name}, and look at the driver: nvidia-smi; dmesg"
    )
    waiting = [pod for pod in observed.of("Pod") if not node_of(pod) and resource in requests_of(pod)]
    return Finding(
        "DEVICE-NOT-OFFERED",
        "error",
        reference(node),
        f"{name} offers no {resource} (allocatable 0, capacity {whole}){why}",
        fix,
        tuple(evidence),
        covers=frozenset(each for pod in waiting for each in lineage(observed, pod)),
        upstream=frozenset(reference(x) for each in plugins for x in (each, *here)) | {Reference("Node", None, name)},
    )

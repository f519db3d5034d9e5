"""Kubelets that run with other settings than the cluster keeps for them."""

from collections.abc import Iterator

import yaml

from observation.model import Observation
from observation.objects import Reference, name_of, reference
from operations.doctor.finding import Evidence, Finding
from operations.kubelets import Setting, running_settings, unlike
from plan.model.fields import Fields, mapping, text
from plan.yaml_text import read_plain

_KEPT = ("kubeReserved", "systemReserved", "evictionHard", "evictionSoft", "maxPods", "enforceNodeAllocatable")
"""Settings that decide what a node offers; a patch of kubeadm may change others on one node."""


def kubelet_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each node whose kubelet lost what kubeadm's ConfigMap says."""
    config = observed.get("ConfigMap", "kubelet-config", "kube-system")
    if config is None:
        return
    stated = {key: each for key, each in _document(text(config, "data", "kubelet")).items() if key in _KEPT}
    for node in observed.of("Node"):
        running = running_settings(observed, name_of(node))
        lost = unlike(stated, running) if running else ()
        if lost:
            yield _finding(name_of(node), lost, (Evidence(reference(config), "holds the settings for all kubelets"),))


def _document(written: str) -> Fields:
    try:
        return mapping({"kubelet": read_plain(written)}, "kubelet")
    except yaml.YAMLError:
        return {}


def _finding(node: str, lost: tuple[Setting, ...], evidence: tuple[Evidence, ...]) -> Finding:
    subject = Reference("Node", None, node)
    shown = "; ".join(str(each) for each in lost)
    return Finding(
        "NODE-RESERVATION-LOST",
        "warning",
        subject,
        f"The kubelet of {node} does not run with what ConfigMap/kube-system/kubelet-config says: {shown}",
        f"on {node}: kubeadm upgrade node phase kubelet-config; systemctl restart kubelet",
        (Evidence(subject, f"/configz: {shown}"), *evidence),
        covers=frozenset((subject,)),
    )

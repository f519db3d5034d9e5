"""Namespaces that enforce less than their tier says, because of what a service has in it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from config.kubernetes import PodSecurityStandard
from config.lab import Lab
from config.source import Path
from plan.model import Namespace
from plan.model.findings import Finding, Rule
from plan.model.metadata import ENFORCE_LABEL
from plan.tiers.pod_security import enforced_standard, lowered_by
from plan.workloads.lowering import lowering_of

STANDARD_LOWERED = Rule(
    "STANDARD-LOWERED",
    "info",
    title="A namespace enforces less than its tier says",
    meaning=(
        "The Pod Security Standard `restricted` admits no NFS volume in a pod, only claims. A namespace with a service "
        "that mounts `shares`, has pods in files that break it, or objects of which an operator may make pods, "
        "enforces `baseline` instead, and one with a label of its own what that says: that holds for all pods in it."
    ),
    remedy=(
        "Mount the folder as a volume with a share (volumes: {NAME: {share: ...}}), which is a claim. Pods in "
        "files keep the standard as their manifests say, or as workloads of the service. Nothing has to be done."
    ),
)


_STRICTEST_FIRST = get_args(PodSecurityStandard)


def _stated(lab: Lab, namespace: Namespace) -> Iterator[Finding]:
    """Labels of the namespace itself, which win, where it would enforce more by what its services are."""
    own = enforced_standard(lab, namespace.services, lowering_of)
    paths: dict[Path, Mapping[str, str]] = {}
    for name in namespace.services:
        service = lab.services[name]
        paths["services", name, "labels", "namespace"] = service.labels.namespace
        if service.group and service.group in lab.groups:
            paths["groups", service.group, "labels"] = lab.groups[service.group].labels
    for path, labels in paths.items():
        stated = labels.get(ENFORCE_LABEL)
        if own and stated in _STRICTEST_FIRST and _STRICTEST_FIRST.index(stated) > _STRICTEST_FIRST.index(own):
            yield STANDARD_LOWERED.finding(
                (*path, ENFORCE_LABEL),
                f"by a label of {path[1]}, namespace {namespace.name} enforces {stated} instead of {own}",
                f"take {ENFORCE_LABEL} out of labels: the pods keep {own}",
                facts={"namespace": namespace.name, "because": "labels"},
            )


def lowered_standard_findings(lab: Lab, namespaces: Iterable[Namespace]) -> Iterator[Finding]:
    """A note for each service because of which its namespace enforces less."""
    for namespace in namespaces:
        yield from _stated(lab, namespace)
        for name, cause in lowered_by(lab, namespace.services, lowering_of).items():
            if cause == "shares":
                yield STANDARD_LOWERED.finding(
                    ("services", name, "shares"),
                    f"because {name} mounts NFS folders in its pods, namespace {namespace.name} enforces baseline "
                    "instead of restricted",
                    "write the folder as a volume with share, which is mounted by a claim",
                    facts={"namespace": namespace.name, "because": cause},
                )
            else:
                what = "pods in files that break it" if cause == "objects" else "objects of which operators make pods"
                yield STANDARD_LOWERED.finding(
                    ("services", name),
                    f"because {name} has {what}, namespace {namespace.name} enforces baseline instead of restricted",
                    "leave it, or write the pods as workloads of the service"
                    if cause == "objects"
                    else "leave it, or write those objects into a service of kind objects, with a namespace of its own",
                    facts={"namespace": namespace.name, "because": cause},
                )

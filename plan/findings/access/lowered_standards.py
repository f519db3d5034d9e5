"""Namespaces that enforce less than their tier says, because of what a service has in it."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.model import Namespace
from plan.model.findings import Finding, Rule
from plan.tiers.pod_security import lowered_by
from plan.workloads.lowering import lowering_of

STANDARD_LOWERED = Rule(
    "STANDARD-LOWERED",
    "info",
    title="A namespace enforces less than its tier says",
    meaning=(
        "The Pod Security Standard `restricted` admits no NFS volume in a pod, only claims. A namespace with a service "
        "that mounts `shares`, has pods in files that break it, or objects of which an operator may make pods, "
        "enforces `baseline` instead: that holds for all pods in it."
    ),
    remedy=(
        "Mount the folder as a volume with a share (volumes: {NAME: {share: ...}}), which is a claim. Pods in "
        "files keep the standard as their manifests say, or as workloads of the service. Nothing has to be done."
    ),
)


def lowered_standard_findings(lab: Lab, namespaces: Iterable[Namespace]) -> Iterator[Finding]:
    """A note for each service because of which its namespace enforces less."""
    for namespace in namespaces:
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

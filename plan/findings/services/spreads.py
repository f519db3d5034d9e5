"""Replicas that are to be spread by labels which none of them has."""

from collections.abc import Iterable, Iterator

from plan.model import Service, Workload
from plan.model.findings import Finding, Rule
from plan.workloads.endpoints import open_namespaces

SPREADS_NOBODY = Rule(
    "SPREADS-NOBODY",
    "warning",
    title="Replicas are spread by labels that none of them has",
    meaning=(
        "topologySpreadConstraints count the pods that their labelSelector finds in the namespace. Where that is none, "
        "they always hold, and all replicas may stand on one node. It is said of workloads with several replicas, in "
        "namespaces whose pods are all known."
    ),
    remedy="Write the labels of the pods into the labelSelector.",
)


def spread_findings(services: Iterable[Service], workloads: Iterable[Workload]) -> Iterator[Finding]:
    """A finding for each workload with a constraint that finds no pod."""
    unknown = open_namespaces(services)
    known = [each for each in workloads if each.namespace not in unknown]
    for workload in known:
        spread = workload.pod.constraints.spread
        if workload.replicas < 2 or not spread or workload.controller not in ("Deployment", "StatefulSet"):
            continue
        there = [each.pod.constraints.labels for each in known if each.namespace == workload.namespace]
        for selector in dict.fromkeys(each.selector for each in spread if each.selector):
            if any(all(each.holds(labels) for each in selector) for labels in there):
                continue
            asked = ", ".join(each.key for each in selector)
            own = ", ".join(f"{key}: {value}" for key, value in sorted(workload.pod.constraints.labels.items()))
            yield SPREADS_NOBODY.finding(
                workload.path,
                f"topologySpreadConstraints of {workload.name} ask for {asked}, and no pod of {workload.namespace} has "
                f"what they ask for: the {workload.replicas} pods may all stand on one node",
                f"write labels of its pods into the labelSelector: they have {own}",
                about=f"{workload.name} {asked}",
                facts={"labels": tuple(each.key for each in selector), "replicas": workload.replicas},
            )

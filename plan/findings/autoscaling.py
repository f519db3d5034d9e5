"""Autoscalers without a source of usage."""

from collections.abc import Iterator

from config.lab import Lab
from plan.model.findings import Finding, Rule
from plan.scenarios.dependence import serves_metrics

AUTOSCALER_WITHOUT_METRICS = Rule(
    "AUTOSCALER-WITHOUT-METRICS",
    "warning",
    title="An autoscaler has no source of usage",
    meaning=(
        "A HorizontalPodAutoscaler compares the CPU that pods use with what they request. It asks the metrics API "
        "(metrics.k8s.io), which a cluster of kubeadm does not have. Without it the autoscaler reports "
        "FailedGetResourceMetric, and the number of pods stays at its minimum under any load."
    ),
    remedy="Add the service metrics-server; or state replicas instead of autoscale.",
)


def autoscaling_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each workload that is scaled by a figure without a source."""
    if any(serves_metrics(lab, name) for name in lab.services):
        return
    for name, service in lab.services.items():
        for path, workload, config in service.parts(name):
            if config.autoscale and config.replicas:
                yield AUTOSCALER_WITHOUT_METRICS.finding(
                    (*path, "autoscale"),
                    f"the autoscaler of {workload} asks the metrics API, which no service of the lab serves: it never "
                    f"makes more than {config.replicas} of its {config.autoscale.max_replicas} pods",
                    "add a service that serves metrics.k8s.io (chart metrics-server of "
                    "https://kubernetes-sigs.github.io/metrics-server), or state replicas instead of autoscale",
                    facts={"replicas": config.replicas, "max_replicas": config.autoscale.max_replicas},
                )

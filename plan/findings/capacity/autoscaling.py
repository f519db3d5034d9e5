"""Autoscalers without a source of usage."""

from collections.abc import Iterator

from config.lab import Lab
from config.objects import StatedObject
from config.service import HelmService
from config.source import dotted, is_mapping
from plan.cluster.membership import founder
from plan.model.fields import entries, mapping, switched_on, text
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

SCALED_TWICE = Rule(
    "SCALED-TWICE",
    "warning",
    title="Two autoscalers pull at the same pods",
    meaning=(
        "A HorizontalPodAutoscaler compares usage with requests, and a VerticalPodAutoscaler that is not off changes "
        "the requests. Each answers to what the other did: pods are evicted, made larger and fewer, then smaller and "
        "more."
    ),
    remedy="Write updateMode: Off, so that the VerticalPodAutoscaler only recommends; or state replicas.",
)
_QUIET = ("Off", "Initial")
_CHART = "chart metrics-server of https://kubernetes-sigs.github.io/metrics-server"
IN_VALUES = ("autoscaling", "hpa", "horizontalPodAutoscaler")
"""Keys of charts for a HorizontalPodAutoscaler."""


def autoscaling_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each workload that is scaled by a figure without a source, or by two autoscalers."""
    yield from _scaled_twice(lab)
    stated = lab.objects_by_kind.get("HorizontalPodAutoscaler", ())
    if any(serves_metrics(lab, name) for name in lab.services):
        return
    if founder(lab):
        yield from (_without_metrics(each) for each in stated if _resources(each))
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and founder(lab):
            yield from _of_chart(name, service)
        for path, workload, config in service.parts(name):
            if config.autoscale and config.replicas:
                yield AUTOSCALER_WITHOUT_METRICS.finding(
                    (*path, "autoscale"),
                    f"the autoscaler of {workload} asks the metrics API, which no service of the lab serves: it never "
                    f"makes more than {config.replicas} of its {config.autoscale.max_replicas} pods",
                    f"add a service that serves metrics.k8s.io ({_CHART}), or state replicas instead of autoscale",
                    facts={"replicas": config.replicas, "max_replicas": config.autoscale.max_replicas},
                )


def _of_chart(name: str, service: HelmService) -> Iterator[Finding]:
    """Autoscalers that the values of a chart switch on; of those by other metrics alone nothing is said."""
    for key in IN_VALUES:
        for path, scaler in switched_on(service.values, ("services", name, "values"), key):
            metrics = entries(scaler, "metrics") if is_mapping(scaler) else []
            by_use = not metrics or any(text(each, "type") in ("Resource", "ContainerResource") for each in metrics)
            if is_mapping(scaler) and scaler.get("enabled") is True and by_use:
                yield AUTOSCALER_WITHOUT_METRICS.finding(
                    path,
                    f"{dotted(path[3:])} in the values of {name} switches on an autoscaler, which asks the metrics "
                    "API, and no service of the lab serves it: the number of pods never changes",
                    f"add a service that serves metrics.k8s.io ({_CHART}), or write enabled: false there",
                )


def _without_metrics(scaler: StatedObject) -> Finding:
    return AUTOSCALER_WITHOUT_METRICS.finding(
        scaler.path,
        f"the autoscaler {scaler.name} asks the metrics API, which no service of the lab serves: it never changes the "
        "number of pods",
        f"add a service that serves metrics.k8s.io ({_CHART})",
    )


def _resources(scaler: StatedObject) -> tuple[str, ...]:
    """Of which the autoscaler compares usage with requests."""
    metrics = entries(scaler.content, "spec", "metrics")
    if not metrics:  # autoscaling/v1, and the default of v2
        return ("cpu",)
    shares = [mapping(each, "resource") for each in metrics if text(each, "type") == "Resource"]
    return tuple(text(each, "name") for each in shares if text(each, "target", "type") == "Utilization")


def _scaled_twice(lab: Lab) -> Iterator[Finding]:
    """VerticalPodAutoscalers from files that change what a HorizontalPodAutoscaler goes by."""
    by_usage = {
        workload
        for name, service in lab.services.items()
        for _, workload, config in service.parts(name)
        if config.autoscale
    }
    for each in lab.objects_by_kind.get("HorizontalPodAutoscaler", ()):
        if _resources(each):
            by_usage.add(text(each.content, "spec", "scaleTargetRef", "name"))
    for each in lab.objects_by_kind.get("VerticalPodAutoscaler", ()) if by_usage else ():
        target = text(each.content, "spec", "targetRef", "name")
        mode = text(each.content, "spec", "updatePolicy", "updateMode") or "Auto"
        if target in by_usage and mode not in _QUIET:
            yield SCALED_TWICE.finding(
                each.path,
                f"the VerticalPodAutoscaler {each.name} changes the requests of {target} ({mode}), by which its "
                "HorizontalPodAutoscaler counts pods: the two pull at each other",
                f'write updatePolicy: {{updateMode: "Off"}} in {each.name}',
                facts={"target": target, "mode": mode},
            )

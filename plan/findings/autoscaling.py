"""Autoscalers without a source of usage."""

from collections.abc import Iterator

from config.lab import Lab
from config.objects import StatedObject
from config.service import HelmService
from plan.cluster.membership import founder
from plan.model.fields import entries, mapping, text, texts
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


METRICS_NOT_TRUSTED = Rule(
    "METRICS-NOT-TRUSTED",
    "warning",
    title="metrics-server does not trust the kubelets",
    meaning=(
        "A kubelet of a cluster that kubeadm makes signs the certificate of its own server itself. metrics-server "
        "refuses such a certificate (x509: cannot validate certificate), is never ready, and the metrics API answers "
        "nothing: neither autoscalers nor `kubectl top` work, and the release times out."
    ),
    remedy="Write `args: [--kubelet-insecure-tls]` in its values.",
)

_TRUSTING = ("--kubelet-insecure-tls", "--kubelet-certificate-authority")


def autoscaling_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each workload that is scaled by a figure without a source, and for a source that never answers."""
    stated = lab.objects_by_kind.get("HorizontalPodAutoscaler", ())
    yield from _not_trusted(lab)
    if any(serves_metrics(lab, name) for name in lab.services):
        return
    if founder(lab):
        yield from (_without_metrics(each) for each in stated if _resources(each))
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


def _without_metrics(scaler: StatedObject) -> Finding:
    return AUTOSCALER_WITHOUT_METRICS.finding(
        scaler.path,
        f"the autoscaler {scaler.name} asks the metrics API, which no service of the lab serves: it never changes the "
        "number of pods",
        "add a service that serves metrics.k8s.io (chart metrics-server of "
        "https://kubernetes-sigs.github.io/metrics-server)",
    )


def _resources(scaler: StatedObject) -> tuple[str, ...]:
    """Of which the autoscaler compares usage with requests."""
    metrics = entries(scaler.content, "spec", "metrics")
    if not metrics:  # autoscaling/v1, and the default of v2
        return ("cpu",)
    shares = [mapping(each, "resource") for each in metrics if text(each, "type") == "Resource"]
    return tuple(text(each, "name") for each in shares if text(each, "target", "type") == "Utilization")


def _not_trusted(lab: Lab) -> Iterator[Finding]:
    if founder(lab) is None:
        return
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and service.chart.name == "metrics-server":
            flags = [flag for _, flag in texts(service.values, ())]
            if not any(flag.startswith(_TRUSTING) for flag in flags):
                yield METRICS_NOT_TRUSTED.finding(
                    ("services", name, "values"),
                    f"{name} does not trust the certificates that kubelets of this cluster sign themselves: it is "
                    "never ready, and the metrics API answers nothing",
                    f"write args: [--kubelet-insecure-tls] in the values of {name}",
                )

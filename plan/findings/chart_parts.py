"""Workloads that well-known charts run, and that a footprint leaves out or counts too few of."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.service import HelmService
from plan.findings.chart_values import FOOTPRINT_INCOMPLETE
from plan.model.fields import value
from plan.model.findings import Finding
from plan.wording import listed


class _Part(NamedTuple):
    """A workload of a chart."""

    name: str
    switch: str
    """The value with which the chart runs it or not."""
    words: tuple[str, ...] = ()
    """By which a footprint names it; left out, its name."""
    is_default: bool = True
    takes: str = ""
    """Memory that its pod requests by default, where that is much."""


class _Chart(NamedTuple):
    """A chart whose workloads are known."""

    repositories: tuple[str, ...]
    parts: tuple[_Part, ...]


_PROMETHEUS = ("https://prometheus-community.github.io/helm-charts", "oci://ghcr.io/prometheus-community/charts")
_GRAFANA = ("https://grafana.github.io/helm-charts",)

PARTS: Mapping[str, _Chart] = {
    "cert-manager": _Chart(
        ("https://charts.jetstack.io", "oci://quay.io/jetstack/charts"),
        (_Part("webhook", ""), _Part("cainjector", "cainjector.enabled")),
    ),
    "external-secrets": _Chart(
        ("https://charts.external-secrets.io", "oci://ghcr.io/external-secrets/charts"),
        (_Part("webhook", "webhook.create"), _Part("cert-controller", "certController.create")),
    ),
    "kube-prometheus-stack": _Chart(
        _PROMETHEUS,
        (
            _Part("alertmanager", "alertmanager.enabled"),
            _Part("grafana", "grafana.enabled"),
            _Part("kube-state-metrics", "kubeStateMetrics.enabled"),
            _Part("node-exporter", "nodeExporter.enabled"),
            _Part("operator", "prometheusOperator.enabled", ("operator", "kube-prometheus-stack")),
            _Part("prometheus", "prometheus.enabled"),
        ),
    ),
    "kyverno": _Chart(
        ("https://kyverno.github.io/kyverno", "oci://ghcr.io/kyverno/charts"),
        (
            _Part("background controller", "backgroundController.enabled", ("background",)),
            _Part("cleanup controller", "cleanupController.enabled", ("cleanup",)),
            _Part("reports controller", "reportsController.enabled", ("reports",)),
        ),
    ),
    "loki": _Chart(
        _GRAFANA,
        (
            _Part("chunks-cache", "chunksCache.enabled", takes="9830Mi"),
            _Part("results-cache", "resultsCache.enabled", takes="1229Mi"),
            _Part("gateway", "gateway.enabled"),
            _Part("canary", "lokiCanary.enabled"),
        ),
    ),
    "longhorn": _Chart(
        ("https://charts.longhorn.io",),
        (
            _Part("manager", ""),
            _Part("driver-deployer", ""),
            _Part("ui", ""),
            _Part("instance-manager", ""),
            _Part("csi-plugin", ""),
        ),
    ),
    "metallb": _Chart(
        ("https://metallb.github.io/metallb",),
        (_Part("controller", "controller.enabled"), _Part("speaker", "speaker.enabled")),
    ),
    "prometheus": _Chart(
        _PROMETHEUS,
        (
            _Part("alertmanager", "alertmanager.enabled"),
            _Part("kube-state-metrics", "kube-state-metrics.enabled"),
            _Part("node-exporter", "prometheus-node-exporter.enabled"),
            _Part("pushgateway", "prometheus-pushgateway.enabled"),
        ),
    ),
    "vault": _Chart(
        ("https://helm.releases.hashicorp.com",),
        (_Part("agent injector", "injector.enabled", ("injector",)),),
    ),
}
"""What charts of these projects run unless their values say otherwise (their values.yaml)."""

_REPLICAS = (("replicaCount",), ("replicas",), ("deployment", "replicas"), ("server", "ha", "replicas"))
"""Where values of charts say how many pods their main workload has."""


def chart_part_findings(lab: Lab) -> Iterator[Finding]:
    """Workloads that a chart runs and a footprint leaves out, and replicas that it does not count."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            yield from _left_out(name, service)
            yield from _replicas(name, service)


def _left_out(name: str, service: HelmService) -> Iterator[Finding]:
    chart = PARTS.get(service.chart.name)
    if chart is None or service.chart.repository.rstrip("/") not in chart.repositories:
        return
    named = [
        each.lower()
        for key, workload in service.footprint.items()
        for each in (key, *workload.containers, *workload.init)
    ]
    missing = [
        part
        for part in chart.parts
        if _is_on(service, part) and not any(word in each for word in (part.words or (part.name,)) for each in named)
    ]
    if not missing:
        return
    switches = [f"{part.switch}: false" for part in missing if part.switch]
    yield FOOTPRINT_INCOMPLETE.finding(
        ("services", name, "footprint"),
        f"chart {service.chart.name} of {name} also runs {listed([_said(part) for part in missing])}, which its "
        f"footprint does not name: {'it is' if len(missing) == 1 else 'they are'} not counted",
        f"name {'it' if len(missing) == 1 else 'them'} in the footprint of {name}"
        + (f", or write {listed(switches)} in its values" if switches else ""),
        about="parts",
        facts={"parts": tuple(part.name for part in missing)},
    )


def _said(part: _Part) -> str:
    return f"{part.name} ({part.takes} of memory)" if part.takes else part.name


def _is_on(service: HelmService, part: _Part) -> bool:
    stated = value(service.values, *part.switch.split(".")) if part.switch else None
    return part.is_default if stated is None else stated is True


def _replicas(name: str, service: HelmService) -> Iterator[Finding]:
    """Only of a footprint with one workload of several pods can it be told which is meant."""
    steady = [key for key, each in service.footprint.items() if each.runs_as in ("deployment", "statefulset")]
    if len(steady) != 1:
        return
    (key,) = steady
    counted = service.footprint[key].replicas
    for path in _REPLICAS:
        stated = value(service.values, *path)
        if isinstance(stated, int) and not isinstance(stated, bool) and stated > counted:
            yield FOOTPRINT_INCOMPLETE.finding(
                ("services", name, "footprint", key),
                f"the values of {name} say {'.'.join(path)}: {stated}, and its footprint counts {counted}",
                f"write replicas: {stated} at {key} of the footprint",
                about="replicas",
                facts={"stated": stated, "counted": counted},
            )
            return

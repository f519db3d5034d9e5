"""The workloads that well-known charts run by default."""

from collections.abc import Mapping
from typing import NamedTuple

from config.service import HelmService, Service


class Part(NamedTuple):
    """A workload of a chart."""

    name: str
    switch: str
    """The value with which the chart runs it or not."""
    words: tuple[str, ...] = ()
    """By which a footprint names it; left out, its name."""
    is_default: bool = True
    takes: str = ""
    """Memory that its pod requests by default, where that is much."""
    since: tuple[int, ...] = ()
    """The chart version from which on it runs by default."""
    is_needed: bool = False
    """Whether the chart does nothing that it is there for without it."""


class Chart(NamedTuple):
    """A chart whose workloads are known."""

    repositories: tuple[str, ...]
    parts: tuple[Part, ...]


_PROMETHEUS = ("https://prometheus-community.github.io/helm-charts", "oci://ghcr.io/prometheus-community/charts")
_GRAFANA = ("https://grafana.github.io/helm-charts",)

PARTS: Mapping[str, Chart] = {
    "cert-manager": Chart(
        ("https://charts.jetstack.io", "oci://quay.io/jetstack/charts"),
        (Part("webhook", ""), Part("cainjector", "cainjector.enabled", is_needed=True)),
    ),
    "external-secrets": Chart(
        ("https://charts.external-secrets.io", "oci://ghcr.io/external-secrets/charts"),
        (Part("webhook", "webhook.create"), Part("cert-controller", "certController.create")),
    ),
    "kube-prometheus-stack": Chart(
        _PROMETHEUS,
        (
            Part("alertmanager", "alertmanager.enabled"),
            Part("grafana", "grafana.enabled"),
            Part("kube-state-metrics", "kubeStateMetrics.enabled"),
            Part("node-exporter", "nodeExporter.enabled"),
            Part("operator", "prometheusOperator.enabled", ("operator", "kube-prometheus-stack"), is_needed=True),
            Part("prometheus", "prometheus.enabled"),
        ),
    ),
    "kyverno": Chart(
        ("https://kyverno.github.io/kyverno", "oci://ghcr.io/kyverno/charts"),
        (
            Part("background controller", "backgroundController.enabled", ("background",), is_needed=True),
            Part("cleanup controller", "cleanupController.enabled", ("cleanup",)),
            Part("reports controller", "reportsController.enabled", ("reports",)),
        ),
    ),
    "loki": Chart(
        _GRAFANA,
        (
            Part("chunks-cache", "chunksCache.enabled", takes="9830Mi"),
            Part("results-cache", "resultsCache.enabled", takes="1229Mi"),
            Part("gateway", "gateway.enabled"),
            Part("canary", "lokiCanary.enabled"),
        ),
    ),
    "longhorn": Chart(
        ("https://charts.longhorn.io",),
        (
            Part("manager", ""),
            Part("driver-deployer", ""),
            Part("ui", ""),
            Part("instance-manager", ""),
            Part("csi-plugin", ""),
        ),
    ),
    "metallb": Chart(
        ("https://metallb.github.io/metallb",),
        (
            Part("controller", "controller.enabled", is_needed=True),
            Part("speaker", "speaker.enabled", is_needed=True),
            Part("frr-k8s", "frrk8s.enabled", ("frr",), since=(0, 16, 0)),
        ),
    ),
    "prometheus": Chart(
        _PROMETHEUS,
        (
            Part("alertmanager", "alertmanager.enabled"),
            Part("kube-state-metrics", "kube-state-metrics.enabled"),
            Part("node-exporter", "prometheus-node-exporter.enabled"),
            Part("pushgateway", "prometheus-pushgateway.enabled"),
        ),
    ),
    "vault": Chart(
        ("https://helm.releases.hashicorp.com",),
        (Part("agent injector", "injector.enabled", ("injector",)),),
    ),
}
"""Workloads of charts of these projects, unless their values say otherwise. Rendered with Helm, with their defaults:
external-secrets 2.9.0, kube-prometheus-stack 88.5.3, loki 7.3.0, longhorn 1.6.1, prometheus 29.27.0, vault 0.34.1, and
cert-manager, kyverno and metallb as they were on their main branches in August 2026; frr-k8s of metallb: its values
of 0.15.3 and 0.16.0. Longhorn's instance managers and
CSI plugin are made by its manager."""


def are_parts_known(service: Service) -> bool:
    """Whether a footprint is held against what its chart is known to run."""
    return isinstance(service, HelmService) and known_chart(service) is not None


def known_chart(service: HelmService) -> Chart | None:
    """The chart of a service, if it is known and comes from its own project."""
    chart = PARTS.get(service.chart.name)
    return chart if chart and service.chart.repository.rstrip("/") in chart.repositories else None

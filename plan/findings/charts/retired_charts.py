"""Charts whose projects have ended, or which are published elsewhere now."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.service import HelmService
from plan.model.findings import Finding, Rule

CHART_RETIRED = Rule(
    "CHART-RETIRED",
    "warning",
    title="A chart that has no more releases",
    meaning=(
        "Its project has ended, or publishes it at another place. Nobody mends its faults where it is taken from, also "
        "those by which it can be broken into; and what answers no more can be neither installed nor upgraded."
    ),
    remedy="Take the chart from where it is published now, or move to another program while both run.",
)


class Retired(NamedTuple):
    """A chart that is taken from a place without new releases."""

    said: str
    source: str
    fix: str


_GRAFANA = "https://grafana.github.io/helm-charts"

RETIRED: Mapping[tuple[str, str], Retired] = {
    ("https://kubernetes.github.io/ingress-nginx", "ingress-nginx"): Retired(
        "has had no release since March 2026, security fixes included",
        "kubernetes.io, Ingress NGINX Retirement",
        "move to another ingress controller, or to the Gateway API",
    ),
    ("https://kubernetes.github.io/dashboard", "kubernetes-dashboard"): Retired(
        "has had no release since January 2026, and its repository answers no more",
        "kubernetes/website#54042, kubernetes/website#54800",
        "move to Headlamp; until then take it from https://kubernetes-retired.github.io/dashboard",
    ),
    ("https://kubernetes-retired.github.io/dashboard", "kubernetes-dashboard"): Retired(
        "has had no release since January 2026",
        "kubernetes/website#54042",
        "move to Headlamp, or switch it off",
    ),
    (_GRAFANA, "promtail"): Retired(
        "has had no release since March 2026, security fixes included",
        "grafana.com, Promtail: end of life",
        "move to Grafana Alloy, which converts its configuration",
    ),
    (_GRAFANA, "grafana-agent"): Retired(
        "has had no release since November 2025, security fixes included",
        "grafana.com, Grafana Agent: end of life",
        "move to Grafana Alloy, which converts its configuration",
    ),
    (_GRAFANA, "grafana"): Retired(
        "has had no release there since January 2026",
        "grafana/helm-charts#4087",
        "take it from https://grafana-community.github.io/helm-charts, which has all of its versions",
    ),
}
"""By repository and name."""


def retired_chart_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each chart that has no more releases where it is taken from."""
    for name, service in lab.services.items():
        chart = service.chart if isinstance(service, HelmService) else None
        known = RETIRED.get((chart.repository.rstrip("/"), chart.name)) if chart else None
        if chart and known:
            of = "" if chart.name == name else f" of {name}"
            yield CHART_RETIRED.finding(
                ("services", name, "chart"),
                f"chart {chart.name}{of} {known.said} ({known.source})",
                known.fix,
                facts={"chart": chart.name},
            )

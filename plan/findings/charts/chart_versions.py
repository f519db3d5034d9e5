"""Charts whose kinds the program writes: versions that do not have these kinds, and versions with a known fault."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.service import HelmService
from plan.model.findings import Finding, Rule

CHART_TOO_OLD = Rule(
    "CHART-TOO-OLD",
    "error",
    title="A chart is older than the kinds that are written for it",
    meaning=(
        "The program writes objects of a kind that the chart installs, in the version of the API in which newer "
        "releases have it. An older one does not know that version: the API server refuses the objects, and the `up` "
        "stops there."
    ),
    remedy="Write a chart version that has the API.",
)
CHART_FAULTY = Rule(
    "CHART-FAULTY",
    "warning",
    title="A version of a chart with a known fault",
    meaning=(
        "This version has a fault that affects what the program does with it. The message names the fault and where "
        "it is reported."
    ),
    remedy="Write the version that fixes it.",
)


class KnownChart(NamedTuple):
    """Known versions of a chart."""

    repositories: tuple[str, ...]
    """Where the project publishes it. Elsewhere a chart of the same name may count its versions otherwise."""
    api: str
    """The group and version that the program writes."""
    least: str
    """The first chart version that has it."""
    source: str
    faults: Mapping[str, tuple[str, str]] = {}
    """By version: the fault with its source, and the version that fixes it."""


KNOWN: Mapping[str, KnownChart] = {
    "kyverno": KnownChart(
        ("https://kyverno.github.io/kyverno", "oci://ghcr.io/kyverno/charts"),
        "policies.kyverno.io/v1",
        "3.7.0",
        "Kyverno 1.17 release notes: CEL policy types become v1",
        {
            "3.9.0": (
                "it deletes and remakes every generated quota each hour (kyverno/kyverno#17594)",
                "3.9.1",
            )
        },
    ),
    "external-secrets": KnownChart(
        ("https://charts.external-secrets.io", "oci://ghcr.io/external-secrets/charts"),
        "external-secrets.io/v1",
        "0.16.0",
        "external-secrets/external-secrets#4633: ExternalSecret and SecretStore become v1",
    ),
    "metallb": KnownChart(
        ("https://metallb.github.io/metallb",),
        "metallb.io annotations",
        "0.14.9",
        "MetalLB 0.14.9 release notes: the prefix metallb.io (#2495)",
    ),
}
"""By the chart's name."""


def chart_version_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about versions of charts."""
    for name, service in lab.services.items():
        chart = KNOWN.get(service.chart.name) if isinstance(service, HelmService) else None
        if chart is None or not isinstance(service, HelmService):
            continue
        version = service.chart.version
        path = ("services", name, "chart", "version")
        if (fault := chart.faults.get(version.removeprefix("v"))) is not None:
            described, mended = fault
            yield CHART_FAULTY.finding(
                path,
                f"chart {service.chart.name} {version} of {name}: {described}",
                f"write version: {mended}",
                facts={"version": version, "mended": mended},
            )
        is_official = service.chart.repository.rstrip("/") in chart.repositories
        if is_official and _is_written_for(lab, name, chart) and _number(version) < _number(chart.least):
            yield CHART_TOO_OLD.finding(
                path,
                f"chart {service.chart.name} {version} of {name} does not have {chart.api}, which the program writes; "
                f"it is there from {chart.least} on ({chart.source})",
                f"write version: {chart.least} or later",
                facts={"version": version, "least": chart.least},
            )


def _is_written_for(lab: Lab, name: str, chart: KnownChart) -> bool:
    """Whether the program writes objects for a chart: of a part of the platform, only where the lab says so."""
    platform = lab.cluster.platform
    parts = {
        "policies.kyverno.io": platform.policy_engine,
        "postgresql.cnpg.io": platform.databases,
        "traefik.io": platform.ingress.controller if platform.ingress else None,
        "external-secrets.io": platform.secrets.operator if platform.secrets else None,
    }
    return parts.get(chart.api.partition("/")[0], name) == name


def _number(version: str) -> tuple[tuple[int, ...], bool, str]:
    """A semantic version as something that compares: one with a suffix (`-rc.1`) comes before the one without."""
    numbers, _, suffix = version.removeprefix("v").partition("+")[0].partition("-")
    return tuple(int(each) for each in numbers.split(".")), not suffix, suffix

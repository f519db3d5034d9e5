"""Charts that bring their kinds only when they are told to, and are not."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.service import HelmService
from plan.cluster.membership import founder
from plan.model import Service
from plan.model.fields import text, value
from plan.model.findings import Finding, Rule
from plan.model.metadata import api_group
from plan.wording import listed

CHART_WITHOUT_KINDS = Rule(
    "CHART-WITHOUT-KINDS",
    "error",
    title="A chart does not install the kinds that the lab uses",
    meaning=(
        "Some charts leave their CustomResourceDefinitions out unless their values say otherwise, and others let them "
        "be switched off. Then the API server does not know the objects that the lab writes: the `up` stops at the "
        "first one, and the operator itself does not start."
    ),
    remedy="Switch the kinds on in the values of the chart, or install them by a chart of their own.",
)


class _Switch(NamedTuple):
    """The values that install the kinds of a chart."""

    paths: tuple[tuple[str, ...], ...]
    """The one to write first; any of them that is true will do."""
    is_default: bool
    groups: tuple[str, ...]


_CHARTS: Mapping[str, _Switch] = {
    "cert-manager": _Switch((("crds", "enabled"), ("installCRDs",)), is_default=False, groups=("cert-manager.io",)),
    "external-secrets": _Switch((("installCRDs",),), is_default=True, groups=("external-secrets.io",)),
    "kube-prometheus-stack": _Switch((("crds", "enabled"),), is_default=True, groups=("monitoring.coreos.com",)),
    "kyverno": _Switch((("crds", "install"),), is_default=True, groups=("kyverno.io", "policies.kyverno.io")),
    "metallb": _Switch((("crds", "enabled"),), is_default=True, groups=("metallb.io",)),
    "argo-cd": _Switch((("crds", "install"),), is_default=True, groups=("argoproj.io",)),
    "cloudnative-pg": _Switch((("crds", "create"),), is_default=True, groups=("postgresql.cnpg.io",)),
}
"""Their values in August 2026: cert-manager 1.18, external-secrets 2.9, kube-prometheus-stack 88, and the main branches
of the others."""


def chart_kind_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each chart whose kinds are used and not installed, in a lab that makes its cluster."""
    if founder(lab) is None:
        return
    off = {
        name: (each.chart.name, _CHARTS[each.chart.name])
        for name, each in lab.services.items()
        if isinstance(each, HelmService) and each.chart.name in _CHARTS and not _installs(each)
    }
    if not off:
        return
    planned = list(services)
    others = [each.chart.name for each in lab.services.values() if isinstance(each, HelmService)]
    for name, (chart, switch) in off.items():
        using = [each.name for each in planned if any(api_group(one) in switch.groups for one in each.objects)]
        if using and not _come_otherwise(lab, chart, switch, others):
            key = ".".join(switch.paths[0])
            yield CHART_WITHOUT_KINDS.finding(
                ("services", name, "values"),
                f"{name} does not install the kinds of {listed(switch.groups)}, which {listed(using)} "
                f"{'uses' if len(using) == 1 else 'use'}: the API server does not know them",
                f"write {key}: true in the values of {name}",
                facts={"services": tuple(using), "groups": switch.groups},
            )


def _installs(service: HelmService) -> bool:
    switch = _CHARTS[service.chart.name]
    stated = [found for path in switch.paths if (found := value(service.values, *path)) is not None]
    return any(found in (True, "true") for found in stated) if stated else switch.is_default


def _come_otherwise(lab: Lab, chart: str, switch: _Switch, charts: list[str]) -> bool:
    """By a chart of their own, or by definitions in files."""
    if any(each != chart and each.endswith("-crds") for each in charts):
        return True
    definitions = lab.objects_by_kind.get("CustomResourceDefinition", ())
    return any(text(each.content, "spec", "group") in switch.groups for each in definitions)

"""Charts of which a cluster takes one, or several that are kept apart by their values."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.service import HelmService
from plan.model.fields import value
from plan.model.findings import Finding, Rule

TWO_FOR_THE_SAME = Rule(
    "TWO-FOR-THE-SAME",
    "warning",
    title="Two releases of a chart see to the same objects",
    meaning=(
        "An operator watches the whole cluster unless its values say otherwise. Two of them answer for each object: "
        "they undo each other's work, delete each other's records, or a route for the house is served to the internet "
        "by the other one as well. Of kinds and webhooks a cluster has one, that of the first release, and "
        "Helm refuses to install them again."
    ),
    remedy="Keep one of the two, or let the values of each say what is its own.",
)


class _Apart(NamedTuple):
    """How several releases of a chart are kept apart."""

    paths: tuple[tuple[str, ...], ...] = ()
    """Values of which one has to differ; none where a cluster takes one release."""
    each: bool = False
    """Whether each release has to state it: without it a release sees to all."""
    meets: str = "Helm refuses to install their common kinds again, or both see to every object of them"
    only: tuple[tuple[str, ...], str] | None = None
    """A value that a release must have to do harm."""


_NAMESPACED: tuple[tuple[str, ...], ...] = (("scopedNamespace",), ("watchNamespace",), ("watchNamespaces",))
ALONE: Mapping[str, _Apart] = {
    "cert-manager": _Apart(),
    "cilium": _Apart(),
    "cloudnative-pg": _Apart((("config", "clusterWide"), ("config", "data", "WATCH_NAMESPACE")), each=True),
    "external-dns": _Apart(
        (("txtOwnerId",), ("domainFilters",), ("provider", "name"), ("provider",), ("txtPrefix",), ("zoneIdFilters",)),
        meets="each deletes the records of the other, which carry the same owner",
        only=(("policy",), "sync"),
    ),
    "external-secrets": _Apart(_NAMESPACED, each=True),
    "gpu-operator": _Apart(),
    "ingress-nginx": _Apart(
        (("controller", "ingressClassResource", "controllerValue"), ("controller", "scope", "namespace")),
        meets="both serve every route of the class nginx, and write their own address into it in turn",
    ),
    "keda": _Apart(_NAMESPACED, each=True),
    "kured": _Apart(meets="each of them reboots nodes, and neither waits for the other"),
    "kyverno": _Apart(),
    "longhorn": _Apart(),
    "metallb": _Apart(),
    "metrics-server": _Apart(meets="there is one metrics API in a cluster, and Helm refuses to install it again"),
    "node-feature-discovery": _Apart(),
    "sealed-secrets": _Apart((("fullnameOverride",), ("keyrenewperiod",), ("additionalNamespaces",))),
    "snapshot-controller": _Apart(),
    "tigera-operator": _Apart(),
    "traefik": _Apart(
        (("providers", "kubernetesIngress", "ingressClass"), ("providers", "kubernetesIngress", "namespaces")),
        each=True,
        meets="both serve every route, those that are meant for the other one as well",
    ),
}
"""By the chart's name. Rendered with Helm: traefik 41.3.0, whose provider has no filter without `ingressClass`,
external-dns 1.21.1, ingress-nginx 4.15.1; the others by their documentation."""


def operator_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each release that sees to what another one does. Releases that were found are left out."""
    first: dict[str, list[tuple[str, HelmService]]] = {}
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and service.chart.name in ALONE and not service.as_found:
            first.setdefault(service.chart.name, []).append((name, service))
    for chart, releases in first.items():
        for number, (name, service) in enumerate(releases):
            others = [other for other, each in releases[:number] if _meet(ALONE[chart], each, service)]
            if others:
                yield _finding(chart, ALONE[chart], others[0], name)


def _meet(apart: _Apart, one: HelmService, other: HelmService) -> bool:
    if apart.only and not all(value(each.values, *apart.only[0]) == apart.only[1] for each in (one, other)):
        return False
    if not apart.paths:
        return True
    stated = [[value(each.values, *path) for path in apart.paths] for each in (one, other)]
    if apart.each and not all(any(each is not None for each in found) for found in stated):
        return True
    return stated[0] == stated[1]


def _finding(chart: str, apart: _Apart, first: str, second: str) -> Finding:
    key = ".".join(apart.paths[0]) if apart.paths else ""
    return TWO_FOR_THE_SAME.finding(
        ("services", second, "chart"),
        f"{first} and {second} are both releases of {chart}"
        + (f", and {key} does not keep them apart" if key else ", of which a cluster takes one")
        + f": {apart.meets}",
        f"write another {key} in the values of each" if key else f"remove {second}, or name what it needs in {first}",
        facts={"services": (first, second), "chart": chart},
    )

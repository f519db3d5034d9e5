"""Snippets in annotations, which ingress-nginx refuses unless its values allow them."""

from collections.abc import Iterator

from config.lab import Lab
from config.service import HelmService
from plan.model.fields import mapping, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed

SNIPPET_REFUSED = Rule(
    "SNIPPET-REFUSED",
    "error",
    title="An Ingress has a snippet that its controller does not take",
    meaning=(
        "Since 1.9 ingress-nginx takes no snippets in annotations unless controller.allowSnippetAnnotations is true, "
        "and since 1.12 only where annotations-risk-level is Critical too: its webhook refuses the Ingress. Whoever "
        "may write an Ingress could read all secrets of the controller by one."
    ),
    remedy="Say it by annotations of their own; or allow snippets in the values of the controller.",
)
_RISK_SINCE = (4, 12)
"""The chart of 1.12 (ingress-nginx, Changelog)."""


def snippet_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each Ingress with a snippet that no controller of its class takes."""
    charts = [*lab.charts("ingress-nginx")]
    if len(charts) != 1:
        return
    name, service = charts[0]
    missing = _missing(service)
    for stated in lab.objects_by_kind.get("Ingress", ()) if missing else ():
        annotations = mapping(stated.content, "metadata", "annotations")
        found = [key for key in annotations if key.startswith("nginx.ingress.kubernetes.io/") and "snippet" in key]
        if found and _is_of(stated.content.get("spec"), annotations, service):
            yield SNIPPET_REFUSED.finding(
                stated.path,
                f"Ingress {stated.name} has {listed(found)}, which {name} does not take: its webhook refuses the "
                "Ingress",
                f"write it by other annotations, or {' and '.join(missing)} in the values of {name}",
                about=stated.name,
                facts={"annotations": tuple(found)},
            )


def _missing(service: HelmService) -> list[str]:
    """Settings that the values lack for snippets to be taken."""
    numbers = [int(each) for each in service.chart.version.lstrip("v").split(".")[:2] if each.isdigit()]
    allowed = value(service.values, "controller", "allowSnippetAnnotations") is True
    risk = text(service.values, "controller", "config", "annotations-risk-level")
    is_risky = risk == "Critical" or tuple(numbers) < _RISK_SINCE
    return ["controller.allowSnippetAnnotations: true"] * (not allowed) + [
        "controller.config.annotations-risk-level: Critical"
    ] * (not is_risky)


def _is_of(spec: object, annotations: object, service: HelmService) -> bool:
    """Whether an Ingress is of the class of the controller."""
    stated = text({"spec": spec}, "spec", "ingressClassName")
    stated = stated or text({"annotations": annotations}, "annotations", "kubernetes.io/ingress.class")
    own = text(service.values, "controller", "ingressClassResource", "name") or "nginx"
    return stated in ("", own)

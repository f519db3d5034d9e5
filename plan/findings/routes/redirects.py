"""Services that send every visitor to HTTPS, behind a controller that asks them by HTTP."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.lab import Lab
from plan.model.fields import mapping, value, values
from plan.model.findings import Finding, Rule

REDIRECTS_FOR_EVER = Rule(
    "REDIRECTS-FOR-EVER",
    "warning",
    title="A service redirects to HTTPS, and its visitors come by HTTPS already",
    meaning=(
        "The ingress controller ends TLS and asks the service by HTTP. Argo CD answers each such request with a "
        "redirect to HTTPS, which the controller turns into HTTP again: browsers give up (ERR_TOO_MANY_REDIRECTS)."
    ),
    remedy="Write `configs: {params: {server.insecure: true}}` in the values of Argo CD.",
)

_KEY = "server.insecure"


def redirect_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each Argo CD behind a route that keeps to HTTPS itself."""
    for name, service in lab.charts("argo-cd"):
        if service.expose:
            port = service.endpoint.port if service.endpoint else 80
            if port != 443 and not _is_plain(service.values):
                yield REDIRECTS_FOR_EVER.finding(
                    ("services", name, "values"),
                    f"{name} redirects what the ingress controller asks by HTTP to HTTPS, and browsers go round in a "
                    "circle",
                    'write configs.params."server.insecure": true in its values',
                )


def _is_plain(given: Mapping[str, Any]) -> bool:
    params = mapping(given, "configs", "params")
    nested = value(params, "server", "insecure")
    return str(params.get(_KEY, nested)).lower() == "true" or "--insecure" in values(given, "server", "extraArgs")

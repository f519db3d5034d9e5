"""Keycloak behind an ingress controller whose headers it does not read."""

import re
from collections.abc import Iterable, Iterator

from config.image import repository_of
from config.lab import Lab
from config.service import HelmService
from plan.findings.program import Program
from plan.findings.routes.proxies_not_trusted import PROXY_NOT_TRUSTED
from plan.findings.routes.traefik_settings import traefik_of
from plan.model.fields import text, value
from plan.model.findings import Finding

_VARIABLE, _OPTION = "KC_PROXY_HEADERS", "proxy-headers"
_TOLD = re.compile(r"proxy-headers[=\s]+['\"]?(\w+)")
_HEADERS = (24,)
"""The first version that asks for the headers by name; before, KC_PROXY said it."""
_CHART = (2, 4)
"""The first version of keycloakx that reads Forwarded unless it is told otherwise (its values.yaml)."""


def keycloak_proxy_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each Keycloak with a route that reads no X-Forwarded headers, which Traefik and NGINX send."""
    controller = traefik_of(lab) or next(lab.charts("ingress-nginx"), None)
    if controller is None:
        return
    for each in found:
        service = lab.services[each.service]
        if repository_of(each.image) != "keycloak/keycloak" or not each.is_main or each.ends or "--https" in each.told:
            continue
        if not any(lab.cluster.platform.passes_ingress(route) for route in service.expose):
            continue
        said = _said(each, service if isinstance(service, HelmService) else None)
        if said is None or said == "xforwarded":
            continue
        place = "proxy.mode" if isinstance(service, HelmService) else _VARIABLE
        yield PROXY_NOT_TRUSTED.finding(
            each.at("env", _VARIABLE) if _VARIABLE in each.env else each.path,
            f"{each.name} "
            + (f"reads the header Forwarded ({place}: forwarded)" if said else f"is told no {place}")
            + f", and {controller[0]} sends X-Forwarded-Proto and its like: Keycloak takes each request for one by "
            "http, its pages lead there, and its console answers 403",
            f"write {place}: xforwarded",
            about=each.name,
            facts={"headers": said or "none"},
        )


def _said(each: Program, service: HelmService | None) -> str | None:
    """The headers that it reads, empty for none; None where that is open, or told in the way of old versions."""
    told = _TOLD.search(each.told)
    stated = told[1] if told else each.env.get(_VARIABLE)
    if service is not None and value(service.values, "proxy", "enabled") is False:
        stated = told[1] if told else None
    elif service is not None and not stated and service.chart.name == "keycloakx":
        if _VARIABLE in str(value(service.values, "extraEnv")):
            return None
        numbers = [int(part) for part in service.chart.version.removeprefix("v").split(".")[:2]]
        return "forwarded" if tuple(numbers) >= _CHART and not text(service.values, "command") else None
    if stated:
        return stated if stated in ("forwarded", "xforwarded") else None
    is_old = "KC_PROXY" in (each.variables or ()) and (not each.version or each.version < (26,))
    if each.variables is None or _VARIABLE in each.variables or is_old or (each.version and each.version < _HEADERS):
        return None
    return None if any(path.endswith("keycloak.conf") for path in each.mounts) else ""

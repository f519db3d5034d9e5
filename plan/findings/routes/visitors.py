"""Visitors whose addresses are lost before they reach the ingress controller: who may come in goes by them."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.image import short_name
from config.lab import Lab
from config.service import HelmService, Service
from config.source import Path
from plan.findings.charts.chart_values import paths_taking_host_ports
from plan.findings.routes.traefik_settings import flags, traefik_of
from plan.model.fields import value
from plan.model.findings import Finding, Rule
from plan.wording import listed

VISITORS_LOOK_ALIKE = Rule(
    "VISITORS-LOOK-ALIKE",
    "warning",
    title="All visitors have the same address",
    meaning=(
        "A Service with externalTrafficPolicy Cluster, the default, hands requests on with the address of a node, "
        "which is in the networks of the lab: a route with `reach: lan` then admits the internet too. A tunnel or a "
        "proxy in front says the visitor's address in X-Forwarded-For, which Traefik drops unless it trusts who says "
        "so: applications, rate limits and bans then see one visitor, and a ban of one bans all."
    ),
    remedy="Keep addresses by externalTrafficPolicy: Local, and name who is trusted in forwardedHeaders.trustedIPs.",
)

TUNNELS = frozenset({"cloudflared", "cloudflare-tunnel", "cloudflare-tunnel-remote", "newt", "frpc", "rathole"})
"""Last parts of images, and names of charts, of tunnels that bring visitors from the internet."""


def visitor_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about lost addresses of visitors."""
    traefik = traefik_of(lab)
    if traefik is None:
        return
    name, controller = traefik
    routes = [
        (service, each)
        for service, config in lab.services.items()
        for each in config.expose
        if lab.cluster.platform.passes_ingress(each)
    ]
    inside = [*dict.fromkeys(service for service, each in routes if each.reach == "lan")]
    path: Path = ("services", name, "values")
    if inside and any(each.reach == "internet" for _, each in routes) and _hides(controller.values):
        yield VISITORS_LOOK_ALIKE.finding(
            path,
            f"the Service of {name} hands requests on with the address of a node, which is in the lab's networks: the "
            f"internet reaches {listed(inside)}, which {'say' if len(inside) > 1 else 'says'} reach: lan",
            f"write service.spec.externalTrafficPolicy: Local in the values of {name}",
            about="policy",
            facts={"services": tuple(inside)},
        )
    before = [service for service, config in lab.services.items() if _is_tunnel(config)]
    before += ["Cloudflare"] * any(each.dns == "proxied" for _, each in routes)
    if before and routes and not _trusts(controller.values):
        ranges = str(lab.cluster.pod_cidr) if before != ["Cloudflare"] else "those of cloudflare.com/ips"
        yield VISITORS_LOOK_ALIKE.finding(
            path,
            f"requests come through {listed(before)}, and {name} trusts nobody to say for whom: applications and bans "
            "see one visitor",
            f"write ports.websecure.forwardedHeaders.trustedIPs: [{ranges}] in the values of {name}, and the same of "
            "web where they come in there",
            about="proxy",
            facts={"before": tuple(before)},
        )


def _hides(given: Mapping[str, Any]) -> bool:
    """Whether requests come with the address of a node: through a load balancer that does not keep that of visitors."""
    if value(given, "service", "enabled") is False or any(paths_taking_host_ports(given)):
        return False
    if (value(given, "service", "type") or value(given, "service", "spec", "type")) == "ClusterIP":
        return False
    return value(given, "service", "spec", "externalTrafficPolicy") != "Local" and not _says(given, "proxyProtocol")


def _trusts(given: Mapping[str, Any]) -> bool:
    return _says(given, "forwardedHeaders")


def _says(given: Mapping[str, Any], setting: str) -> bool:
    """Whether an entry point of routes names who is trusted, or trusts all."""
    for entry in ("web", "websecure"):
        stated = (value(given, "ports", entry, setting, each) for each in ("trustedIPs", "insecure"))
        if any(stated):
            return True
    return any(f".{setting.lower()}." in flag for flag in flags(given))


def _is_tunnel(service: Service) -> bool:
    if isinstance(service, HelmService):
        return service.chart.name in TUNNELS
    image: str = getattr(service, "image", None) or ""
    return short_name(image) in TUNNELS

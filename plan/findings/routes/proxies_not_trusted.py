"""Applications that refuse requests which come through the ingress controller."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from config.lab import Lab
from plan.findings.program import Program
from plan.findings.routes.traefik_settings import traefik_of
from plan.model.fields import value
from plan.model.findings import Finding, Rule
from plan.wording import listed

PROXY_NOT_TRUSTED = Rule(
    "PROXY-NOT-TRUSTED",
    "warning",
    title="An application does not trust the ingress controller",
    meaning=(
        "Keycloak reads no headers of a proxy unless it is told which, and Forwarded is another one than those that "
        "Traefik and NGINX send. Home Assistant answers 400 to each request that says for whom it comes "
        "(X-Forwarded-For) unless its sender is in trusted_proxies. Traefik sends that header always, from an address "
        "of a pod."
    ),
    remedy="Write proxy-headers xforwarded, or use_x_forwarded_for: true and the range of pods under trusted_proxies.",
)
_FILE = "/configuration.yaml"
_BLOCK = re.compile(r"(?m)^http:[ \t]*(?P<same>[^\n]*)\n?(?P<below>(?:[ \t]+[^\n]*\n?|[ \t]*#[^\n]*\n|\n)*)")
_PROXIES = re.compile(r"trusted_proxies:(?P<all>(?:[^\n]*\n?)(?:\s*-[^\n]*\n?)*)")
_RANGE = re.compile(r"(?<![\w.:])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?")


def proxy_not_trusted_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each Home Assistant with a route whose configuration is in the lab and trusts no pod."""
    traefik = traefik_of(lab)
    pods = lab.cluster.pod_cidr
    if traefik is None or value(traefik[1].values, "hostNetwork") is True:
        return
    for each in found:
        file = next((path for path in each.files if path.endswith(_FILE)), None)
        service = lab.services[each.service]
        routes = [route for route in service.expose if lab.cluster.platform.passes_ingress(route)]
        is_on_node = getattr(service, "host_network", False)
        if each.short != "home-assistant" or not each.is_main or file is None or not routes or is_on_node:
            continue
        block = _BLOCK.search(each.files[file])
        inside = f"{block['same']}\n{block['below']}" if block else ""
        if "!" in inside or "packages:" in each.files[file]:
            continue
        named = _PROXIES.search(inside)
        ranges = [*_RANGE.findall(named["all"])] if named else []
        trusted = [ip_network(text, strict=False) for text in ranges]
        is_asked = re.search(r"use_x_forwarded_for:\s*(?:true|yes|on)\b", inside) is not None
        if is_asked and any(net.version == pods.version and pods.subnet_of(net) for net in trusted):
            continue
        yield PROXY_NOT_TRUSTED.finding(
            each.at("files", file),
            f"{each.name} answers 400 to what comes through {traefik[0]}: it comes from a pod in {pods}, and "
            + (
                f"trusted_proxies has {listed(ranges)}"
                if ranges and is_asked
                else "http: does not say use_x_forwarded_for: true with trusted_proxies"
            ),
            f"write http: {{use_x_forwarded_for: true, trusted_proxies: [{pods}]}} into {file.rpartition('/')[2]}",
            about=each.name,
            facts={"trusted": tuple(ranges), "pods": str(pods)},
        )

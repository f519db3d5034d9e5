"""IngressRoutes of Traefik that exist, as exposures of a service."""

import re
from typing import Any

from operations.adopt.app.exposing import UNKNOWN, Answers, is_host, said_backends, said_hosts
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model.fields import Fields, entries, mapping, text, values
from plan.workloads.ingress_routes import rule_of

_API = "traefik.io/"
_HOSTS = re.compile(r"Host\(([^)]*)\)")
_HOST = re.compile(r"[`\"]([^`\"]+)[`\"]")
_SETTINGS = {"scheme": "scheme", "serversTransport": "transport", "passHostHeader": "pass_host"}


def ingress_route(manifest: Fields, answers: Answers, domain: str) -> list[Flow] | None:
    """An exposure for each route; None where one has no host, or another thing than one Service answers. Whatever else
    it states is left to a patch."""
    if not text(manifest, "apiVersion").startswith(_API):
        return None
    whole = _whole(manifest)
    said = [_exposure(manifest, route, whole, answers, domain) for route in entries(manifest, "spec", "routes")]
    return None if None in said else [each for each in said if each is not None]


def _whole(manifest: Fields) -> dict[str, Any]:
    """Keys under `traefik` that an IngressRoute has once."""
    resolver = text(manifest, "spec", "tls", "certResolver")
    return {
        "entry_points": FlowList(values(manifest, "spec", "entryPoints")),
        **({"resolver": resolver} if resolver else {}),
    }


def _exposure(manifest: Fields, route: Fields, whole: dict[str, Any], answers: Answers, domain: str) -> Flow | None:
    rule, services = text(route, "match"), entries(route, "services")
    hosts = list(dict.fromkeys(host for group in _HOSTS.findall(rule) for host in _HOST.findall(group)))
    if not hosts or not all(map(is_host, hosts)) or not services or not whole["entry_points"]:
        return None
    if not all(text(each, "name") and (each.get("port") or _is_own(each)) for each in services):
        return None
    asked = next((each for each in services if not _is_own(each)), services[0])
    certificate = text(manifest, "spec", "tls", "secretName")
    middlewares = [
        "/".join(filter(None, (text(each, "namespace"), text(each, "name")))) for each in entries(route, "middlewares")
    ]
    traefik = {
        **({} if rule == rule_of(hosts, ("/",), exact=False) else {"match": rule}),
        **whole,
        **({"priority": route["priority"]} if route.get("priority") else {}),
        **{key: asked[field] for field, key in _SETTINGS.items() if field in asked},
    }
    return Flow(
        **said_hosts(hosts, domain),
        route=text(manifest, "metadata", "name"),
        **UNKNOWN,
        **said_backends([_backend(each) for each in services], answers),
        traefik=traefik,
        **({"middlewares": FlowList(middlewares)} if middlewares else {}),
        **({"certificate": certificate} if certificate else {}),
        **({} if mapping(manifest, "spec").get("tls") is not None else {"tls": False}),
    )


def _is_own(service: Fields) -> bool:
    """Whether Traefik knows it by a kind of its own, or serves it itself."""
    return text(service, "kind") == "TraefikService"


def _backend(service: Fields) -> dict[str, Any]:
    """A Service that answers, in keys; what more it states is left to a patch."""
    return {
        "service": text(service, "name"),
        **({"kind": "TraefikService"} if _is_own(service) else {}),
        **{key: service[key] for key in ("port", "weight", "namespace") if key in service},
    }

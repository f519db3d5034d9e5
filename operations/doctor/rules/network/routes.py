"""Ingresses and the routes of Traefik and the Gateway API: what leads to which Service."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from observation.model import Observation
from observation.objects import Reference, namespace_of, reference
from plan.model import Manifest
from plan.model.fields import entries, mapping, text, value, values

_HOSTS = re.compile(r"Host\(([^)]*)\)")
_QUOTED = re.compile(r"[`\"']([^`\"']+)[`\"']")


class Route(NamedTuple):
    """One way from a host name to a Service."""

    by: Reference
    host: str
    path: str
    service: Reference
    port: int | str | None


def routes(observed: Observation) -> Iterator[Route]:
    """All ways to Services, whether these exist or not."""
    for ingress in observed.of("Ingress"):
        yield from _of_ingress(ingress)
    for each in observed.of("IngressRoute"):
        yield from _of_traefik(each)
    for each in observed.of("HTTPRoute"):
        yield from _of_gateway(each)


def _of_ingress(ingress: Manifest) -> Iterator[Route]:
    default = mapping(ingress, "spec", "defaultBackend")
    backends = [("", "", default)] if default else []
    for rule in entries(ingress, "spec", "rules"):
        for path in entries(rule, "http", "paths"):
            backends.append((text(rule, "host"), text(path, "path"), mapping(path, "backend")))
    for host, path, backend in backends:
        service = mapping(backend, "service")
        if service:
            port = _port(value(service, "port", "number"))
            target = Reference("Service", namespace_of(ingress), text(service, "name"))
            yield Route(
                reference(ingress), host, path or "/", target, text(service, "port", "name") if port is None else port
            )


def _of_traefik(manifest: Manifest) -> Iterator[Route]:
    for rule in entries(manifest, "spec", "routes"):
        match = text(rule, "match")
        hosts = [host for group in _HOSTS.findall(match) for host in _QUOTED.findall(group)]
        for service in entries(rule, "services"):
            if text(service, "kind") in ("", "Service"):
                target = Reference(
                    "Service", text(service, "namespace") or namespace_of(manifest), text(service, "name")
                )
                yield Route(reference(manifest), ", ".join(hosts), match, target, _port(value(service, "port")))


def _of_gateway(manifest: Manifest) -> Iterator[Route]:
    hosts = ", ".join(str(each) for each in values(manifest, "spec", "hostnames"))
    for rule in entries(manifest, "spec", "rules"):
        for backend in entries(rule, "backendRefs"):
            if text(backend, "kind") in ("", "Service"):
                target = Reference(
                    "Service", text(backend, "namespace") or namespace_of(manifest), text(backend, "name")
                )
                yield Route(reference(manifest), hosts, "", target, _port(value(backend, "port")))


def _port(stated: object) -> int | str | None:
    """A port by number or by name."""
    return stated if isinstance(stated, int | str) else None


def routes_to(observed: Observation, service: Reference) -> list[tuple[Reference, str]]:
    """Routes that lead to a Service, and their hosts."""
    found: dict[Reference, list[str]] = defaultdict(list)
    for route in routes(observed):
        if route.service == service:
            found[route.by].append(route.host)
    return [(by, ", ".join(dict.fromkeys(each for each in hosts if each))) for by, hosts in found.items()]

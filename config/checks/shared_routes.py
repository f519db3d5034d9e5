"""Exposures that are rules of one route: they agree in whatever the route has once."""

from collections.abc import Iterator

from config.draft import Draft
from config.service.exposure import Exposure
from config.source import Problem

_OF_ALL = ("gateway", "further_gateways", "ingress_class", "certificate", "tls", "dns")
_OF_INGRESS = ("auth", "groups", "reach", "middlewares", "max_body")
_OF_GATEWAY = ("host", "further_hosts", "grpc")
_OF_TRAEFIK = ("groups", "max_body")
_OF_TRAEFIK_ROUTE = ("entry_points", "resolver")


def check_shared_routes(lab: Draft) -> Iterator[Problem]:
    """The second rule of a route, and each after it, differs from the first in its own rule alone."""
    for name, service in lab.services.items():
        first: dict[str | tuple[str, str], int] = {}
        for index, exposure in enumerate(service.expose):
            of = first.setdefault(exposure.route or (exposure.host, exposure.path), index)
            path, other = ("services", name, "expose", index), ("services", name, "expose", of)
            for key in _differing(lab, service.expose[of], exposure):
                message = f"differs from {lab.pointer(other)}, which is of the same route; state the same"
                yield lab.problem((*path, *key), f"{message}, or another name as route", other)


def _differing(lab: Draft, first: Exposure, other: Exposure) -> Iterator[tuple[str, ...]]:
    """The keys that a route has once and that two of its rules state differently."""
    platform = lab.cluster.platform if lab.cluster else None
    if (first.traefik is None) != (other.traefik is None):
        yield ("traefik",)
    elif first.traefik and other.traefik:
        for key in _OF_TRAEFIK_ROUTE:
            if getattr(first.traefik, key) != getattr(other.traefik, key):
                yield ("traefik", key)
    by_gateway = platform is not None and platform.gateway_of(first) is not None
    own = _OF_GATEWAY if by_gateway else _OF_TRAEFIK if first.traefik else _OF_INGRESS
    for key in (*_OF_ALL, *own):
        if getattr(first, key) != getattr(other, key):
            yield (key,)

"""The controller's own settings by which a route admits only some visitors, as far as they are known."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from observation.objects import annotations_of
from operations.adopt.cluster.objects import Key
from plan.model import Manifest
from plan.model.fields import entries, mapping, text
from plan.wording import listed

By = Literal["sign-in", "networks"]

_ANNOTATIONS: Mapping[str, By] = {
    "nginx.ingress.kubernetes.io/auth-url": "sign-in",
    "nginx.ingress.kubernetes.io/auth-type": "sign-in",
    "nginx.ingress.kubernetes.io/auth-tls-secret": "sign-in",
    "nginx.ingress.kubernetes.io/whitelist-source-range": "networks",
    "nginx.ingress.kubernetes.io/allowlist-source-range": "networks",
    "haproxy.org/auth-type": "sign-in",
    "haproxy.org/allow-list": "networks",
    "haproxy.org/whitelist": "networks",
    "haproxy-ingress.github.io/auth-url": "sign-in",
    "haproxy-ingress.github.io/allowlist-source-range": "networks",
}
"""Annotations of Ingresses, by controller: ingress-nginx, the two of HAProxy."""
_MIDDLEWARES: Mapping[str, By] = {
    "forwardAuth": "sign-in",
    "basicAuth": "sign-in",
    "digestAuth": "sign-in",
    "ipAllowList": "networks",
    "ipWhiteList": "networks",
}
"""Fields of Traefik's Middlewares."""
_CHAIN = "traefik.ingress.kubernetes.io/router.middlewares"
_NAMED = re.compile(r"(?P<name>[^@]+)@kubernetescrd")


class Guard(NamedTuple):
    """A setting that keeps visitors out."""

    by: By
    setting: str
    """An annotation, or a Middleware."""


def guards(route: Manifest, objects: Mapping[Key, Manifest]) -> tuple[Guard, ...]:
    """The settings of a route that keep visitors out; none is known of other controllers than those of the tables."""
    annotations = annotations_of(route)
    found = [Guard(by, name) for name, by in _ANNOTATIONS.items() if name in annotations]
    for each in str(annotations.get(_CHAIN, "")).split(","):
        if match := _NAMED.fullmatch(each.strip()):
            found += _of_middleware(match["name"], objects, frozenset())
    return tuple(dict.fromkeys(found))


def _of_middleware(called: str, objects: Mapping[Key, Manifest], seen: frozenset[str]) -> Iterator[Guard]:
    """Settings of a Middleware, called `NAMESPACE-NAME`, and of those that it chains."""
    if called in seen:
        return
    for key, manifest in objects.items():
        if key.kind == "Middleware" and f"{key.namespace}-{key.name}" == called:
            for field, by in _MIDDLEWARES.items():
                if field in mapping(manifest, "spec"):
                    yield Guard(by, f"Middleware {key.namespace}/{key.name}")
            for each in entries(manifest, "spec", "chain", "middlewares"):
                further = f"{text(each, 'namespace') or key.namespace}-{text(each, 'name')}"
                yield from _of_middleware(further, objects, seen | {called})


def visitors(routes: Iterable[tuple[str, Manifest]], objects: Mapping[Key, Manifest]) -> Iterator[str]:
    """Comments on who may visit routes that exist, by their names."""
    open_to_all: list[str] = []
    for name, route in routes:
        found = guards(route, objects)
        for by, does in (("sign-in", "asks visitors to sign in"), ("networks", "admits only some networks")):
            if settings := [each.setting for each in found if each.by == by]:
                yield f"The controller {does} at {name}: {listed(settings)}."
        if not found:
            open_to_all.append(name)
    if open_to_all:
        yield f"No setting that the program knows keeps visitors out of {listed(open_to_all)}; its controller may."

"""Routes by which visitors say themselves who they are, to a service that believes it on another route."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from config.lab import Lab
from plan.findings.routes.traefik_settings import flags, traefik_of
from plan.model import Service
from plan.model.fields import entries, mapping, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.workloads.identity_headers import taken_from_visitors
from plan.workloads.middlewares import NO_IDENTITY

IDENTITY_BELIEVED = Rule(
    "IDENTITY-BELIEVED",
    "warning",
    title="A route hands on what visitors say of who they are",
    meaning=(
        "Behind a sign-in, a service learns by headers (`X-authentik-username`, `Remote-User`) who somebody is. The "
        "program takes them from the requests of routes that it writes for Traefik. A route of a file or of another "
        "controller that leads to the same service without the sign-in takes nothing: whoever writes such a header is "
        "signed in as whom they like, if the service believes it."
    ),
    remedy=(
        f"Let the route pass the middleware {NO_IDENTITY} first, or the one of the sign-in; or serve it by Traefik, if "
        "another controller does."
    ),
)

_ANNOTATION = "traefik.ingress.kubernetes.io/router.middlewares"
_PROVIDER = "@kubernetescrd"
_ELSEWHERE = ("auth-url", "auth-signin", "snippet")
"""Parts of annotations of other controllers that may sign in, or take headers away."""
_TAKEN = frozenset(name.lower() for name in taken_from_visitors())

Key = tuple[str, str]
"""Namespace and name."""


class _Route(NamedTuple):
    service: str
    kind: str
    name: str
    controller: str | None
    """Class of another controller than Traefik."""
    backends: frozenset[Key]
    passes: tuple[Mapping[str, Any] | None, ...]
    """Specifications of its middlewares; None for one that is not known here."""


def believed_identity_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each route that leads past the sign-in of another one, and takes no header away."""
    ingress = lab.cluster.platform.ingress
    if ingress is None or ingress.forward_auth is None or _has_own_entry_points(lab):
        return
    planned = [*services]
    known = _middlewares(planned)
    routes = [each for service in planned for each in _routes(service, known)]
    behind: dict[Key, str] = {}
    for route in routes:
        if any(spec and mapping(spec, "forwardAuth") for spec in route.passes):
            behind |= dict.fromkeys(route.backends, route.name)
    for route in routes:
        believing = sorted(route.backends & behind.keys())
        if believing and not any(spec is None or _takes(spec, known) for spec in route.passes):
            names = listed([f"{namespace}/{name}" for namespace, name in believing])
            yield IDENTITY_BELIEVED.finding(
                lab.written_at(route.service, route.kind, route.name),
                f"{route.kind} {route.name} of {route.service} leads to {names} without the sign-in that the route "
                f"{behind[believing[0]]} has, and hands on headers like X-authentik-username as visitors write them",
                f"serve it by {ingress.controller}, or take the headers away in the settings of {route.controller}"
                if route.controller
                else f"let it pass {NO_IDENTITY} of {ingress.controller}'s namespace first",
                about=route.name,
            )


def _has_own_entry_points(lab: Lab) -> bool:
    """Whether values give entry points middlewares: each request passes those, and what they take is not known."""
    traefik = traefik_of(lab)
    if traefik is None:
        return True
    given = traefik[1].values
    ports = (mapping(given, "ports", name) for name in mapping(given, "ports"))
    return any(values(port, *path) for port in ports for path in (("http", "middlewares"), ("middlewares",))) or any(
        "middlewares" in flag for flag in flags(given)
    )


def _middlewares(services: Iterable[Service]) -> dict[Key, Mapping[str, Any]]:
    return {
        (service.namespace_of(each), text(each, "metadata", "name")): mapping(each, "spec")
        for service in services
        for each in service.objects
        if each["kind"] == "Middleware"
    }


def _routes(service: Service, known: Mapping[Key, Mapping[str, Any]]) -> Iterator[_Route]:
    for each in service.objects:
        kind, name, namespace = each["kind"], text(each, "metadata", "name"), service.namespace_of(each)
        if kind == "Ingress":
            stated = text(each, "spec", "ingressClassName")
            other = stated if "traefik" not in stated else None
            passes = _by_annotation(each, known)
            yield _Route(service.name, kind, name, other or None, _of_ingress(each, namespace), passes)
        elif kind == "IngressRoute":
            for route in entries(each, "spec", "routes"):
                told = entries(route, "services")
                backends = ((text(to, "namespace") or namespace, text(to, "name")) for to in told)
                refs = entries(route, "middlewares")
                found = (known.get((text(ref, "namespace") or namespace, text(ref, "name"))) for ref in refs)
                yield _Route(service.name, kind, name, None, frozenset(backends), tuple(found))


def _of_ingress(ingress: Mapping[str, Any], namespace: str) -> frozenset[Key]:
    rules = (path for rule in entries(ingress, "spec", "rules") for path in entries(rule, "http", "paths"))
    named = (text(path, "backend", "service", "name") for path in rules)
    return frozenset((namespace, name) for name in named if name)


def _by_annotation(
    ingress: Mapping[str, Any], known: Mapping[Key, Mapping[str, Any]]
) -> tuple[Mapping[str, Any] | None, ...]:
    annotations = mapping(ingress, "metadata", "annotations")
    if any(part in key for key in annotations for part in _ELSEWHERE):
        return (None,)
    names = [each.strip() for each in str(annotations.get(_ANNOTATION, "")).split(",") if each.strip()]
    by_name = {f"{namespace}-{name}{_PROVIDER}": spec for (namespace, name), spec in known.items()}
    return tuple(by_name.get(each) for each in names)


def _takes(spec: Mapping[str, Any], known: Mapping[Key, Mapping[str, Any]]) -> bool:
    """Whether it takes headers from requests, by itself or by one that it calls; a sign-in overwrites them."""
    if mapping(spec, "forwardAuth") or mapping(spec, "plugin"):
        return True
    written = mapping(spec, "headers", "customRequestHeaders")
    if any(name.lower() in _TAKEN for name in written):
        return True
    called = {text(each, "name") for each in entries(spec, "chain", "middlewares")}
    return any(name in called and _takes(each, {}) for (_, name), each in known.items())

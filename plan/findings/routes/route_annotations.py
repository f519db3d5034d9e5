"""Annotations of routes that their controller does not read, or that name a middleware which it does not find."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of, namespace_of_object
from config.service import HelmService
from config.source import Path
from plan.cluster.membership import founder
from plan.findings.routes.traefik_settings import traefik_of
from plan.model import Service
from plan.model.fields import mapping, text, value
from plan.model.findings import Finding, Rule, Severity
from plan.wording import listed

ANNOTATION_NOT_READ = Rule(
    "ANNOTATION-NOT-READ",
    "warning",
    title="The controller of a route does not read its annotations",
    meaning=(
        "Each ingress controller has annotations of its own, and passes over those of others without a word: a limit, "
        "a sign-in or a list of addresses in them is simply not there."
    ),
    remedy="Say it in the way of the controller: for Traefik, middlewares; or serve the route by the other controller.",
)
MIDDLEWARE_NOT_FOUND = Rule(
    "MIDDLEWARE-NOT-FOUND",
    ("warning", "info"),
    title="A route names a middleware that Traefik does not find",
    meaning=(
        "An annotation of an Ingress names a middleware as NAMESPACE-NAME@kubernetescrd, and `middlewares` of a "
        "service as NAME or NAMESPACE/NAME. By another name, or of one that does not exist, Traefik leaves the route "
        "out with an error in its log, and answers 404. In a cluster that is adopted, one may have been made by hand: "
        "then it is an info. Of a namespace with a chart, nothing is said."
    ),
    remedy="Name a Middleware that is there, or write it into a file of a service.",
)

_OWN: Mapping[str, tuple[str, ...]] = {
    "traefik": ("traefik.ingress.kubernetes.io/",),
    "nginx": ("nginx.ingress.kubernetes.io/",),
    "haproxy": ("haproxy.org/", "haproxy-ingress.github.io/", "ingress.kubernetes.io/"),
}
"""Prefixes of what each class of controllers reads."""
_MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares"
_PROVIDER = "@kubernetescrd"


class _Route(NamedTuple):
    path: Path
    name: str
    controller: str
    annotations: Mapping[str, str]


def route_annotation_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """All findings about annotations of routes through an ingress controller."""
    routes = [each for each in _routes(lab) if each.annotations]
    if not routes and not any(each.middlewares for service in lab.services.values() for each in service.expose):
        return
    planned = list(services)
    yield from _unfound_in_keys(lab, planned)
    for route in routes:
        read = _OWN.get(route.controller, ())
        unread = [
            key
            for other, prefixes in _OWN.items()
            for key in route.annotations
            if other != route.controller and key.startswith(prefixes) and not key.startswith(read)
        ]
        if read and unread and not (route.controller == "traefik" and _reads_nginx(lab)):
            yield ANNOTATION_NOT_READ.finding(
                route.path,
                f"{route.name} is served by {route.controller}, which does not read {listed(unread)}: nothing of it is "
                "done",
                "say it by `middlewares` of the route" if route.controller == "traefik" else "take it out",
                about="annotations",
                facts={"annotations": tuple(unread)},
            )
        if route.controller == "traefik" and (stated := route.annotations.get(_MIDDLEWARES)):
            yield from _unfound(lab, planned, route, stated)


def _middlewares(services: list[Service]) -> set[tuple[str, str]]:
    """Namespace and name of each Middleware of the plan."""
    return {
        (service.namespace_of(each), each["metadata"]["name"])
        for service in services
        for each in service.objects
        if each["kind"] == "Middleware"
    }


def _severity(lab: Lab) -> Severity:
    return "warning" if founder(lab) else "info"


def _unfound_in_keys(lab: Lab, services: list[Service]) -> Iterator[Finding]:
    """Annotations of Ingresses; an IngressRoute names them in fields, which are looked at as references."""
    known = _middlewares(services)
    with_chart = {service.namespace for service in services if service.release}
    for name, service in lab.services.items():
        for number, exposure in enumerate(service.expose):
            for stated in exposure.middlewares if exposure.traefik is None else ():
                namespace, _, called = stated.rpartition("/")
                place = namespace or namespace_of(lab, name)
                if "@" in stated or (place, called) in known or place in with_chart:
                    continue
                like = sorted(f"{other}/{each}" for other, each in known if each == called)
                yield MIDDLEWARE_NOT_FOUND.finding(
                    ("services", name, "expose", number, "middlewares"),
                    f"{name} names the middleware {stated}, and {place} has none of that name: Traefik leaves the "
                    "route out, and answers 404",
                    f"write {like[0]}" if like else f"write a Middleware {called} into a file under objects",
                    about=stated,
                    severity=_severity(lab),
                    facts={"middleware": stated},
                )


def _unfound(lab: Lab, services: list[Service], route: _Route, stated: str) -> Iterator[Finding]:
    known = {f"{namespace}-{name}{_PROVIDER}" for namespace, name in _middlewares(services)}
    for name in filter(None, (each.strip() for each in stated.split(","))):
        by_chart = name.endswith(_PROVIDER) and any(
            name.startswith(f"{service.namespace}-") for service in services if service.release
        )
        if name not in known and not by_chart and (name.endswith(_PROVIDER) or "@" not in name):
            like = sorted(each for each in known if each.endswith(f"-{name.partition('@')[0]}{_PROVIDER}"))
            yield MIDDLEWARE_NOT_FOUND.finding(
                route.path,
                f"{route.name} names the middleware {name}, which Traefik does not find: it leaves the route out, and "
                "answers 404",
                f"write {like[0] if like else f'NAMESPACE-NAME{_PROVIDER}'}",
                about=name,
                severity=_severity(lab),
                facts={"middleware": name},
            )


def _routes(lab: Lab) -> Iterator[_Route]:
    for name, service in lab.services.items():
        annotations = service.annotations.route
        for number, each in enumerate(service.expose) if annotations else ():
            if each.gateway is None:
                controller = "traefik" if each.ingress_class is None else each.ingress_class
                yield _Route(("services", name, "expose", number), name, controller, annotations)
    for each in lab.objects_by_kind.get("Ingress", ()):
        stated = {key: str(found) for key, found in mapping(each.content, "metadata", "annotations").items()}
        controller = text(each.content, "spec", "ingressClassName") or stated.get("kubernetes.io/ingress.class", "")
        place = namespace_of_object(lab, each)
        yield _Route(each.path, f"the Ingress {each.name} of {place}", controller, stated)


def _reads_nginx(lab: Lab) -> bool:
    """Whether Traefik reads annotations of ingress-nginx, as it can since 3.5."""
    traefik = traefik_of(lab)
    service: HelmService | None = traefik[1] if traefik else None
    return service is None or value(service.values, "providers", "kubernetesIngressNginx", "enabled") is True

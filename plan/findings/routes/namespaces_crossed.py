"""Routes of Traefik that name something in another namespace, which it does not allow unless told so."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from plan.findings.routes.traefik_settings import flags, traefik_of
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed

NAMESPACE_CROSSED = Rule(
    "NAMESPACE-CROSSED",
    "error",
    title="A route of Traefik names something of another namespace",
    meaning=(
        "An IngressRoute may name middlewares, services and TLS options of its own namespace. Those of another one "
        "Traefik refuses unless allowCrossNamespace is on: it leaves the route out, and answers 404."
    ),
    remedy="Write allowCrossNamespace: true under providers.kubernetesCRD in Traefik's values, or move the object.",
)
_KINDS = ("IngressRoute", "IngressRouteTCP", "IngressRouteUDP", "Middleware")
_FLAG = "--providers.kubernetescrd.allowcrossnamespace"


class _Crossed(NamedTuple):
    """A route, its namespace, and what it names of another one."""

    route: str
    own: str
    names: str


def namespace_crossed_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """One finding for all such routes: one value is their cause."""
    traefik = traefik_of(lab)
    if traefik is None or _allows(traefik[1].values):
        return
    controller = traefik[0]
    crossed = [
        each
        for service in services
        for stated in service.objects
        if stated["kind"] in _KINDS and stated["apiVersion"].startswith("traefik.io/")
        for each in _crossed(service, stated)
    ]
    if crossed:
        routes = [*dict.fromkeys(each.route for each in crossed)]
        first = crossed[0]
        yield NAMESPACE_CROSSED.finding(
            ("services", controller),
            f"{first.route} in {first.own} names the {first.names}, and {controller} allows none of another namespace: "
            f"it leaves {listed(routes)} out, and answers 404",
            f"write providers: {{kubernetesCRD: {{allowCrossNamespace: true}}}} in the values of {controller}",
            about=controller,
            facts={"routes": tuple(routes)},
        )


def _allows(values: Fields) -> bool:
    if value(values, "providers", "kubernetesCRD", "allowCrossNamespace") is True:
        return True
    stated = [flag.lower() for flag in flags(values) if flag.lower().startswith(_FLAG)]
    return any(flag.partition("=")[2] in ("", "true") for flag in stated)


def _crossed(service: Service, stated: Manifest) -> Iterator[_Crossed]:
    own = service.namespace_of(stated)
    for kind, row in _named(stated):
        namespace = text(row, "namespace")
        if namespace not in ("", own):
            route = f"{stated['kind']} {stated['metadata']['name']}"
            yield _Crossed(route, own, f"{kind} {text(row, 'name')} of {namespace}")


def _named(content: Fields) -> Iterator[tuple[str, Fields]]:
    for route in entries(content, "spec", "routes"):
        yield from (("middleware", row) for row in entries(route, "middlewares"))
        yield from (("service", row) for row in entries(route, "services") if text(row, "kind") in ("", "Service"))
    yield from (("middleware", row) for row in entries(content, "spec", "chain", "middlewares"))
    if options := mapping(content, "spec", "tls", "options"):
        yield "TLS options", options

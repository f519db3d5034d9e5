"""Routes of Traefik that name something in another namespace, which it does not allow unless told so."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from plan.findings.routes.traefik_settings import flags, traefik_of
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule

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


class _Named(NamedTuple):
    """A thing that a route names."""

    kind: str
    row: Fields


def namespace_crossed_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each such route."""
    traefik = traefik_of(lab)
    if traefik is None or _allows(traefik[1].values):
        return
    for service in services:
        for each in service.objects:
            if each["kind"] in _KINDS and each["apiVersion"].startswith("traefik.io/"):
                yield from _of_route(lab, service, each, traefik[0])


def _allows(values: Fields) -> bool:
    if value(values, "providers", "kubernetesCRD", "allowCrossNamespace") is True:
        return True
    stated = [flag.lower() for flag in flags(values) if flag.lower().startswith(_FLAG)]
    return any(flag.partition("=")[2] in ("", "true") for flag in stated)


def _of_route(lab: Lab, service: Service, stated: Manifest, controller: str) -> Iterator[Finding]:
    own, called = service.namespace_of(stated), stated["metadata"]["name"]
    for named in _named(stated):
        namespace = text(named.row, "namespace")
        if namespace not in ("", own):
            name = text(named.row, "name")
            yield NAMESPACE_CROSSED.finding(
                lab.written_at(service.name, stated["kind"], called),
                f"{stated['kind']} {called} in {own} names the {named.kind} {name} of {namespace}, and {controller} "
                "allows none of another namespace: it leaves the route out, and answers 404",
                f"write providers: {{kubernetesCRD: {{allowCrossNamespace: true}}}} in the values of {controller}",
                about=f"{called} {namespace}/{name}",
                facts={"namespace": namespace, "name": name},
            )


def _named(content: Fields) -> Iterator[_Named]:
    for route in entries(content, "spec", "routes"):
        yield from (_Named("middleware", row) for row in entries(route, "middlewares"))
        yield from (
            _Named("service", row) for row in entries(route, "services") if text(row, "kind") in ("", "Service")
        )
    yield from (_Named("middleware", row) for row in entries(content, "spec", "chain", "middlewares"))
    if options := mapping(content, "spec", "tls", "options"):
        yield _Named("TLS option", options)

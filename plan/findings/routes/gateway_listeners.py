"""Routes that no listener of their Gateway takes: for their host, or for their namespace."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from config.source import Path
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed

ROUTE_NOT_ATTACHED = Rule(
    "ROUTE-NOT-ATTACHED",
    "warning",
    title="A Gateway does not take a route",
    meaning=(
        "A route is attached to the listeners of its Gateway that have its host, and that admit its namespace: by "
        "default the Gateway's own alone (allowedRoutes). Where none does, the route's status says "
        "NoMatchingListenerHostname or NotAllowedByListeners, and visitors get 404."
    ),
    remedy="Write `allowedRoutes: {namespaces: {from: All}}` at the listener, and a host name that covers the route's.",
)

_KINDS = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")


class _Route(NamedTuple):
    path: Path
    service: str
    namespace: str
    content: Manifest


def gateway_listener_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each route to a Gateway from a file of the lab that does not take it."""
    gateways = {_key(lab, each): each for each in lab.objects_by_kind.get("Gateway", ())}
    if not gateways:
        return
    for route in _routes(lab, services):
        for parent in entries(route.content, "spec", "parentRefs"):
            gateway = gateways.get((text(parent, "namespace") or route.namespace, text(parent, "name")))
            if gateway is None or text(parent, "kind") not in ("", "Gateway"):
                continue
            listeners = entries(gateway.content, "spec", "listeners")
            named = [each for each in listeners if text(parent, "sectionName") in ("", text(each, "name"))]
            if said := _refused(route, _key(lab, gateway)[0], named):
                yield ROUTE_NOT_ATTACHED.finding(
                    route.path,
                    f"{route.content['kind']} {route.content['metadata']['name']} of {route.service} is not taken by "
                    f"the Gateway {gateway.name}: {said[0]}; visitors get 404",
                    said[1],
                    about=gateway.name,
                    facts={"gateway": gateway.name, "namespace": route.namespace},
                )


def _key(lab: Lab, gateway: StatedObject) -> tuple[str, str]:
    return namespace_of_object(lab, gateway), gateway.name


def _routes(lab: Lab, services: Iterable[Service]) -> Iterator[_Route]:
    for service in services:
        for each in service.objects:
            if each["kind"] in _KINDS:
                path = lab.written_at(service.name, each["kind"], each["metadata"]["name"])
                yield _Route(path, service.name, service.namespace_of(each), each)


def _refused(route: _Route, place: str, listeners: list[Fields]) -> tuple[str, str] | None:
    """The reason, and what to write; None where a listener takes it, or may."""
    if not listeners:
        return "it has no listener of that name", "name a listener that the Gateway has"
    admitting = [each for each in listeners if _admits(each, place, route.namespace)]
    if not admitting:
        return (
            f"its listeners admit routes of {place} alone, and the route is in {route.namespace}",
            "write allowedRoutes: {namespaces: {from: All}} at the listener",
        )
    hosts = [str(each) for each in values(route.content, "spec", "hostnames")]
    has = [text(each, "hostname") for each in admitting]
    if hosts and all(has) and not any(_meet(host, found) for host in hosts for found in has):
        return (
            f"its listeners are for {listed(has)}, and the route is for {listed(hosts)}",
            f"write a hostname at the listener that covers {hosts[0]}",
        )
    return None


def _admits(listener: Fields, place: str, namespace: str) -> bool:
    """Selectors of namespaces are not read, and admit."""
    stated = text(listener, "allowedRoutes", "namespaces", "from") or "Same"
    return stated in ("All", "Selector") or namespace == place


def _meet(host: str, listener: str) -> bool:
    """Whether two host names have one in common: a wildcard of a Gateway covers any number of levels."""
    one, other = host.lower(), listener.lower()
    if one == other:
        return True
    if other.startswith("*.") and one.removeprefix("*").endswith(other[1:]):
        return True
    return one.startswith("*.") and other.endswith(one[1:])

"""Connections that follow from a lab: names in settings, routes, published addresses, metrics, operators, webhooks."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast

from config.lab import Lab
from config.pod import POD_TEMPLATES
from config.service import PostgresService
from config.source import is_mapping
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.metadata import api_group
from plan.workloads.endpoints import Endpoint, PodTemplate, ServedPort, cluster_labels, endpoints, pod_templates

Client = Literal["service", "everybody", "nodes"]
Way = Literal["name", "route", "address", "metrics", "operator", "webhook"]


class KnownConnection(NamedTuple):
    """A connection that the lab needs."""

    client: Client
    service: str
    """The client's, where it is one."""
    workload: str
    """The client's, where it is known."""
    server: Endpoint
    way: Way
    """The part of the lab that shows it."""


_HOST = re.compile(r"(?<![\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)+(?![\w-])")
"""A name of which two neighbouring parts may be a Kubernetes Service and its namespace."""
_VARIABLE = re.compile(r"\$[({](\w+)[)}]")
_WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_OF_GATEWAYS = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")
_OF_TRAEFIK = ("IngressRoute", "IngressRouteTCP", "IngressRouteUDP")
_MONITORS = ("ServiceMonitor", "PodMonitor")
_SOLVER, _SOLVER_PORT = "acme.cert-manager.io/http01-solver", 8089
"""Label and port of the pods that answer challenges, by cert-manager's `pkg/issuer/acme/http`."""
_SCRAPE, _SCRAPE_PORT = "prometheus.io/scrape", "prometheus.io/port"


def known_connections(lab: Lab, services: Iterable[Service]) -> tuple[KnownConnection, ...]:
    """The connections of a plan, each once."""
    services = tuple(services)
    known = tuple(endpoints(lab, services))
    pods = tuple(pod_templates(services))
    by_name = {(each.namespace, each.name): each for each in known}
    found = (
        *_named(services, by_name),
        *_routed(lab, services, by_name),
        *(KnownConnection("everybody", "", "", each, "address") for each in known if each.is_for_everybody),
        *_at_ports_of_nodes(pods),
        *_challenged(lab, services),
        *_scraped(lab, services, pods, known),
        *_operated(lab, services),
        *_called_by_the_api_server(services, by_name),
    )
    return tuple({_key(each): each for each in found}.values())


def _key(connection: KnownConnection) -> tuple[object, ...]:
    server = connection.server
    return connection.client, connection.service, connection.workload, server.namespace, server.name, server.ports


_ByName = Mapping[tuple[str, str], Endpoint]


def _named(services: Iterable[Service], by_name: _ByName) -> Iterator[KnownConnection]:
    """Names in the settings of pods, in files that they mount and in the values of charts."""
    charts = {each.namespace: each.name for each in services if each.release}
    for service in services:
        written: list[tuple[str, Any]] = [(_workload(each), each) for each in service.objects]
        if service.release:
            written.append(("", service.release.values))
        for workload, content in written:
            for where in dict.fromkeys(_hosts(content)):
                server = by_name.get(where)
                if server is None and where[0] in charts:
                    server = Endpoint(charts[where[0]], where[0], where[1], {}, ())
                if server is not None:
                    yield KnownConnection("service", service.name, workload, server, "name")


def _hosts(content: Any) -> Iterator[tuple[str, str]]:
    """Namespace and name of all that may be a Kubernetes Service."""
    for words in _texts(content):
        for match in _HOST.findall(words.lower()):
            parts = match.split(".")
            yield from ((namespace, name) for name, namespace in pairwise(parts))


def _workload(manifest: Manifest) -> str:
    return manifest["metadata"]["name"] if manifest["kind"] in POD_TEMPLATES else ""


def _texts(content: Any, variables: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """All texts; those of a container with its variables in them, as Kubernetes or a shell puts them in."""
    if isinstance(content, str):
        yield _VARIABLE.sub(lambda found: variables.get(found[1], found[0]), content) if variables else content
    elif is_mapping(content):
        known = {text(each, "name"): text(each, "value") for each in entries(content, "env")} or variables
        for each in content.values():
            yield from _texts(each, known)
    elif isinstance(content, (list, tuple)):
        for each in cast(Sequence[Any], content):
            yield from _texts(each, variables)


def _routed(lab: Lab, services: Iterable[Service], by_name: _ByName) -> Iterator[KnownConnection]:
    """From what carries requests to what answers them, and to what says whether they may pass."""
    ingress = lab.cluster.platform.ingress
    for service in services:
        for each in service.objects:
            namespace = service.namespace_of(each)
            carrier = _carrier(lab, each)
            for backend in _backends(each):
                where = text(backend, "namespace") or namespace, text(backend, "name")
                if server := by_name.get(where):
                    client: Client = "service" if carrier else "everybody"
                    yield KnownConnection(client, carrier or "", "", _at(server, backend), "route")
    if ingress and ingress.forward_auth:
        for server in by_name.values():
            if server.service == ingress.forward_auth:
                yield KnownConnection("service", ingress.controller, "", server, "route")


def _at(server: Endpoint, backend: Fields) -> Endpoint:
    """The port that a route leads to; all of them where it is not known."""
    wanted = value(backend, "port")
    wanted = value(backend, "port", "number") or value(backend, "port", "name") or wanted
    ports = tuple(each for each in server.ports if wanted in (each.reached, each.name))
    return server._replace(ports=ports or server.ports)


def _carrier(lab: Lab, route: Manifest) -> str | None:
    """The service whose pods carry the requests of a route; None where it is not known."""
    platform = lab.cluster.platform
    if route["kind"] in _OF_GATEWAYS:
        parents = {(text(each, "namespace"), text(each, "name")) for each in entries(route, "spec", "parentRefs")}
        return next(
            (each.service for each in platform.gateways.values() if (each.namespace, each.name) in parents), None
        )
    is_ours = route["kind"] in _OF_TRAEFIK or text(route, "spec", "ingressClassName") in ("", "traefik")
    return platform.ingress.controller if platform.ingress and is_ours else None


def _backends(route: Manifest) -> Iterator[Fields]:
    match route["kind"]:
        case "Ingress":
            for rule in entries(route, "spec", "rules"):
                for path in entries(rule, "http", "paths"):
                    yield mapping(path, "backend", "service")
        case kind if kind in _OF_GATEWAYS:
            for rule in entries(route, "spec", "rules"):
                yield from entries(rule, "backendRefs")
        case kind if kind in _OF_TRAEFIK:
            for rule in entries(route, "spec", "routes"):
                yield from entries(rule, "services")
        case _:
            return


def _at_ports_of_nodes(pods: Iterable[PodTemplate]) -> Iterator[KnownConnection]:
    for pod in pods:
        if pod.host_ports and not pod.on_host_network:
            server = Endpoint(pod.service, pod.namespace, f"{pod.workload}-host-ports", pod.labels, pod.host_ports)
            yield KnownConnection("everybody", "", "", server, "address")


def _challenged(lab: Lab, services: Iterable[Service]) -> Iterator[KnownConnection]:
    """From what carries the lab's routes to the pods by which cert-manager answers a challenge by HTTP: they run where
    the certificate is asked for."""
    platform = lab.cluster.platform
    carriers = (
        platform.ingress.controller if platform.ingress else None,
        *(each.service for each in platform.gateways.values()),
    )
    services, known = tuple(services), [*dict.fromkeys(each for each in carriers if each)]
    objects = [(service, each) for service in services for each in service.objects]
    if not any(_by_http(each) for _, each in objects):
        return
    asking = {service.namespace_of(each): service.name
              for service, each in objects if _asks_for_a_certificate(each)}  # fmt: skip
    port = ServedPort(_SOLVER_PORT, "", _SOLVER_PORT, "TCP")
    for namespace, service in asking.items():
        solver = Endpoint(service, namespace, f"{service}-challenges", {_SOLVER: "true"}, (port,))
        yield from (KnownConnection("service", each, "", solver, "route") for each in known)


def _by_http(issuer: Manifest) -> bool:
    is_issuer = issuer["kind"] in ("Issuer", "ClusterIssuer") and api_group(issuer) == "cert-manager.io"
    return is_issuer and any("http01" in each for each in entries(issuer, "spec", "acme", "solvers"))


def _asks_for_a_certificate(each: Manifest) -> bool:
    if each["kind"] == "Certificate" and api_group(each) == "cert-manager.io":
        return True
    annotations = mapping(each, "metadata", "annotations")
    return any(f"cert-manager.io/{issuer}" in annotations for issuer in ("issuer", "cluster-issuer"))


def _scraped(
    lab: Lab, services: Iterable[Service], pods: Iterable[PodTemplate], known: Iterable[Endpoint]
) -> Iterator[KnownConnection]:
    """From Prometheus to pods that say where their metrics are. A monitor may mean any pod of its namespace."""
    watching = lab.cluster.platform.watching
    if watching is None:
        return
    metrics: list[Endpoint] = []
    for pod in pods:
        if pod.annotations.get(_SCRAPE) == "true":
            ports = _stated_port(pod.annotations.get(_SCRAPE_PORT, ""))
            metrics.append(Endpoint(pod.service, pod.namespace, f"{pod.workload}-metrics", pod.labels, ports))
    for service in services:
        for each in service.objects:
            namespace = service.namespace_of(each)
            if each["kind"] in _MONITORS:
                metrics.append(Endpoint(service.name, namespace, f"{service.name}-metrics", {}, ()))
            if each["kind"] == "Service" and value(each, "metadata", "annotations", _SCRAPE) == "true":
                name = each["metadata"]["name"]
                metrics += [one for one in known if (one.namespace, one.name) == (namespace, name)]
    yield from (KnownConnection("service", watching.service, "", each, "metrics") for each in metrics)


def _stated_port(port: str) -> tuple[ServedPort, ...]:
    return (ServedPort(int(port), "", int(port), "TCP"),) if port.isascii() and port.isdigit() else ()


def _operated(lab: Lab, services: Iterable[Service]) -> Iterator[KnownConnection]:
    """CloudNativePG asks each of its servers how it is."""
    operator = lab.cluster.platform.databases
    for each in services:
        if operator and isinstance(lab.services[each.name], PostgresService):
            server = Endpoint(each.name, each.namespace, f"{each.name}-status", cluster_labels(each.name), ())
            yield KnownConnection("service", operator, "", server, "operator")


def _called_by_the_api_server(services: Iterable[Service], by_name: _ByName) -> Iterator[KnownConnection]:
    """Webhooks, conversions and aggregated APIs. The API server asks from the network of the nodes."""
    for service in services:
        for each in service.objects:
            called: list[Fields] = []
            if each["kind"] in _WEBHOOKS:
                called = [mapping(one, "clientConfig", "service") for one in entries(each, "webhooks")]
            elif each["kind"] == "APIService":
                called = [mapping(each, "spec", "service")]
            elif each["kind"] == "CustomResourceDefinition" and api_group(each) == "apiextensions.k8s.io":
                called = [mapping(each, "spec", "conversion", "webhook", "clientConfig", "service")]
            for one in called:
                if server := by_name.get((text(one, "namespace"), text(one, "name"))):
                    yield KnownConnection("nodes", "", "", server, "webhook")

"""Routes whose controller asks the service by another protocol than it answers: HTTP or HTTPS."""

from collections.abc import Iterator
from typing import NamedTuple

from config.image import short_name
from config.lab import Lab
from config.service import ExternalService, HelmService, Service
from config.service.exposure import Exposure
from config.source import Path
from plan.findings.routes.traefik_settings import flags, traefik_of
from plan.model.fields import value
from plan.model.findings import Finding, Rule

ASKED_BY_ANOTHER_PROTOCOL = Rule(
    "ASKED-BY-ANOTHER-PROTOCOL",
    "warning",
    title="The ingress controller asks a service by another protocol than it answers",
    meaning=(
        "Traefik asks by HTTPS where the port of the Kubernetes Service is 443 or its name begins with https, and by "
        "HTTP otherwise. It believes no certificate that a service signed itself: visitors get 500. A service that "
        "answers by HTTPS alone answers to HTTP with 400 (Client sent an HTTP request to an HTTPS server)."
    ),
    remedy=(
        "For a service that answers by HTTP: name the port http, with `service: 80`. For one that answers by HTTPS: an "
        "annotation of its Service that names a ServersTransport with insecureSkipVerify."
    ),
)

BY_HTTPS = frozenset(
    {
        *(("unifi-network-application", 8443), ("unifi", 8443), ("unifi-docker", 8443), ("omada-controller", 8043)),
        *(("portainer-ce", 9443), ("portainer-ee", 9443), ("kubernetes-dashboard", 8443), ("kasm", 6901)),
        *(("proxmox-backup-server", 8007), ("wazuh-dashboard", 5601), ("meshcommander", 443)),
    }
)
"""Last parts of images, and the ports at which they answer by HTTPS alone."""
_ANNOTATION = "traefik.ingress.kubernetes.io/service."


class _Backend(NamedTuple):
    """The port that answers a route."""

    path: Path
    name: str
    number: int
    """Of the Kubernetes Service."""
    listens: int


def backend_scheme_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each service that is asked wrongly. Hosts outside of the cluster say how they are asked."""
    traefik = traefik_of(lab)
    trusts = traefik is not None and _trusts_all(traefik[1])
    for name, service in lab.services.items() if traefik else ():
        if isinstance(service, ExternalService) or _is_said(service):
            continue
        routes = [each for each in service.expose if lab.cluster.platform.passes_ingress(each)]
        for backend in dict.fromkeys(found for each in routes if (found := _backend(name, service, each))):
            by_https = backend.number == 443 or backend.name.startswith("https")
            if by_https and not trusts:
                yield _asked_by_https(name, backend)
            elif not by_https and (_image(service), backend.listens) in BY_HTTPS:
                yield _asked_by_http(name, backend)


def _backend(name: str, service: Service, route: Exposure) -> _Backend | None:
    if isinstance(service, HelmService):
        port = service.endpoint.port if service.endpoint else None
        return _Backend(("services", name, "endpoint"), "", port, port) if port else None
    ports = service.named_ports(name, route.workload)
    key = route.port or next(iter(ports), None)
    if key is None or key not in ports:
        return None
    path: Path = ("services", name, *(("workloads", route.workload) if route.workload else ()), "ports", key)
    return _Backend(path, key, ports[key].reached, ports[key].number)


def _is_said(service: Service) -> bool:
    """Whether annotations of the Service say how Traefik asks it."""
    return any(key.startswith(_ANNOTATION) for key in service.annotations.service)


def _image(service: Service) -> str:
    return short_name(getattr(service, "image", None) or "")


def _trusts_all(traefik: HelmService) -> bool:
    stated = value(traefik.values, "serversTransport", "insecureSkipVerify")
    return stated is True or any(flag == "--serverstransport.insecureskipverify=true" for flag in flags(traefik.values))


def _asked_by_https(name: str, backend: _Backend) -> Finding:
    why = "is 443" if backend.number == 443 else f"is called {backend.name}"
    return ASKED_BY_ANOTHER_PROTOCOL.finding(
        backend.path,
        f"Traefik asks {name} by HTTPS, since its port {why}, and believes no certificate that {name} signed itself: "
        "visitors get 500",
        f"where {name} answers by HTTP, name the port http with `service: 80`; else name a ServersTransport with "
        "insecureSkipVerify in annotations: "
        f"{{service: {{{_ANNOTATION}serverstransport: NAMESPACE-NAME@kubernetescrd}}}}",
        facts={"port": backend.number},
    )


def _asked_by_http(name: str, backend: _Backend) -> Finding:
    return ASKED_BY_ANOTHER_PROTOCOL.finding(
        backend.path,
        f"Traefik asks {name} by HTTP, and at {backend.listens} it answers by HTTPS alone: visitors get 400",
        f'write annotations: {{service: {{{_ANNOTATION}serversscheme: https, "{_ANNOTATION}serverstransport": '
        "NAMESPACE-NAME@kubernetescrd}}}, with a ServersTransport that has insecureSkipVerify",
        facts={"port": backend.listens},
    )

"""Hosts outside of the cluster: a Kubernetes Service that leads to their addresses or to their name in DNS."""

from collections.abc import Iterator
from typing import Any

from config.service import ExternalService
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.workloads.context import ServiceContext
from plan.workloads.middlewares import MIDDLEWARE_API
from plan.workloads.routes import Backend, routes

_OF_THE_SERVICE = "kubernetes.io/service-name"
"""Label by which an EndpointSlice belongs to a Service."""
_MADE_BY = "endpointslice.kubernetes.io/managed-by"
_TRAEFIK = "traefik.ingress.kubernetes.io/service"


def build_external(context: ServiceContext, config: ExternalService) -> list[Manifest]:
    """All objects of a host outside of the cluster."""
    backends = {
        (None, name): Backend(context.name, port.reached, port.service_name or name)
        for name, port in config.ports.items()
    }
    first = next(iter(backends.values()))
    return [
        *_transport(context, config),
        _service(context, config),
        *([_endpoints(context, config)] if config.every_address else []),
        *routes(context, {**backends, (None, None): first}),
    ]


def _service(context: ServiceContext, config: ExternalService) -> Manifest:
    """Without a selector: the addresses behind it are stated."""
    named = {"type": "ExternalName", "externalName": config.host_name} if config.host_name else {"type": "ClusterIP"}
    return manifest(
        "v1",
        "Service",
        context.name,
        context.namespace,
        labels=config.labels.service | context.labels(),
        annotations=config.annotations.service | _by_traefik(context, config),
        spec={**named, "ports": [*_ports(config)]},
    )


def _ports(config: ExternalService) -> Iterator[dict[str, Any]]:
    for name, port in config.ports.items():
        target = {} if config.host_name else {"targetPort": port.number}
        spoken = {"appProtocol": port.speaks} if port.speaks else {}
        yield {"name": port.service_name or name, "port": port.reached, **target, "protocol": port.protocol, **spoken}


def _endpoints(context: ServiceContext, config: ExternalService) -> Manifest:
    return manifest(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        context.name,
        context.namespace,
        labels={_OF_THE_SERVICE: context.name, _MADE_BY: "pulumi", **context.labels()},
        addressType="IPv4",
        endpoints=[{"addresses": [str(each)], "conditions": {"ready": True}} for each in config.every_address],
        ports=[
            {
                "name": port.service_name or name,
                "port": port.number,
                "protocol": port.protocol,
                **({"appProtocol": port.speaks} if port.speaks else {}),
            }
            for name, port in config.ports.items()
        ],
    )


def _by_traefik(context: ServiceContext, config: ExternalService) -> dict[str, str]:
    """Annotations by which the lab's ingress controller asks the host by HTTPS."""
    is_ours = any(context.lab.cluster.platform.passes_ingress(each) for each in config.expose)
    if not is_ours or not any(port.speaks == "https" for port in config.ports.values()):
        return {}
    chosen = f"{context.namespace}-{context.name}@kubernetescrd"
    unchecked = {f"{_TRAEFIK}.serverstransport": chosen} if config.any_certificate else {}
    return {f"{_TRAEFIK}.serversscheme": "https", **unchecked}


def _transport(context: ServiceContext, config: ExternalService) -> Iterator[Manifest]:
    """How Traefik asks a host whose certificate nobody signed."""
    if config.any_certificate:
        spec = {"insecureSkipVerify": True}
        labels = context.labels()
        yield manifest(MIDDLEWARE_API, "ServersTransport", context.name, context.namespace, labels=labels, spec=spec)

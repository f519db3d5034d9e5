"""Routes of what is no HTTP: IngressRouteTCP and IngressRouteUDP of Traefik, TCPRoute, UDPRoute and TLSRoute."""

from collections.abc import Iterator, Mapping

from config.ingress import Gateway
from config.service.stream import Stream
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.workloads.context import ServiceContext
from plan.workloads.middlewares import MIDDLEWARE_API

GATEWAY_API = "gateway.networking.k8s.io/v1alpha2"
"""Version of its routes of TCP, UDP and TLS, which are experimental."""


def streams(
    context: ServiceContext, backends: Mapping[tuple[str | None, str | None], tuple[str, int, str | None]]
) -> Iterator[Manifest]:
    """The route of each stream."""
    platform = context.lab.cluster.platform
    for stream in context.service.streams:
        service, port, _ = backends[stream.workload, stream.port]
        is_udp = _is_udp(context, stream)
        if stream.gateway is None and platform.ingress:
            yield _of_traefik(context, stream, {"name": service, "port": port}, is_udp=is_udp)
        else:
            gateway = platform.gateways[stream.gateway or next(iter(platform.gateways))]
            yield _of_gateway(context, stream, gateway, {"name": service, "port": port}, is_udp=is_udp)


def _is_udp(context: ServiceContext, stream: Stream) -> bool:
    """A port that is not known, as those of a chart, is TCP."""
    ports = context.service.named_ports(context.name, stream.workload)
    port = ports.get(stream.port) if stream.port else next(iter(ports.values()), None)
    return port is not None and port.protocol == "UDP"


def _name(context: ServiceContext, stream: Stream) -> str:
    host = stream.host.replace(".", "-") if stream.host else None
    return "-".join(filter(None, (context.name, stream.gateway, stream.entry, host)))


def _of_traefik(context: ServiceContext, stream: Stream, backend: Manifest, *, is_udp: bool) -> Manifest:
    """Without TLS Traefik cannot tell names apart: what comes in at the entry point is all for this service."""
    match = {} if is_udp else {"match": f"HostSNI(`{stream.host or '*'}`)"}
    ends = {"secretName": stream.certificate} if stream.certificate else {"passthrough": True}
    tls = {"tls": ends} if stream.host else {}
    return _route(
        context,
        stream,
        (MIDDLEWARE_API, "IngressRouteUDP" if is_udp else "IngressRouteTCP"),
        {"entryPoints": [stream.entry], "routes": [{**match, "services": [backend]}], **tls},
    )


def _of_gateway(
    context: ServiceContext, stream: Stream, gateway: Gateway, backend: Manifest, *, is_udp: bool
) -> Manifest:
    parent = {"name": gateway.name, "namespace": gateway.namespace, "sectionName": stream.entry}
    names = {"hostnames": [stream.host]} if stream.host else {}
    kind = "UDPRoute" if is_udp else "TLSRoute" if stream.host else "TCPRoute"
    spec = {"parentRefs": [parent], **names, "rules": [{"backendRefs": [backend]}]}
    return _route(context, stream, (GATEWAY_API, kind), spec)


def _route(context: ServiceContext, stream: Stream, kind: tuple[str, str], spec: Manifest) -> Manifest:
    return manifest(
        *kind,
        _name(context, stream),
        context.namespace,
        labels=context.service.labels.route | context.own_labels(),
        marked=not context.stays_as_it_is,
        annotations=context.service.annotations.route,
        spec=spec,
    )

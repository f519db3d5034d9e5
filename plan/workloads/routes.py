"""Routes: Ingresses of the lab's controller or another, and HTTPRoutes of the Gateway API."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from config.ingress import Gateway
from config.objects import as_lists
from config.service.backend import Backend as StatedBackend
from config.service.exposure import Exposure
from plan.model import Manifest
from plan.model.metadata import NOT_AWAITED, manifest
from plan.workloads.context import ServiceContext
from plan.workloads.identity_headers import without_identity
from plan.workloads.ingress_routes import ingress_route
from plan.workloads.middlewares import of_provider, own_middlewares, passed
from plan.workloads.streams import streams


class Backend(NamedTuple):
    """A port that answers."""

    service: str
    port: int
    """Of the Kubernetes Service."""
    name: str | None = None
    """The port's name there; None where it has none, or is not known."""


Backends = Mapping[tuple[str | None, str | None], Backend]
"""By workload and name of the port; None is the main one, and the first."""
Answering = Sequence[StatedBackend]
"""The Services that answer a rule of a route."""


def routes(context: ServiceContext, backends: Backends) -> Iterator[Manifest]:
    """The routes of all exposures, after the middlewares that only they have."""
    platform, domain = context.lab.cluster.platform, context.lab.site.domain
    by_name: dict[str, list[Exposure]] = {}
    for exposure in context.service.expose:
        name = exposure.route or _route_name(exposure.host_name(domain), exposure.path)
        by_name.setdefault(name, []).append(exposure)
    for name, exposures in by_name.items():
        answering = [_answering(context, each, backends) for each in exposures]
        if gateway := platform.gateway_of(exposures[0]):
            yield _gateway_route(context, exposures, name, gateway, answering)
            continue
        if platform.passes_ingress(exposures[0]):
            yield from own_middlewares(context, exposures[0], name)
        by_traefik = [(each, each.traefik) for each in exposures if each.traefik]
        if by_traefik:
            yield ingress_route(context, name, by_traefik, answering, _public_name(context, exposures[0]))
        else:
            yield _ingress(context, exposures, name, answering)
    yield from streams(context, backends)


def _answering(context: ServiceContext, exposure: Exposure, backends: Backends) -> Answering:
    if exposure.backends:
        return exposure.backends
    own = backends[exposure.workload, exposure.port]
    port = own.name if exposure.port_by_name and own.name else own.port
    namespace = context.namespace if exposure.own_namespace else None
    return (StatedBackend(service=own.service, port=port, namespace=namespace),)


def _ingress(
    context: ServiceContext, exposures: Sequence[Exposure], name: str, backends: Sequence[Answering]
) -> Manifest:
    """Settings that it has once, such as its certificate and who may pass, are those of the first exposure."""
    exposure, domain = exposures[0], context.lab.site.domain
    rules: dict[str, list[Manifest]] = {}
    for each, (backend,) in zip(exposures, backends, strict=True):
        port = {"name" if isinstance(backend.port, str) else "number": backend.port}
        backend_of = {"backend": {"service": {"name": backend.service, "port": port}}}
        kind = "ImplementationSpecific" if each.controller_paths else "Exact" if each.exact else "Prefix"
        for host in each.host_names(domain):
            rules.setdefault(host, []).extend({"path": path, "pathType": kind, **backend_of} for path in each.paths)
    is_ours = context.lab.cluster.platform.passes_ingress(exposure)
    own = _traefik(context, exposure, name) if is_ours else {}
    certificate = {"secretName": exposure.certificate} if exposure.certificate else {}
    tls = {"tls": [{"hosts": [*rules], **certificate}]} if exposure.tls else {}
    return manifest(
        "networking.k8s.io/v1",
        "Ingress",
        name,
        context.namespace,
        labels=context.service.labels.route | context.own_labels(),
        marked=not context.stays_as_it_is,
        annotations=context.service.annotations.route | own | _public_name(context, exposure) | NOT_AWAITED,
        spec={
            "ingressClassName": exposure.ingress_class or "traefik",
            "rules": [{"host": host, "http": {"paths": paths}} for host, paths in rules.items()],
            **tls,
        },
    )


def _traefik(context: ServiceContext, exposure: Exposure, name: str) -> dict[str, str]:
    ingress = context.lab.cluster.platform.ingress
    resolver = ingress.certificate_resolver if ingress and exposure.certificate is None else None
    prefix = "traefik.ingress.kubernetes.io/router"
    chain = (of_provider(*each) for each in passed(context, exposure, name))
    return {
        f"{prefix}.entrypoints": "websecure",
        **({f"{prefix}.tls.certresolver": resolver} if resolver else {}),
        f"{prefix}.middlewares": ",".join(chain),
    }


def _gateway_route(
    context: ServiceContext,
    exposures: Sequence[Exposure],
    name: str,
    gateway: Gateway,
    backends: Sequence[Answering],
) -> Manifest:
    exposure = exposures[0]
    further = (context.lab.cluster.platform.gateways[each] for each in exposure.further_gateways)
    return manifest(
        "gateway.networking.k8s.io/v1",
        "GRPCRoute" if exposure.grpc else "HTTPRoute",
        name,
        context.namespace,
        labels=context.service.labels.route | context.own_labels(),
        marked=not context.stays_as_it_is,
        annotations=context.service.annotations.route | _public_name(context, exposure, is_gateway=True),
        spec={
            "parentRefs": [*map(_parent, (gateway, *further))],
            "hostnames": [*exposure.host_names(context.lab.site.domain)],
            "rules": [
                _rule(context, each, gateway, backend) for each, backend in zip(exposures, backends, strict=True)
            ],
        },
    )


def _rule(context: ServiceContext, exposure: Exposure, gateway: Gateway, backends: Answering) -> Manifest:
    """A redirect may have no backend beside it."""
    signs_in = exposure.auth == "required"
    filters = [*(gateway.sign_in if signs_in else ()), *exposure.filters]
    answers = not any(each.get("type") == "RequestRedirect" for each in filters)
    if answers and not context.stays_as_it_is:
        filters = without_identity(context.lab, gateway, filters, signs_in=signs_in)
    matches = _matches(exposure, as_it_is=context.stays_as_it_is)
    stated = {"request": exposure.timeout_seconds, "backendRequest": exposure.backend_timeout_seconds}
    timeouts = {name: f"{seconds}s" for name, seconds in stated.items() if seconds is not None}
    return {
        **({"matches": matches} if matches else {}),
        **({"filters": [as_lists(each) for each in filters]} if filters else {}),
        **({"backendRefs": [*map(_referred, backends)]} if answers else {}),
        **({"timeouts": timeouts} if timeouts else {}),
    }


def _referred(backend: StatedBackend) -> Manifest:
    return {
        "name": backend.service,
        "port": backend.port,
        **({"namespace": backend.namespace} if backend.namespace else {}),
        **({} if backend.weight is None else {"weight": backend.weight}),
    }


def _matches(exposure: Exposure, *, as_it_is: bool) -> list[Manifest]:
    """Which requests it takes. A route that stays as it is does not state that all paths match, which the Gateway API
    fills in."""
    if exposure.matches:
        return [as_lists(each) for each in exposure.matches]
    asked = [{"name": name, "value": value} for name, value in exposure.headers.items()]
    headers = {"headers": asked} if asked else {}
    if exposure.grpc:
        return [headers] if headers else []
    everything = exposure.paths == ("/",) and not exposure.exact
    if as_it_is and everything and not headers and not exposure.methods:
        return []
    kind = "Exact" if exposure.exact else "PathPrefix"
    methods = [{"method": method} for method in exposure.methods] or [{}]
    paths = [{"path": {"type": kind, "value": path}} for path in exposure.paths]
    return [{**path, **headers, **method} for path in paths for method in methods]


def _parent(gateway: Gateway) -> Manifest:
    listener = {"sectionName": gateway.listener} if gateway.listener else {}
    return {"name": gateway.name, "namespace": gateway.namespace, **listener}


def _public_name(context: ServiceContext, exposure: Exposure, *, is_gateway: bool = False) -> dict[str, str]:
    """Annotations for external-dns. It reads the target of a Gateway's route from the Gateway."""
    public = context.lab.cluster.platform.public_dns
    if public is None or exposure.dns is None:
        return {}
    prefix = public.annotation_prefix
    target = {f"{prefix}/target": public.target} if public.target and not is_gateway else {}
    return {
        f"{prefix}/hostname": ",".join(exposure.host_names(context.lab.site.domain)),
        f"{prefix}/cloudflare-proxied": "true" if exposure.dns == "proxied" else "false",
        **target,
    }


def _route_name(host: str, path: str) -> str:
    suffix = re.sub("[^a-z0-9]+", "-", path.lower()).strip("-")
    return f"{host}-{suffix}" if suffix else host

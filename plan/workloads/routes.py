"""Routes: Ingresses of the lab's controller or another, and HTTPRoutes of the Gateway API."""

import re
from collections.abc import Iterator, Mapping

from config.ingress import Gateway
from config.objects import as_lists
from config.service.exposure import Exposure
from plan.model import Manifest
from plan.model.metadata import NOT_AWAITED, manifest
from plan.workloads.context import ServiceContext
from plan.workloads.middlewares import own_middlewares, passed
from plan.workloads.streams import streams

Backends = Mapping[tuple[str | None, str | None], tuple[str, int]]
"""Service and port that answer, by workload and name of the port; None is the main one, and the first."""


def routes(context: ServiceContext, backends: Backends) -> Iterator[Manifest]:
    """The route of each exposure, after the middlewares that only it has."""
    platform = context.lab.cluster.platform
    for exposure in context.service.expose:
        name = exposure.route or _route_name(exposure.host_name(context.lab.site.domain), exposure.path)
        backend = backends[exposure.workload, exposure.port]
        if gateway := platform.gateway_of(exposure):
            yield _http_route(context, exposure, name, gateway, backend)
        else:
            if platform.passes_ingress(exposure):
                yield from own_middlewares(context, exposure, name)
            yield _ingress(context, exposure, name, backend)
    yield from streams(context, backends)


def _ingress(context: ServiceContext, exposure: Exposure, name: str, backend: tuple[str, int]) -> Manifest:
    service, port = backend
    hosts = exposure.host_names(context.lab.site.domain)
    backend_of = {"backend": {"service": {"name": service, "port": {"number": port}}}}
    kind = "Exact" if exposure.exact else "Prefix"
    paths = [{"path": path, "pathType": kind, **backend_of} for path in exposure.paths]
    is_ours = context.lab.cluster.platform.passes_ingress(exposure)
    own = _traefik(context, exposure, name) if is_ours else {}
    certificate = {"secretName": exposure.certificate} if exposure.certificate else {}
    tls = {"tls": [{"hosts": [*hosts], **certificate}]} if exposure.tls else {}
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
            "rules": [{"host": host, "http": {"paths": paths}} for host in hosts],
            **tls,
        },
    )


def _traefik(context: ServiceContext, exposure: Exposure, name: str) -> dict[str, str]:
    ingress = context.lab.cluster.platform.ingress
    resolver = ingress.certificate_resolver if ingress and exposure.certificate is None else None
    prefix = "traefik.ingress.kubernetes.io/router"
    chain = (f"{place}-{each}@kubernetescrd" for place, each in passed(context, exposure, name))
    return {
        f"{prefix}.entrypoints": "websecure",
        **({f"{prefix}.tls.certresolver": resolver} if resolver else {}),
        f"{prefix}.middlewares": ",".join(chain),
    }


def _http_route(
    context: ServiceContext, exposure: Exposure, name: str, gateway: Gateway, backend: tuple[str, int]
) -> Manifest:
    """A redirect may have no backend beside it. A route that stays as it is does not state that all paths match, which
    the Gateway API fills in."""
    service, port = backend
    further = (context.lab.cluster.platform.gateways[each] for each in exposure.further_gateways)
    filters = [*(gateway.sign_in if exposure.auth == "required" else ()), *exposure.filters]
    answers = not any(each.get("type") == "RequestRedirect" for each in filters)
    everything = context.stays_as_it_is and exposure.paths == ("/",) and not exposure.exact
    kind = "Exact" if exposure.exact else "PathPrefix"
    matches = [{"path": {"type": kind, "value": path}} for path in exposure.paths]
    rule = {
        **({} if everything else {"matches": matches}),
        **({"filters": [as_lists(each) for each in filters]} if filters else {}),
        **({"backendRefs": [{"name": service, "port": port}]} if answers else {}),
        **({"timeouts": {"request": f"{exposure.timeout_seconds}s"}} if exposure.timeout_seconds else {}),
    }
    return manifest(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        name,
        context.namespace,
        labels=context.service.labels.route | context.own_labels(),
        marked=not context.stays_as_it_is,
        annotations=context.service.annotations.route | _public_name(context, exposure, is_gateway=True),
        spec={
            "parentRefs": [*map(_parent, (gateway, *further))],
            "hostnames": [*exposure.host_names(context.lab.site.domain)],
            "rules": [rule],
        },
    )


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

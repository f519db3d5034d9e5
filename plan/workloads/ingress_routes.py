"""IngressRoutes of Traefik: one for the exposures of one name, each of which is a route of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from config.service.backend import Backend
from config.service.exposure import Exposure
from config.service.traefik_route import TraefikRoute
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.workloads.context import ServiceContext
from plan.workloads.middlewares import MIDDLEWARE_API, passed


def ingress_route(
    context: ServiceContext,
    name: str,
    exposures: Sequence[tuple[Exposure, TraefikRoute]],
    backends: Sequence[Sequence[Backend]],
    annotations: dict[str, str],
) -> Manifest:
    """The IngressRoute of exposures; what it has once, such as its certificate, is that of the first."""
    exposure, first = exposures[0]
    routes = [
        _route(context, name, each, stated, backend)
        for (each, stated), backend in zip(exposures, backends, strict=True)
    ]
    tls = {"tls": _tls(context, exposure, first)} if exposure.tls else {}
    return manifest(
        MIDDLEWARE_API,
        "IngressRoute",
        name,
        context.namespace,
        labels=context.service.labels.route | context.own_labels(),
        marked=not context.stays_as_it_is,
        annotations=context.service.annotations.route | annotations,
        spec={"entryPoints": list(first.entry_points), "routes": routes, **tls},
    )


def rule_of(hosts: Sequence[str], paths: Sequence[str], *, exact: bool) -> str:
    """The rule of hosts and paths."""
    asked = " || ".join(f"Host(`{host}`)" for host in hosts)
    if tuple(paths) == ("/",) and not exact:
        return asked
    matcher = "Path" if exact else "PathPrefix"
    below = " || ".join(f"{matcher}(`{path}`)" for path in paths)
    return " && ".join(f"({each})" if " || " in each else each for each in (asked, below))


def _route(
    context: ServiceContext, name: str, exposure: Exposure, stated: TraefikRoute, backends: Sequence[Backend]
) -> Manifest:
    settings = {
        "scheme": stated.scheme,
        "serversTransport": stated.transport,
        "passHostHeader": stated.pass_host,
    }
    hosts = exposure.host_names(context.lab.site.domain)
    middlewares = _middlewares(context, exposure, name)
    return {
        "kind": "Rule",
        "match": stated.match or rule_of(hosts, exposure.paths, exact=exposure.exact),
        **({"priority": stated.priority} if stated.priority else {}),
        **({"middlewares": middlewares} if middlewares else {}),
        "services": [_service(each, settings) for each in backends],
    }


def _service(backend: Backend, settings: Mapping[str, Any]) -> Manifest:
    """A backend with the settings of the route; what Traefik serves itself has none of them."""
    is_own = backend.kind == "TraefikService"
    stated = {"port": backend.port, "namespace": backend.namespace, "weight": backend.weight}
    stated |= {} if is_own else settings
    return {
        "name": backend.service,
        **({"kind": backend.kind} if is_own else {}),
        **{key: each for key, each in stated.items() if each is not None},
    }


def _middlewares(context: ServiceContext, exposure: Exposure, name: str) -> list[dict[str, str]]:
    """Middlewares of every route, and those that are stated. A route that stays as it is, and keeps nobody out, has the
    latter alone."""
    platform = context.lab.cluster.platform
    keeps_out = exposure.auth == "required" or exposure.reach == "lan"
    if platform.passes_ingress(exposure) and (keeps_out or not context.stays_as_it_is):
        chain = [*passed(context, exposure, name)]
    else:
        chain = [
            (namespace, each) for namespace, _, each in (stated.rpartition("/") for stated in exposure.middlewares)
        ]
    return [{"name": each, **({"namespace": namespace} if namespace else {})} for namespace, each in chain]


def _tls(context: ServiceContext, exposure: Exposure, stated: TraefikRoute) -> dict[str, Any]:
    if exposure.certificate:
        return {"secretName": exposure.certificate}
    ingress = context.lab.cluster.platform.ingress
    own = ingress.certificate_resolver if ingress and not context.stays_as_it_is else None
    resolver = stated.resolver or own
    return {"certResolver": resolver} if resolver else {}

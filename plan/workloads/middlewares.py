"""Traefik's middlewares: those of every route, and those of one."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from config.ingress import Ingress
from config.lab import Lab
from config.namespaces import namespace_of
from config.service.exposure import Exposure
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.workloads.context import ServiceContext, endpoint
from plan.workloads.identity_headers import HANDED_ON, taken_from_visitors

MIDDLEWARE_API = "traefik.io/v1alpha1"
RETRY, RATE_LIMIT, HEADERS, FORWARD_AUTH, LAN_ONLY = (
    "retry",
    "rate-limit",
    "browser-headers",
    "forward-auth",
    "lan-only",
)

NO_IDENTITY = "no-identity"
"""Takes from every request what a visitor says about who they are: only the lab's own sign-in may say that."""

MIDDLEWARES_BY_AUTH: Mapping[str, tuple[str, ...]] = {
    "required": (RETRY, RATE_LIMIT, HEADERS, FORWARD_AUTH),
    "app": (RETRY, RATE_LIMIT, HEADERS),
    "public": (RETRY, RATE_LIMIT, HEADERS),
    "none": (RATE_LIMIT,),
}
"""The middlewares of a route, in order, by who checks the visitor."""

BODY, GROUPS = "body", "groups"
"""Suffixes of the middlewares that one route has for itself."""


def passed(context: ServiceContext, exposure: Exposure, route: str) -> Iterator[tuple[str, str]]:
    """Namespace and name of each middleware that requests pass, in their order; one of another provider of Traefik has
    no namespace."""
    ingress = _ingress(context.lab)
    namespace = namespace_of(context.lab, ingress.controller)
    if ingress.forward_auth:
        yield namespace, NO_IDENTITY
    for name in MIDDLEWARES_BY_AUTH[exposure.auth]:
        by_groups = name == FORWARD_AUTH and exposure.groups
        yield (context.namespace, _own_name(route, GROUPS)) if by_groups else (namespace, name)
    if exposure.reach == "lan":
        yield namespace, LAN_ONLY
    if exposure.max_body is not None:
        yield context.namespace, _own_name(route, BODY)
    for stated in exposure.middlewares:
        place, _, name = stated.rpartition("/")
        yield "" if "@" in stated else place or context.namespace, name


def of_provider(namespace: str, name: str) -> str:
    """How Traefik knows a middleware outside of its own kinds: by its provider, Kubernetes where none is stated."""
    return f"{namespace}-{name}@kubernetescrd" if namespace else name


def own_middlewares(context: ServiceContext, exposure: Exposure, route: str) -> Iterator[Manifest]:
    """The middlewares that only this route has."""
    if exposure.groups:
        auth = _forward_auth(context.lab, exposure.groups)
        yield _middleware(context, _own_name(route, GROUPS), {"forwardAuth": auth})
    if exposure.max_body is not None:
        limit = {"maxRequestBodyBytes": int(exposure.max_body)}
        yield _middleware(context, _own_name(route, BODY), {"buffering": limit})


def _own_name(route: str, suffix: str) -> str:
    return f"{route.replace('.', '-')}-{suffix}"


def _middleware(context: ServiceContext, name: str, spec: Manifest) -> Manifest:
    return manifest(MIDDLEWARE_API, "Middleware", name, context.namespace, labels=context.labels(), spec=spec)


def _ingress(lab: Lab) -> Ingress:
    ingress = lab.cluster.platform.ingress
    assert ingress is not None, "checked when the lab is loaded"
    return ingress


def middlewares(context: ServiceContext) -> Iterator[Manifest]:
    """The middlewares that routes of the whole lab refer to; they are in Traefik's namespace."""
    ingress = _ingress(context.lab)
    lan = [str(network.cidr) for network in context.lab.networks.networks.values()]
    rate = ingress.requests_per_second
    specifications: dict[str, Manifest] = {
        RETRY: {"retry": {"attempts": 3, "initialInterval": "100ms"}},
        RATE_LIMIT: {"rateLimit": {"average": rate, "burst": 2 * rate}},
        HEADERS: {"headers": _browser_headers(context.lab.site.domain)},
        LAN_ONLY: {"ipAllowList": {"sourceRange": lan}},
    }
    if ingress.forward_auth:
        specifications[NO_IDENTITY] = {"headers": {"customRequestHeaders": taken_from_visitors()}}
        specifications[FORWARD_AUTH] = {"forwardAuth": _forward_auth(context.lab)}
    for name, spec in specifications.items():
        yield _middleware(context, name, spec)


def _forward_auth(lab: Lab, groups: tuple[str, ...] = ()) -> Manifest:
    ingress = _ingress(lab)
    assert ingress.forward_auth is not None, "checked when the lab is loaded"
    host, port = endpoint(lab, ingress.forward_auth)
    query = f"?{urlencode({ingress.forward_auth_groups or '': ','.join(groups)})}" if groups else ""
    return {
        "address": f"http://{host}:{port}{ingress.forward_auth_path}{query}",
        "trustForwardHeader": True,
        "authResponseHeaders": [*HANDED_ON],
    }


def _browser_headers(domain: str) -> Manifest:
    return {
        "stsSeconds": 31_536_000,
        "stsIncludeSubdomains": True,
        "contentTypeNosniff": True,
        "referrerPolicy": "strict-origin-when-cross-origin",
        "contentSecurityPolicy": f"frame-ancestors 'self' https://*.{domain}; upgrade-insecure-requests",
    }

"""How workloads are reached: Services, and Ingresses with Traefik's middlewares."""

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address
from typing import Any

from config.namespaces import namespace_of
from config.service.common import Exposure
from config.service.container import Part
from plan.model import Manifest
from plan.model.metadata import NOT_AWAITED, manifest
from plan.workloads.context import ServiceContext, endpoint
from plan.workloads.identity import identity

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

IDENTITY_HEADERS = tuple(
    f"X-authentik-{each}"
    for each in (
        *("username", "groups", "entitlements", "email", "name", "uid", "jwt"),
        *("meta-jwks", "meta-outpost", "meta-provider", "meta-app", "meta-version"),
    )
)

MIDDLEWARES_BY_AUTH: Mapping[str, tuple[str, ...]] = {
    "required": (RETRY, RATE_LIMIT, HEADERS, FORWARD_AUTH),
    "app": (RETRY, RATE_LIMIT, HEADERS),
    "public": (RETRY, RATE_LIMIT, HEADERS),
    "none": (RATE_LIMIT,),
}
"""The middlewares of a route, in order, by who checks the visitor."""


OUTSIDE = "-outside"
"""Suffix of the Service at a load-balancer address, where it publishes only some ports."""


def service(context: ServiceContext, part: Part) -> Iterator[Manifest]:
    """The Services of a workload that listens. Ports that are published at a load-balancer address are a Service of
    their own, unless all of them are."""
    name, config = part.name, part.workload
    if not config.ports or config.runs_as == "cronjob":
        return
    called = identity(name, config)
    address = context.service.load_balancer if part.is_main else None
    published = context.service.published_ports() if address else ()
    everything = set(published) == config.ports.keys()
    yield _service(context, called.service, part, tuple(config.ports), address if everything else None)
    if address and not everything:
        yield _service(context, f"{called.service}{OUTSIDE}", part, published, address)


def _service(
    context: ServiceContext, called: str, part: Part, ports: Sequence[str], address: IPv4Address | None
) -> Manifest:
    name, config = part.name, part.workload
    shown = [(port_name, config.ports[port_name]) for port_name in ports]
    at_nodes = any(port.node for _, port in shown)
    spec: dict[str, Any] = {
        "type": "LoadBalancer" if address else "NodePort" if at_nodes else "ClusterIP",
        "selector": dict(identity(name, config).selector),
        "ports": [
            {
                "name": port_name,
                "port": port.reached,
                "targetPort": port.number if config.adopt.as_it_is else port_name,
                "protocol": port.protocol,
                **({"nodePort": port.node} if port.node else {}),
            }
            for port_name, port in shown
        ],
    }
    if config.headless:
        spec["clusterIP"] = "None"
    if address:
        spec |= {"allocateLoadBalancerNodePorts": at_nodes, "externalTrafficPolicy": "Local"}
    annotations = config.annotations.service | (load_balancer_annotation(address) if address else {})
    if config.replicas == 0:
        annotations |= NOT_AWAITED
    labels = config.labels.service | ({} if config.adopt.as_it_is else context.labels(name))
    return manifest(
        "v1",
        "Service",
        called,
        context.namespace,
        labels=labels,
        marked=not config.adopt.as_it_is,
        annotations=annotations,
        spec=spec,
    )


def load_balancer_annotation(address: IPv4Address) -> dict[str, str]:
    """Annotation that requests an address from MetalLB."""
    return {"metallb.io/loadBalancerIPs": str(address)}


Backends = Mapping[tuple[str | None, str | None], tuple[str, int]]
"""Service and port that answer, by workload and name of the port; None is the main one, and the first."""


def ingresses(context: ServiceContext, backends: Backends) -> Iterator[Manifest]:
    """One Ingress for each exposure."""
    for exposure in context.service.expose:
        backend, port = backends[exposure.workload, exposure.port]
        host = exposure.host_name(context.lab.site.domain)
        rule = {
            "path": exposure.path,
            "pathType": "Prefix",
            "backend": {"service": {"name": backend, "port": {"number": port}}},
        }
        yield manifest(
            "networking.k8s.io/v1",
            "Ingress",
            _ingress_name(host, exposure.path),
            context.namespace,
            labels=context.service.labels.route | context.labels(),
            annotations=context.service.annotations.route | _traefik(context, exposure) | NOT_AWAITED,
            spec={
                "ingressClassName": "traefik",
                "rules": [{"host": host, "http": {"paths": [rule]}}],
                "tls": [{"hosts": [host]}],
            },
        )


def _ingress_name(host: str, path: str) -> str:
    suffix = re.sub("[^a-z0-9]+", "-", path.lower()).strip("-")
    return f"{host}-{suffix}" if suffix else host


def _traefik(context: ServiceContext, exposure: Exposure) -> dict[str, str]:
    lab = context.lab
    ingress = lab.cluster.platform.ingress
    assert ingress is not None, "checked when the lab is loaded"
    names = (
        *((NO_IDENTITY,) if ingress.forward_auth else ()),
        *MIDDLEWARES_BY_AUTH[exposure.auth],
        *((LAN_ONLY,) if exposure.reach == "lan" else ()),
    )
    namespace = namespace_of(lab, ingress.controller)
    own = ((context.namespace, name) for name in exposure.middlewares)
    passed = (*((namespace, name) for name in names), *own)
    prefix = "traefik.ingress.kubernetes.io/router"
    return {
        f"{prefix}.entrypoints": "websecure",
        **({f"{prefix}.tls.certresolver": resolver} if (resolver := ingress.certificate_resolver) else {}),
        f"{prefix}.middlewares": ",".join(f"{place}-{name}@kubernetescrd" for place, name in passed),
    }


def middlewares(context: ServiceContext) -> Iterator[Manifest]:
    """The middlewares that routes refer to; they are in Traefik's namespace."""
    ingress = context.lab.cluster.platform.ingress
    assert ingress is not None, "only called for the ingress controller"
    lan = [str(network.cidr) for network in context.lab.networks.networks.values()]
    rate = ingress.requests_per_second
    specifications = {
        RETRY: {"retry": {"attempts": 3, "initialInterval": "100ms"}},
        RATE_LIMIT: {"rateLimit": {"average": rate, "burst": 2 * rate}},
        HEADERS: {"headers": _browser_headers(context.lab.site.domain)},
        LAN_ONLY: {"ipAllowList": {"sourceRange": lan}},
    }
    if ingress.forward_auth:
        specifications[NO_IDENTITY] = {"headers": {"customRequestHeaders": dict.fromkeys(IDENTITY_HEADERS, "")}}
        host, port = endpoint(context.lab, ingress.forward_auth)
        specifications[FORWARD_AUTH] = {
            "forwardAuth": {
                "address": f"http://{host}:{port}{ingress.forward_auth_path}",
                "trustForwardHeader": True,
                "authResponseHeaders": ["X-authentik-username", "X-authentik-groups", "X-authentik-email"],
            }
        }
    for name, spec in specifications.items():
        yield manifest(MIDDLEWARE_API, "Middleware", name, context.namespace, labels=context.labels(), spec=spec)


def _browser_headers(domain: str) -> Manifest:
    return {
        "stsSeconds": 31_536_000,
        "stsIncludeSubdomains": True,
        "contentTypeNosniff": True,
        "referrerPolicy": "strict-origin-when-cross-origin",
        "contentSecurityPolicy": f"frame-ancestors 'self' https://*.{domain}; upgrade-insecure-requests",
    }

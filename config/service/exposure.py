"""Exposures: host names under which a service is reached, and what lies between the visitor and it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.kubernetes import ObjectName, PortName, Route, RouteHost
from config.model import Model, Name, Text, shown, text_like
from config.quantity import MemoryQuantity
from config.route_filter import RouteFilter
from config.route_match import RouteMatch
from config.service.backend import Backend
from config.service.probe import HeaderName
from config.service.traefik_route import TraefikRoute


def _middleware(stated: str) -> str:
    if stated.endswith("@kubernetescrd"):
        raise ValueError(f"{shown(stated)} is said as NAMESPACE/NAME here, or NAME in the service's own namespace")
    return stated


MiddlewareName = Annotated[
    str,
    text_like(
        r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(/[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?)?$|^[A-Za-z0-9][-._A-Za-z0-9]*@[a-z]+$",
        "a middleware of the service's own namespace, NAMESPACE/NAME, or NAME@file of a file of Traefik",
    ),
    AfterValidator(_middleware),
]
"""One with an `@` is of another provider of Traefik than Kubernetes."""


Method = Literal["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]


class Exposure(Model):
    """An HTTP host name under which the service is reached: through the lab's ingress controller, a Gateway, or another
    ingress controller."""

    host: RouteHost
    """A name below the site's domain, or a whole one if it has a dot."""
    auth: Literal["required", "app", "public", "none"] = "required"
    """Check of the visitor: `required` by the lab's forward authentication, `app` by the service itself,
    `public` none as it is meant for strangers, `none` none as only machines call it."""
    groups: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    """Groups of users that may sign in, with `auth: required`; left out, all users."""
    reach: Literal["internet", "lan"] = "lan"
    """`lan` admits only the networks of the site; `internet` everybody."""
    further_hosts: Annotated[tuple[RouteHost, ...], Field(max_length=15)] = ()
    """Names that lead to the same, written like `host`."""
    path: Route = "/"
    """Requests below this path; left out, all."""
    further_paths: Annotated[tuple[Route, ...], Field(max_length=15)] = ()
    """Paths that lead to the same."""
    exact: bool = False
    """Only these very paths, and not what is below them."""
    controller_paths: bool = False
    """Of an Ingress: its controller reads the paths in its own way (`ImplementationSpecific`), for example as regular
    expressions."""
    timeout_seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    """How long a request through a Gateway may take, 0 for ever; left out, as the Gateway has it."""
    backend_timeout_seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    """How long one attempt of a Gateway at the service may take, where it tries again; no more than
    `timeout_seconds`."""
    backends: Annotated[tuple[Backend, ...], Field(max_length=16)] = ()
    """Kubernetes Services that answer in place of its own, and share the requests by weight, as
    `[{service: blue, port: 80, weight: 9}, {service: green, port: 80, weight: 1}]`."""
    workload: Name | None = None
    """The workload that answers; left out, the main one."""
    port: PortName | None = None
    """The port of it that answers; left out, the first one."""
    port_by_name: bool = False
    """Its Ingress names that port of the Kubernetes Service, in place of the number."""
    own_namespace: bool = False
    """Through a Gateway: its route says in which namespace the Kubernetes Service is, which is its own."""
    max_body: MemoryQuantity | None = None
    """The largest request that passes, for example `50Mi`; left out, any. Traefik then reads each request to its end
    before it passes it on."""
    middlewares: tuple[MiddlewareName, ...] = ()
    """Traefik's middlewares that requests pass last: of the service's own namespace, for example of `objects`, as
    `NAMESPACE/NAME`, or as `NAME@file` those of its files."""
    dns: Literal["direct", "proxied"] | None = None
    """A public record of the host, written by the lab's external-dns: `direct` leads to the lab, `proxied` to
    Cloudflare's proxy before it. Left out, the annotations of the program ask for none."""
    route: ObjectName | None = None
    """The name of its Ingress or route, where that is another than its host. Exposures that state the same one are
    rules of one route."""
    tls: bool = True
    """Name the host among those of certificates; `false` leaves its Ingress without `tls`."""
    certificate: ObjectName | None = None
    """The Secret with the certificate of the host; left out, the controller's own."""
    gateway: Name | None = None
    """The Gateway of `platform.gateways` that it is reached through; left out, the lab's ingress controller, and in a
    lab without one the first Gateway."""
    further_gateways: tuple[Name, ...] = ()
    """Gateways that lead to it as well, for example one for the internet beside that of the house."""
    ingress_class: Name | None = None
    """The class of another ingress controller than the lab's, for example nginx. What is particular to it stands under
    `annotations: {route: ...}`."""
    traefik: TraefikRoute | None = None
    """Write it as an IngressRoute of Traefik, as `traefik: {priority: 10}`."""
    grpc: bool = False
    """It is gRPC: through a Gateway, by a GRPCRoute."""
    headers: Annotated[dict[HeaderName, str], Field(max_length=16)] = {}
    """Through a Gateway: only requests with these headers, as `{X-Canary: "1"}`."""
    methods: Annotated[tuple[Method, ...], Field(max_length=9)] = ()
    """Through a Gateway: only requests of these methods, as `[GET]`; left out, all."""
    matches: Annotated[tuple[RouteMatch, ...], Field(max_length=64)] = ()
    """Through a Gateway, in place of path, headers and methods: which requests it takes, as in a manifest, for example
    `[{path: {type: RegularExpression, value: "/v[12]/.*"}, queryParams: [{name: beta, value: "1"}]}]`."""
    filters: tuple[RouteFilter, ...] = ()
    """Filters of the route of a Gateway, as in a manifest, for example a redirect."""

    def host_name(self, domain: str) -> str:
        """The whole host name, in a site with that domain."""
        return _whole(self.host, domain)

    def host_names(self, domain: str) -> tuple[str, ...]:
        """All of its whole host names."""
        return tuple(_whole(each, domain) for each in (self.host, *self.further_hosts))

    @property
    def paths(self) -> tuple[str, ...]:
        """All of its paths."""
        return (self.path, *self.further_paths)


def _whole(host: str, domain: str) -> str:
    return host if "." in host else f"{host}.{domain}"

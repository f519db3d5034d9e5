"""How services are reached from outside the cluster: an ingress controller, Gateways, public names."""

from typing import Annotated, Literal

from pydantic import Field

from config.kubernetes import Hostname, Route
from config.model import Model, Name, Text, text_like
from config.route_filter import RouteFilter


class Ingress(Model):
    """How services are reached from outside the cluster."""

    controller: Name
    """The service that installs Traefik."""
    forward_auth: Name | None = None
    """The service that authenticates requests where a service says `auth: required`."""
    forward_auth_path: Route = "/outpost.goauthentik.io/auth/traefik"
    """Where that service answers whether a request may pass."""
    forward_auth_groups: Text | None = None
    """The parameter of that path in which it takes the groups that may pass, for example allowed_groups of
    oauth2-proxy; left out, routes cannot name groups."""
    certificate_resolver: Name | None = "letsencrypt"
    """The resolver of Traefik that makes the certificates of routes, as its values define it; `null` leaves routes
    the certificate of Traefik's default store."""
    requests_per_second: Annotated[int, Field(gt=0, le=1_000_000)] = 50
    """Average rate that one client may send to one host; bursts of twice that pass."""


class Gateway(Model):
    """A Gateway of the Gateway API that routes attach to. A chart makes it, or it is an object of a service."""

    name: Name
    """Name of the Gateway."""
    namespace: Name
    """Its namespace."""
    listener: Name | None = None
    """The listener that routes attach to (`sectionName`), for example https; left out, all that take their host."""
    reach: Literal["internet", "lan"] = "internet"
    """Who reaches it: `lan` are the networks of the site alone."""
    service: Name | None = None
    """The service whose pods carry the requests: without it, no service behind the Gateway is reached."""
    sign_in: tuple[RouteFilter, ...] = ()
    """Filters of the routes that say `auth: required`, as in a manifest, by which the visitor has to sign in. Left out,
    no route of this Gateway may say so."""


class PublicDns(Model):
    """Public records of the routes that ask for one, written by external-dns."""

    service: Name
    """The service that installs external-dns."""
    target: Hostname | None = None
    """The name that records lead to, for example home.lab.example; left out, the address of the controller. For routes
    of a Gateway it is an annotation of the Gateway."""
    annotation_prefix: Annotated[
        str, text_like(r"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", "a domain, for example external-dns.kubernetes.io")
    ] = "external-dns.alpha.kubernetes.io"
    """Domain of the annotations that it reads. Since 0.22 its default is external-dns.kubernetes.io."""

"""Routes by Traefik's own kind: rules of any form, in an order that is stated."""

from typing import Annotated, Literal

from pydantic import Field

from config.model import Model, Name, Text


class TraefikRoute(Model):
    """An IngressRoute of Traefik in place of an Ingress."""

    match: Text | None = None
    """The rule, as ``Host(`a.lab.example`) && !PathPrefix(`/api`)``; left out, it follows from hosts and paths."""
    entry_points: Annotated[tuple[Name, ...], Field(min_length=1)] = ("websecure",)
    """Entry points of Traefik at which requests come in (`ports` in its values)."""
    priority: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    """Of several rules that match, the one with the highest number counts; left out, the length of the rule."""
    scheme: Literal["http", "https", "h2c"] | None = None
    """How the service is asked; left out, by HTTP, and by HTTPS at port 443."""
    transport: Text | None = None
    """The ServersTransport with which it is asked, for example one that takes any certificate."""
    pass_host: bool | None = None
    """Whether the service sees the host name that the visitor asked for; left out, it does."""
    resolver: Name | None = None
    """The resolver of Traefik that makes the certificate; left out, that of `platform.ingress`."""

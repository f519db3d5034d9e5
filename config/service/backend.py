"""Kubernetes Services that answer a route in place of the ports of a service."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.kubernetes import PortName
from config.model import Model, Name, text_like

BackendName = Annotated[
    str,
    text_like(
        r"^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?(@[a-z0-9]+)?$",
        "the name of a Kubernetes Service, for example immich-green, or of Traefik's own as api@internal",
    ),
]


class Backend(Model):
    """A Kubernetes Service that answers, or a TraefikService."""

    service: BackendName
    """Its name."""
    kind: Literal["Service", "TraefikService"] = "Service"
    """`TraefikService` is Traefik's own kind, and what it serves itself: `api@internal` is its dashboard."""
    port: Annotated[int, Field(ge=1, le=65535)] | PortName | None = None
    """The port of the Kubernetes Service; for an Ingress or Traefik also its name. A TraefikService has none."""
    weight: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """Its share of the requests, beside the weights of others; left out, 1."""
    namespace: Name | None = None
    """Its namespace, where that is another than the route's: a Gateway needs a ReferenceGrant there, and Traefik
    `allowCrossNamespace`."""

    @model_validator(mode="after")
    def _has_its_port(self) -> Self:
        if self.kind == "Service" and "@" in self.service:
            raise ValueError(f"{self.service} is of Traefik itself: write kind: TraefikService")
        if self.kind == "Service" and self.port is None:
            raise ValueError("needs port: the port of the Kubernetes Service")
        if self.kind == "TraefikService" and self.port is not None:
            raise ValueError("a TraefikService has no port; leave it out")
        return self

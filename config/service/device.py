"""Devices of nodes, and further networks, that pods ask for."""

from typing import Annotated

from config.kubernetes import ObjectName
from config.model import Model, text_like

NetworkName = Annotated[
    str,
    text_like(
        r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/)?[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$",
        "a NetworkAttachmentDefinition, or NAMESPACE/NAME, for example network/iot",
    ),
]


class ResourceClaim(Model):
    """A ResourceClaim that exists (`claim`), or a ResourceClaimTemplate from which each pod gets one (`template`)."""

    claim: ObjectName | None = None
    """Name of a ResourceClaim."""
    template: ObjectName | None = None
    """Name of a ResourceClaimTemplate."""

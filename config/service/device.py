"""Devices of nodes, and further networks, that pods ask for."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from config.kubernetes import ObjectName
from config.model import Model, Text, or_text, text_like

NetworkName = Annotated[
    str,
    text_like(
        r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/)?[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$",
        "a NetworkAttachmentDefinition, or NAMESPACE/NAME, for example network/iot",
    ),
]


class FurtherNetwork(Model):
    """A network that Multus gives pods beside the cluster's."""

    model_config = ConfigDict(json_schema_extra=or_text)

    name: NetworkName
    """A NetworkAttachmentDefinition of the namespace of the pods, or `NAMESPACE/NAME`."""
    addresses: Annotated[tuple[Text, ...], Field(max_length=8)] = ()
    """Fixed addresses there, each with the length of its prefix, as `192.168.70.20/24`."""
    mac: (
        Annotated[
            str, text_like(r"^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$", "a MAC address, for example 02:00:00:00:00:01")
        ]
        | None
    ) = None
    """Its MAC address there; left out, one of the plugin's choice."""
    interface: (
        Annotated[str, text_like(r"^[a-z][a-z0-9]{0,14}$", "the name of an interface, for example net1")] | None
    ) = None
    """The name of the interface in the pod; left out, net1, net2 and so on."""

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, stated: Any) -> Any:
        return {"name": stated} if isinstance(stated, str) else stated


class ResourceClaim(Model):
    """A ResourceClaim that exists (`claim`), or a ResourceClaimTemplate from which each pod gets one (`template`)."""

    claim: ObjectName | None = None
    """Name of a ResourceClaim."""
    template: ObjectName | None = None
    """Name of a ResourceClaimTemplate."""

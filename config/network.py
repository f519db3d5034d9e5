"""`networks.yaml`: the bridges of the hosts and the networks on them.

Bridges are data that machines are checked against. They are not declared as resources: every change to one
makes Proxmox reload the network of the whole host (docs/facts.md, Bridges).
"""

from typing import Annotated

from pydantic import Field

from config.model import Address, Cidr, Model, Name, Text


class Bridge(Model):
    """A Linux bridge that exists on its hosts."""

    hosts: Annotated[tuple[Name, ...], Field(min_length=1)]
    vlan_aware: bool = False
    ports: tuple[Text, ...] = ()
    """Physical interfaces attached to it; none makes it internal."""


class Network(Model):
    """An IPv4 network: a bridge, optionally a VLAN on it, and the addresses that belong to it."""

    bridge: Name | None = None
    """Left out, no machine of a Proxmox host is in it."""
    vlan: Annotated[int, Field(ge=1, le=4094)] | None = None
    cidr: Cidr
    gateway: Address | None = None
    nameservers: tuple[Address, ...] = ()
    description: Text


class Networks(Model):
    """Bridges and networks of the site."""

    bridges: dict[Name, Bridge]
    networks: Annotated[dict[Name, Network], Field(min_length=1)]

"""`networks.yaml`: the bridges of the hosts and the networks on them.

Bridges are data that machines are checked against. They are not declared as resources: every change to one
makes Proxmox reload the network of the whole host (docs/facts.md, Bridges).
"""

from typing import Annotated

from pydantic import Field

from config.model import Address, Address6, Cidr, Cidr6, Model, Name, Prose, Text


class Bridge(Model):
    """A Linux bridge that exists on its hosts."""

    hosts: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Proxmox hosts that have it."""
    vlan_aware: bool = False
    """Whether it passes on VLAN tags."""
    ports: tuple[Text, ...] = ()
    """Physical interfaces attached to it; none makes it internal."""


class NetworkIpv6(Model):
    """The second family of a network."""

    cidr: Cidr6
    """Its addresses of IPv6, for example fd00:20::/64."""
    gateway: Address6 | None = None
    """The router of its machines; left out, those that are made here leave the network by IPv4 alone."""


class Network(Model):
    """A network: a bridge, optionally a VLAN on it, and the addresses that belong to it."""

    bridge: Name | None = None
    """Left out, no machine of a Proxmox host is in it."""
    vlan: Annotated[int, Field(ge=1, le=4094)] | None = None
    """Its VLAN tag; left out, untagged."""
    cidr: Cidr
    """Its addresses."""
    gateway: Address | None = None
    """The router of its machines."""
    ipv6: NetworkIpv6 | None = None
    """Its addresses of IPv6, as `{cidr: "fd00:20::/64", gateway: "fd00:20::1"}`; left out, it has IPv4 alone."""
    nameservers: tuple[Address, ...] = ()
    """Name servers of its machines, in the order in which they are asked."""
    description: Prose
    """A sentence on the network, for people."""


class Networks(Model):
    """Bridges and networks of the site."""

    bridges: dict[Name, Bridge]
    """Bridges of the hosts, by name."""
    networks: Annotated[dict[Name, Network], Field(min_length=1)]
    """Networks on them, by name."""

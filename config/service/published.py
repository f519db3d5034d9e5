"""Ports at an address of the load balancer."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, WithJsonSchema

from config.kubernetes import PortName
from config.model import Model, address, shown
from config.service.port import ContainerPort
from config.source import Path


def _stated(value: object) -> IPv4Address | Literal["any"]:
    if value == "any":
        return "any"
    if isinstance(value, bool) or (isinstance(value, str) and value.isalpha()):
        raise ValueError(f"{shown(value)} is no address; write for example 10.0.20.101, or any for whichever is free")
    return address(value)


StatedAddress = Annotated[
    IPv4Address | Literal["any"],
    BeforeValidator(_stated),
    WithJsonSchema({"anyOf": [{"const": "any"}, {"type": "string", "format": "ipv4"}]}),
]
"""An address of the load balancer, or whichever it gives."""


class Published(Model):
    """Something that may have an address of the load balancer."""

    load_balancer: StatedAddress | None = None
    """Address of the load-balancer pool at which its ports are reached without the ingress controller; `any` is
    whichever the load balancer gives."""
    publish: tuple[PortName, ...] = ()
    """Ports that are reached there. A database publishes the one that it has."""


class OwnAddress(NamedTuple):
    """An address of the load balancer that a service, or one of its workloads, has."""

    path: Path
    """Of who has it."""
    address: IPv4Address
    ports: tuple[ContainerPort, ...]
    """As far as they are known."""


def known_address(stated: IPv4Address | str | None) -> IPv4Address | None:
    """The address that is stated; None of one that the load balancer chooses."""
    return stated if isinstance(stated, IPv4Address) else None


def addresses_of(
    path: Path, stated: IPv4Address | str | None, ports: tuple[ContainerPort, ...]
) -> Iterator[OwnAddress]:
    """The address that is stated, if there is one."""
    if (address := known_address(stated)) is not None:
        yield OwnAddress(path, address, ports)

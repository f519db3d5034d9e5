"""Ports at an address of the load balancer."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import NamedTuple

from config.kubernetes import PortName
from config.model import Address, Model
from config.service.port import ContainerPort
from config.source import Path


class Published(Model):
    """Something that may have an address of the load balancer."""

    load_balancer: Address | None = None
    """Address of the load-balancer pool at which its ports are reached without the ingress controller."""
    publish: tuple[PortName, ...] = ()
    """Ports that are reached there. A database publishes the one that it has."""


class OwnAddress(NamedTuple):
    """An address of the load balancer that a service, or one of its workloads, has."""

    path: Path
    """Of who has it."""
    address: IPv4Address
    ports: tuple[ContainerPort, ...]
    """As far as they are known."""


def addresses_of(path: Path, address: IPv4Address | None, ports: tuple[ContainerPort, ...]) -> Iterator[OwnAddress]:
    """The address that is stated, if there is one."""
    if address is not None:
        yield OwnAddress(path, address, ports)

"""Networks and the addresses in them."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from config.draft import Draft
from config.source import Path, Problem

RESERVED = {
    IPv4Network("0.0.0.0/8"): "which stands for no address",
    IPv4Network("127.0.0.0/8"): "in which each machine talks to itself",
    IPv4Network("169.254.0.0/16"): "which no router forwards",
    IPv4Network("224.0.0.0/4"): "which is for multicast",
    IPv4Network("240.0.0.0/4"): "which nobody may use",
}
"""Ranges of which no machine and no pod has an address (IANA, special-purpose addresses)."""
_EXAMPLES = {"cidr": "10.0.20.0/24", "pod_cidr": "10.10.0.0/16", "service_cidr": "10.96.0.0/12"}


def check_ranges(lab: Draft) -> Iterator[Problem]:
    """Networks, pods and services have ranges of their own."""
    for (first, one), (second, other) in combinations(_ranges(lab), 2):
        if one.overlaps(other):
            yield lab.problem(second, f"{other} overlaps {one} of {lab.pointer(first)}")


def check_usable(lab: Draft) -> Iterator[Problem]:
    """A range is one from which machines, pods or services can have addresses."""
    for path, cidr in _ranges(lab):
        for reserved, use in RESERVED.items():
            if cidr.overlaps(reserved):
                yield lab.problem(path, f"{cidr} is of {reserved}, {use}; write for example {_EXAMPLES[str(path[-1])]}")


def _ranges(lab: Draft) -> Iterator[tuple[Path, IPv4Network]]:
    for name, network in (lab.networks.networks if lab.networks else {}).items():
        yield ("networks", "networks", name, "cidr"), network.cidr
    if lab.cluster:
        yield ("cluster", "pod_cidr"), lab.cluster.pod_cidr
        yield ("cluster", "service_cidr"), lab.cluster.service_cidr


def check_addresses(lab: Draft) -> Iterator[Problem]:
    """An address is in its network, and not one of the two that no machine can have."""
    if not lab.networks:
        return
    networks = lab.networks.networks
    for path, address, network in _addresses(lab):
        if network in networks:
            yield from _check_inside(lab, path, address, network, networks[network].cidr)


def _addresses(lab: Draft) -> Iterator[tuple[Path, IPv4Address, str]]:
    for name, network in (lab.networks.networks if lab.networks else {}).items():
        if network.gateway:
            yield ("networks", "networks", name, "gateway"), network.gateway, name
    for name, machine in lab.machines.items():
        for index, interface in enumerate(machine.interfaces):
            if interface.address:
                yield ("machines", name, "interfaces", index, "address"), interface.address, interface.network
    if lab.cluster:
        if lab.cluster.api_address:
            yield ("cluster", "api_address"), lab.cluster.api_address, lab.cluster.node_network
        if pool := lab.cluster.load_balancer_pool:
            yield ("cluster", "load_balancer_pool", "first"), pool.first, lab.cluster.node_network
            yield ("cluster", "load_balancer_pool", "last"), pool.last, lab.cluster.node_network


def _check_inside(lab: Draft, path: Path, address: IPv4Address, name: str, cidr: IPv4Network) -> Iterator[Problem]:
    if address not in cidr:
        yield lab.problem(path, f"{address} is outside network {name!r}, {cidr}")
    elif cidr.prefixlen < 31 and address in (cidr.network_address, cidr.broadcast_address):
        yield lab.problem(path, f"{address} is no machine's: it stands for network {name!r} itself or all of it")


def check_pool(lab: Draft) -> Iterator[Problem]:
    """The load balancer's pool is a range, and nothing else has an address in it."""
    pool = lab.cluster.load_balancer_pool if lab.cluster else None
    if not pool:
        return
    if pool.last < pool.first:
        path = ("cluster", "load_balancer_pool", "last")
        yield lab.problem(path, f"{pool.last} is below the first address of the pool, {pool.first}")
    hosts = lab.site.hosts if lab.site else {}
    others = [(("site", "hosts", name, "address"), host.address) for name, host in hosts.items()]
    others += [(path, address) for path, address, _ in _addresses(lab) if path[1] != "load_balancer_pool"]
    for path, address in others:
        if pool.first <= address <= pool.last:
            yield lab.problem(path, f"{address} is inside the load balancer's pool, {pool.first} to {pool.last}")

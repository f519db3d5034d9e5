"""Ranges of addresses of a cluster that runs: of its nodes, its pods and its Services, as far as they are told."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Any

from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.world import World
from operations.adopt.cluster.yaml_text import Flow
from plan.kubernetes.network_policy import network
from plan.model import Manifest
from plan.model.fields import entries, text, values

_USUAL_PODS, _USUAL_SERVICES = "10.244.0.0/16", "10.96.0.0/12"
_LONGEST_SERVICES = 108
"""Of IPv6: the API server takes no larger range of Services."""


def address_of(node: Manifest) -> IPv4Address | None:
    """The address of a node inside of the cluster."""
    for each in entries(node, "status", "addresses"):
        if text(each, "type") == "InternalIP":
            told = network(text(each, "address"))
            if isinstance(told, IPv4Network) and told.num_addresses == 1:
                return told.network_address
    return None


def around(addresses: Iterable[IPv4Address]) -> IPv4Network:
    """The smallest network of at least 256 addresses that holds all of them."""
    found = list(addresses) or [IPv4Address("192.168.0.1")]
    for length in range(24, 7, -1):
        smallest = IPv4Network(f"{found[0]}/{length}", strict=False)
        if all(each in smallest for each in found):
            return smallest
    return IPv4Network("0.0.0.0/0")


def ranges(world: World, nodes: Iterable[Manifest]) -> dict[str, Any]:
    """The ranges of pods and of Services, and those of IPv6 where the cluster has both families."""
    stated = [text(each, "spec", "podCIDR") for each in nodes]
    further = [str(cidr) for each in nodes for cidr in values(each, "spec", "podCIDRs")]
    pods = _networks((*stated, *further))
    of_pods = [each for each in pods if isinstance(each, IPv4Network)]
    second_of_pods = [each for each in pods if isinstance(each, IPv6Network)]
    services = _networks(_of_services(world))
    first = next((str(each) for each in services if isinstance(each, IPv4Network)), _guessed_services(world))
    second = next((each for each in services if isinstance(each, IPv6Network)), None)
    said: dict[str, Any] = {"pod_cidr": _pods(of_pods), "service_cidr": first}
    if second is not None and second.prefixlen >= _LONGEST_SERVICES and second_of_pods:
        said["ipv6"] = Flow(pod_cidr=str(_all_of(second_of_pods)), service_cidr=str(second))
    return said


def _networks(told: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    """Each once; nothing for what a dump has in their place."""
    return [found for each in dict.fromkeys(told) if each and (found := network(each))]


def _pods(found: Iterable[IPv4Network]) -> str:
    networks = list(found)
    if not networks:
        return _USUAL_PODS
    smallest = around(each.network_address for each in networks)
    return str(smallest.supernet(new_prefix=16) if smallest.prefixlen > 16 else smallest)


def _all_of(networks: Iterable[IPv6Network]) -> IPv6Network:
    """The smallest network that holds all of them."""
    first, *others = networks
    while not all(each.subnet_of(first) for each in others):
        first = first.supernet()
    return first


def _of_services(world: World) -> list[str]:
    """The ranges that the API server itself was given."""
    stated = world.manifests.get(Key("ServiceCIDR", "", "kubernetes"), {})
    return [str(each) for each in values(stated, "spec", "cidrs")]


def _guessed_services(world: World) -> str:
    """An API server before 1.33 does not tell: by the address of its own Service."""
    address = text(world.manifests.get(Key("Service", "default", "kubernetes"), {}), "spec", "clusterIP")
    if not re.fullmatch(r"\d+\.\d+\.\d+\.\d+", address):
        return _USUAL_SERVICES
    wide = IPv4Network(f"{address}/12", strict=False)
    return str(wide if str(wide) == _USUAL_SERVICES else IPv4Network(f"{address}/16", strict=False))

"""Addresses that Services in files ask MetalLB for, and that it does not give."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from config.lab import Lab
from config.objects import StatedObject
from config.source import Path
from plan.cluster.membership import founder
from plan.model import Manifest, Service
from plan.model.fields import Fields, mapping, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed

ADDRESS_NOT_GIVEN = Rule(
    "ADDRESS-NOT-GIVEN",
    ("warning", "info"),
    title="A Service asks for an address that MetalLB does not give",
    meaning=(
        "MetalLB gives a Service the address that it asks for, or none: outside of every pool, or taken by a Service "
        "that does not share it, its EXTERNAL-IP stays <pending> and nobody outside reaches it. A cluster that is "
        "adopted may have pools that the lab does not know: then the first is an info."
    ),
    remedy=(
        "Ask for an address of a pool that is free. To share one, give both Services the same "
        "metallb.io/allow-shared-ip."
    ),
)

POOL_OVER_MACHINES = Rule(
    "POOL-OVER-MACHINES",
    "warning",
    title="A pool of MetalLB has the address of a machine",
    meaning=(
        "MetalLB gives the next free address of a pool to a Service, and does not ask who has it in the network. Where "
        "it is the address of a machine, a gateway or a host, two answer for it, and connections to both break."
    ),
    remedy="Leave the addresses of machines out of the pool.",
)

_NAMED = 3
_ADDRESS = ("metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs")
_SHARING = ("metallb.io/allow-shared-ip", "metallb.universe.tf/allow-shared-ip")


class _Asked(NamedTuple):
    """An address that a Service asks for."""

    service: str
    name: str
    path: Path | None
    """Of the file; None where the program writes the Service."""
    address: IPv4Address
    sharing: str
    is_local: bool
    """Its traffic stays on the node that takes it (externalTrafficPolicy: Local)."""
    pods: Fields
    """Labels by which it selects its pods."""


def service_address_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each address of a Service in a file that is in no pool, or that another Service has."""
    if lab.cluster.load_balancer != "metallb":
        return
    yield from _over_machines(lab)
    yield from _by_others(lab)
    asked = [*_asked(lab, services)]
    pools = [*_pools(lab)]
    for index, each in enumerate(asked):
        if each.path is None:
            continue
        if pools and not any(first <= each.address <= last for first, last in pools):
            yield ADDRESS_NOT_GIVEN.finding(
                each.path,
                f"Service {each.name} asks for {each.address}, which is in no pool of MetalLB: it stays <pending>",
                "ask for an address of a pool, or add it to the addresses of an IPAddressPool",
                about=f"{each.name} {each.address}",
                severity="warning" if founder(lab) else "info",
                facts={"address": str(each.address)},
            )
        others = [*asked[:index], *(other for other in asked[index + 1 :] if other.path is None)]
        if other := next((one for one in others if _is_split(one, each)), None):
            yield ADDRESS_NOT_GIVEN.finding(
                each.path,
                f"Service {each.name} shares {each.address} with {other.name} of {other.service}, and one of them has "
                "externalTrafficPolicy: Local, with which only Services of the same pods share an address: one of the "
                "two stays <pending>",
                f"write externalTrafficPolicy: Cluster into both, or ask for another address for {each.name}",
                about=f"{each.name} {each.address} {other.name}",
                facts={"address": str(each.address), "other": other.service},
            )
        if other := next((one for one in others if _clashes(one, each)), None):
            yield ADDRESS_NOT_GIVEN.finding(
                each.path,
                f"Service {each.name} asks for {each.address}, which Service {other.name} of {other.service} asks for "
                "too, and they do not share it: one of the two stays <pending>",
                "ask for another address, or give both the same metallb.io/allow-shared-ip",
                about=f"{each.name} {each.address} {other.name}",
                facts={"address": str(each.address), "other": other.service},
            )


_OF_OTHERS: Mapping[str, str] = {
    "lbipam.cilium.io/ips": "Cilium",
    "io.cilium/lb-ipam-ips": "Cilium",
    "kube-vip.io/loadbalancerIPs": "kube-vip",
}
"""Annotations by which a Service asks other programs for an address."""


def _by_others(lab: Lab) -> Iterator[Finding]:
    """Services in files that ask another program than MetalLB, and MetalLB not at all."""
    if any(lab.charts("cilium", "kube-vip")):
        return
    for each in lab.objects_by_kind.get("Service", ()):
        annotations = mapping(each.content, "metadata", "annotations")
        foreign = next((key for key in _OF_OTHERS if key in annotations), None)
        asks = any(key in annotations for key in _ADDRESS) or text(each.content, "spec", "loadBalancerIP")
        if foreign and not asks and text(each.content, "spec", "type") == "LoadBalancer":
            wanted = text(annotations, foreign)
            yield ADDRESS_NOT_GIVEN.finding(
                each.path,
                f"Service {each.name} asks {_OF_OTHERS[foreign]} for {wanted} ({foreign}), and MetalLB gives addresses "
                "here, which does not read it: it gets the next free one",
                f"write {_ADDRESS[0]}: {wanted} in its place",
                about=f"{each.name} {foreign}",
                facts={"annotation": foreign, "address": wanted},
            )


def _over_machines(lab: Lab) -> Iterator[Finding]:
    held = {
        each.address: f"machine {name}"
        for name, machine in lab.machines.items()
        for each in machine.interfaces
        if each.address is not None
    }
    held |= {
        each.gateway: f"gateway of {name}" for name, each in lab.networks.networks.items() if each.gateway is not None
    }
    held |= {each.address: f"host {name}" for name, each in lab.site.hosts.items()}
    for pool in lab.objects_by_kind.get("IPAddressPool", ()):
        ranges = [(first, last) for first, last in _ranges(pool) if first != last]  # one alone is meant so
        found = sorted(each for each in held if any(first <= each <= last for first, last in ranges))
        if found:
            named = listed([f"{each} ({held[each]})" for each in found[:_NAMED]])
            more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            yield POOL_OVER_MACHINES.finding(
                pool.path,
                f"the pool {pool.name} has {named}{more}: a Service that is given such an address answers in its place",
                f"leave {listed([str(each) for each in found[:_NAMED]])}{more} out of the addresses of {pool.name}",
                about=pool.name,
                facts={"addresses": tuple(str(each) for each in found)},
            )


def _is_split(one: _Asked, other: _Asked) -> bool:
    """Whether two share an address that MetalLB gives one of them alone (MetalLB, IP address sharing)."""
    is_shared = one.address == other.address and one.sharing != "" and one.sharing == other.sharing
    return is_shared and (one.is_local or other.is_local) and one.pods != other.pods


def _clashes(one: _Asked, other: _Asked) -> bool:
    return one.address == other.address and (not one.sharing or one.sharing != other.sharing)


def _asked(lab: Lab, services: Iterable[Service]) -> Iterator[_Asked]:
    stated = {(name, each.kind, each.name): each.path for name, found in lab.objects.items() for each in found}
    for service in services:
        for each in service.objects:
            if each["kind"] == "Service" and text(each, "spec", "type") == "LoadBalancer":
                name = each["metadata"]["name"]
                path = stated.get((service.name, "Service", name))
                annotations = mapping(each, "metadata", "annotations")
                sharing = next((text(annotations, key) for key in _SHARING if key in annotations), "")
                is_local = text(each, "spec", "externalTrafficPolicy") == "Local"
                pods = mapping(each, "spec", "selector")
                for address in _addresses(each):
                    yield _Asked(service.name, name, path, address, sharing, is_local, pods)


def _addresses(service: Manifest) -> Iterator[IPv4Address]:
    annotations = mapping(service, "metadata", "annotations")
    said = [*(text(annotations, key) for key in _ADDRESS), text(service, "spec", "loadBalancerIP")]
    for word in dict.fromkeys(part.strip() for each in said for part in each.split(",")):
        try:
            yield IPv4Address(word)
        except ValueError:
            continue  # empty, or of IPv6


def _pools(lab: Lab) -> Iterator[tuple[IPv4Address, IPv4Address]]:
    """First and last address of each range."""
    if own := lab.cluster.load_balancer_pool:
        yield own.first, own.last
    for pool in lab.objects_by_kind.get("IPAddressPool", ()):
        yield from _ranges(pool)


def _ranges(pool: StatedObject) -> Iterator[tuple[IPv4Address, IPv4Address]]:
    for each in values(pool.content, "spec", "addresses"):
        first, is_range, last = str(each).partition("-")
        try:
            if is_range:
                yield IPv4Address(first.strip()), IPv4Address(last.strip())
            else:
                network = IPv4Network(first.strip(), strict=False)
                yield network[0], network[-1]
        except ValueError:
            continue  # of IPv6

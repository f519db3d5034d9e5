"""Addresses that Services in files ask MetalLB for, and that it does not give."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from config.lab import Lab
from config.source import Path
from plan.cluster.membership import founder
from plan.model import Manifest, Service
from plan.model.fields import mapping, text, values
from plan.model.findings import Finding, Rule

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


def service_address_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each address of a Service in a file that is in no pool, or that another Service has."""
    if lab.cluster.load_balancer != "metallb":
        return
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
        if other := next((one for one in others if _clashes(one, each)), None):
            yield ADDRESS_NOT_GIVEN.finding(
                each.path,
                f"Service {each.name} asks for {each.address}, which Service {other.name} of {other.service} asks for "
                "too, and they do not share it: one of the two stays <pending>",
                "ask for another address, or give both the same metallb.io/allow-shared-ip",
                about=f"{each.name} {each.address} {other.name}",
                facts={"address": str(each.address), "other": other.service},
            )


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
                for address in _addresses(each):
                    yield _Asked(service.name, name, path, address, sharing)


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

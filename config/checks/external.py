"""Hosts outside of the cluster: where they are, and how they are reached."""

from collections.abc import Iterator

from config.checks.addresses import RESERVED
from config.draft import Draft
from config.service import ExternalService
from config.source import Path, Problem


def check_external(lab: Draft) -> Iterator[Problem]:
    """A host has addresses that a Kubernetes Service can lead to, or a name."""
    for name, service in lab.services.items():
        if not isinstance(service, ExternalService):
            continue
        path: Path = ("services", name)
        yield from _check_place(lab, path, service)
        yield from _check_addresses(lab, path, service)
        for key, port in service.ports.items():
            if port.node:
                message = "the host has an address of its own; leave out node"
                yield lab.problem((*path, "ports", key), message)
            if service.host_name and port.reached != port.number:
                message = f"a name leads to the port that is asked for, {port.reached}; leave out service"
                yield lab.problem((*path, "ports", key), message)
        if service.load_balancer:
            yield lab.problem((*path, "load_balancer"), "the host has an address of its own; leave it out")
        yield from _check_certificate(lab, path, service)


def _check_place(lab: Draft, path: Path, service: ExternalService) -> Iterator[Problem]:
    if service.address and service.host_name:
        yield lab.problem((*path, "host_name"), "a host has one place; leave out address or host_name")
    elif not service.address and not service.host_name:
        yield lab.problem(path, "needs address, or host_name where it has no fixed one")
    if service.further_addresses and not service.address:
        yield lab.problem((*path, "further_addresses"), "needs address: the first of them")


def _check_addresses(lab: Draft, path: Path, service: ExternalService) -> Iterator[Problem]:
    """The API server refuses addresses that nobody outside of a node has; kube-proxy leads to no Service's."""
    places: list[Path] = [(*path, "address")] if service.address else []
    places += [(*path, "further_addresses", index) for index in range(len(service.further_addresses))]
    seen: dict[object, Path] = {}
    for place, address in zip(places, service.every_address, strict=True):
        for reserved, use in RESERVED.items():
            if address in reserved:
                yield lab.problem(place, f"{address} is of {reserved}, {use}; write the address of the host")
        if lab.cluster and address in lab.cluster.service_cidr:
            message = f"{address} is of service_cidr, {lab.cluster.service_cidr}: a Service leads to no other"
            yield lab.problem(place, f"{message}; write the address of the host")
        if address in seen:
            yield lab.problem(place, f"{address} is stated already; leave it out")
        seen[address] = place


def _check_certificate(lab: Draft, path: Path, service: ExternalService) -> Iterator[Problem]:
    if not service.any_certificate:
        return
    platform = lab.cluster.platform if lab.cluster else None
    if not any(port.speaks == "https" for port in service.ports.values()):
        message = "is for a host that is asked by HTTPS; write speaks: https at its port, or leave it out"
        yield lab.problem((*path, "any_certificate"), message)
    elif platform and not any(platform.passes_ingress(each) for each in service.expose):
        message = "is for routes through the lab's ingress controller, and it has none; leave it out"
        yield lab.problem((*path, "any_certificate"), message)

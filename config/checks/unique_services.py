"""Priorities, host names, ports and names of services that may exist only once."""

from collections import Counter
from collections.abc import Hashable, Iterator
from itertools import product
from typing import Any

from config.checks.claims import Claim, Claims, conflicts
from config.draft import Draft
from config.namespaces import namespace_of
from config.service.exposure import Exposure
from config.service.runs import ENDING
from config.source import Path, Problem


def check_services(lab: Draft) -> Iterator[Problem]:
    """All that tiers and services claim."""
    return conflicts(lab, CLAIMS)


def _priorities(lab: Draft) -> Iterator[Claim]:
    for name, tier in lab.tiers.items():
        yield Claim(tier.priority, ("tiers", name, "priority"), f"priority {tier.priority}")


def _hostnames(lab: Draft) -> Iterator[Claim]:
    domain = lab.site.domain if lab.site else ""
    for name, service in lab.services.items():
        for index, exposure in enumerate(service.expose):
            path = ("services", name, "expose", index, "host")
            for host, route in product(exposure.host_names(domain), exposure.paths):
                key = (host, route.rstrip("/"), exposure.exact, *_narrowed(exposure))
                yield Claim(key, path, f"https://{host}{route}")


def _narrowed(exposure: Exposure) -> tuple[Hashable, ...]:
    """Conditions on a request, host and path aside. One host may have a way in from the internet and another from the
    house: which one a visitor takes, DNS says."""
    rule = exposure.traefik and (exposure.traefik.match, exposure.traefik.priority, exposure.traefik.entry_points)
    way = exposure.gateway, exposure.ingress_class
    return tuple(sorted(exposure.headers.items())), exposure.methods, repr(exposure.matches), rule, way


def _load_balancer_ports(lab: Draft) -> Iterator[Claim]:
    for name, service in lab.services.items():
        for path, address, ports in service.addresses(name):
            for number, protocol in ((port.reached, port.protocol) for port in ports):
                what = f"port {number}/{protocol.lower()} of {address}"
                yield Claim((address, number, protocol), (*path, "load_balancer"), what)


def _workload_ports(lab: Draft) -> Iterator[Claim]:
    for name, service in lab.services.items():
        for path, _, workload in service.parts(name):
            sidecars = (((*path, "sidecars", key), sidecar) for key, sidecar in workload.sidecars.items())
            for where, container in ((path, workload), *sidecars):
                for port_name, (number, protocol, *_) in container.ports.items():
                    at = (*where, "ports", port_name)
                    yield Claim((path, number, protocol), at, f"port {number}/{protocol.lower()}")
                    yield Claim((path, port_name), at, f"the port name {port_name!r}")


def _served_ports(lab: Draft) -> Iterator[Claim]:
    """Of a Kubernetes Service: the API server refuses two ports of one number and protocol, and a port of the nodes
    that any other Service has. One number of two containers is refused already."""
    for name, service in lab.services.items():
        is_refused = Counter((_owner(path), port.number, port.protocol) for path, port in service.served(name))
        for path, port in service.served(name):
            number, protocol, owner = port.reached, port.protocol, _owner(path)
            if not service.parts(name) or is_refused[owner, port.number, protocol] == 1:
                what = f"port {number}/{protocol.lower()} of its Kubernetes Service"
                yield Claim((owner, number, protocol), path, what)
            named = port.service_name or str(path[-1])
            yield Claim((owner, named), path, f"the port name {named!r} of its Kubernetes Service")
            if port.node:
                yield Claim((port.node, protocol), path, f"port {port.node}/{protocol.lower()} of the nodes")
    for stated in (each for objects in lab.objects.values() for each in objects if each.kind == "Service"):
        ports: list[Any] = [*(stated.content.get("spec", {}).get("ports") or ())]
        for index, port in enumerate(ports):
            node, protocol = port.get("nodePort"), str(port.get("protocol", "TCP"))
            if isinstance(node, int) and node:
                at = (*stated.path, "spec", "ports", index, "nodePort")
                yield Claim((node, protocol), at, f"port {node}/{protocol.lower()} of the nodes")


def _owner(path: Path) -> Path:
    """The workload, its further Kubernetes Service, or the host outside of the cluster, that has a port."""
    if "further_services" in path[2:]:
        return path[: path.index("further_services", 2) + 2]
    ends = [index for index, part in enumerate(path) if index > 1 and part in ("sidecars", "ports")]
    return path[: ends[0]]


def kubernetes_services(lab: Draft) -> Iterator[Claim]:
    """Names of the Kubernetes Services that are stated, in their namespaces."""
    for name, service in lab.services.items():
        namespace = namespace_of(lab, name)
        for path, workload_name, workload in service.parts(name):
            if workload.reached_ports and workload.runs_as not in ENDING:
                own = workload.adopt.service or workload_name
                yield Claim((namespace, own), (*path, "ports"), f"the Kubernetes Service {own!r}")
            for further in workload.further_services:
                at = (*path, "further_services", further)
                yield Claim((namespace, further), at, f"the Kubernetes Service {further!r}")


def _container_names(lab: Draft) -> Iterator[Claim]:
    """Within a pod: the main container has the workload's name unless it existed before, and the planner adds the one
    that waits."""
    for name, service in lab.services.items():
        for path, workload_name, workload in service.parts(name):
            main = workload.adopt.container or workload.adopt.name or workload_name
            yield Claim((path, main), path, f"the container name {main!r}")
            if workload.waits_for:
                yield Claim((path, "wait-for"), (*path, "waits_for"), "the container name 'wait-for'")
            for part, added in (("init", workload.init), ("sidecars", workload.sidecars)):
                for key in added:
                    yield Claim((path, key), (*path, part, key), f"the container name {key!r}")


def _mount_paths(lab: Draft) -> Iterator[Claim]:
    for name, service in lab.services.items():
        for path, container in service.containers_of(name):
            for volume, mounts in container.mounts.items():
                for where in (mount.path for mount in mounts):
                    yield Claim((path, where.rstrip("/")), (*path, "mounts", volume), f"the path {where}")
            for where in container.secret_files:
                yield Claim((path, where.rstrip("/")), (*path, "secret_files", where), f"the path {where}")
            for where in container.files:
                yield Claim((path, where.rstrip("/")), (*path, "files", where), f"the path {where}")


CLAIMS: tuple[Claims, ...] = (
    _priorities,
    _hostnames,
    _load_balancer_ports,
    _workload_ports,
    _served_ports,
    kubernetes_services,
    _container_names,
    _mount_paths,
)

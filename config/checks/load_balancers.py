"""Addresses of the load balancer, and the ports that are published there."""

from collections.abc import Collection, Iterator
from ipaddress import IPv4Address

from config.draft import Draft
from config.service.container import Part
from config.service.further_service import FurtherService
from config.service.published import Published
from config.service.runs import ENDING
from config.service.serving import ServiceOptions
from config.source import Path, Problem
from config.suggest import did_you_mean

_NO_PORT = "needs a port; declare one under ports"


def _check_published(
    lab: Draft, path: Path, stated: Published, known: Collection[str], *, is_balanced: bool
) -> Iterator[Problem]:
    for index, port in enumerate(stated.publish):
        at = (*path, "publish", index)
        if not is_balanced:
            yield lab.problem(at, "needs load_balancer: the address at which the port is reached")
        elif port not in known:
            yield lab.problem(at, f"unknown port {port!r}{did_you_mean(port, known)}")


def check_load_balancers(lab: Draft) -> Iterator[Problem]:
    """A load balancer has an address of the pool and a port, and is made by the planner."""
    ingress = lab.cluster.platform.ingress if lab.cluster else None
    is_known = ingress is None or lab.is_said("services", ingress.controller)
    for name, service in lab.services.items():
        path = ("services", name)
        parts = service.parts(name)
        if not parts:
            yield from _check_published(lab, path, service, (), is_balanced=service.load_balancer is not None)
        for part in parts:
            workload = part.workload
            known = workload.reached_ports
            yield from _check_published(lab, part.path, workload, known, is_balanced=workload.is_balanced)
            yield from _check_own_ports(lab, part)
            yield from _check_options(lab, part)
            for key, further in workload.further_services.items():
                yield from _check_further(lab, (*part.path, "further_services", key), part, further)
        is_controller = ingress is not None and ingress.controller == name
        if service.load_balancer and service.makes_pods == "chart" and lab.cluster and is_known and not is_controller:
            message = "of all charts only the ingress controller gets its address from here; write it in values"
            yield lab.problem((*path, "load_balancer"), message)
        if service.load_balancer and not parts and not service.listens() and service.makes_pods != "chart":
            yield lab.problem((*path, "load_balancer"), _NO_PORT)
        for each in service.addresses(name):
            yield from _check_in_pool(lab, (*each.path, "load_balancer"), each.address)


def _check_own_ports(lab: Draft, part: Part) -> Iterator[Problem]:
    """A workload that has an address publishes a port there."""
    workload = part.workload
    path = (*part.path, "load_balancer" if workload.load_balancer else "service_options")
    if not workload.is_balanced:
        return
    if workload.runs_as in ENDING:
        yield lab.problem(path, f"nobody reaches a {workload.runs_as}; leave it out")
    elif not workload.reached_ports:
        yield lab.problem(path, _NO_PORT)
    elif not workload.publish:
        named = ", ".join(workload.reached_ports)
        yield lab.problem(
            path, f"publishes no port by itself; name those that are reached there, as publish: [{named}]"
        )


def _check_options(lab: Draft, part: Part) -> Iterator[Problem]:
    """Settings of a Kubernetes Service that the API server takes."""
    options, path = part.workload.service_options, (*part.path, "service_options")
    stated = options.model_fields_set
    ports = part.workload.reached_ports.values()
    if stated and (not ports or part.workload.runs_as in ENDING):
        yield lab.problem(path, "it has no Kubernetes Service; leave it out, or declare a port under ports")
        return
    at_nodes = any(port.node for port in ports)
    yield from _check_outside(lab, path, options, is_balanced=part.workload.is_balanced, at_nodes=at_nodes)
    yield from _check_families(lab, path, options)
    if part.workload.headless and any(port.node for port in ports):
        yield lab.problem(
            (*part.path, "headless"), "a headless Service has no port of the nodes; leave out node, or this"
        )


def _check_outside(
    lab: Draft, path: Path, options: ServiceOptions, *, is_balanced: bool, at_nodes: bool
) -> Iterator[Problem]:
    """Settings about requests from outside are of a Service that has some."""
    if options.external_traffic and not is_balanced and not at_nodes:
        message = "is of an address of the load balancer, or of a port of the nodes, and it has neither; leave it out"
        yield lab.problem((*path, "external_traffic"), message)
    for key in ("source_ranges", "node_ports"):
        if key in options.model_fields_set and not is_balanced:
            yield lab.problem((*path, key), "is of an address of the load balancer, and it has none; leave it out")


def _check_families(lab: Draft, path: Path, options: ServiceOptions) -> Iterator[Problem]:
    if len(set(options.families)) < len(options.families):
        yield lab.problem((*path, "families"), "names one family twice; leave one out")
    if options.ip_families == "SingleStack" and len(options.families) > 1:
        yield lab.problem((*path, "families"), "SingleStack has one; leave one out, or write PreferDualStack")


def _check_further(lab: Draft, path: Path, part: Part, further: FurtherService) -> Iterator[Problem]:
    """A further Kubernetes Service of a workload is one that the API server takes."""
    if part.workload.runs_as in ENDING:
        yield lab.problem(path, f"nobody reaches a {part.workload.runs_as}; leave it out")
    if further.headless and (further.is_balanced or further.at_nodes):
        message = "a headless Service has neither an address of the load balancer nor a port of the nodes"
        yield lab.problem((*path, "headless"), f"{message}; leave out those, or this")
    closed = [name for name, port in further.ports.items() if not port.node]
    if further.at_nodes and closed and not part.workload.adopt.as_it_is:
        message = f"Kubernetes opens each port of this Service at the nodes, {', '.join(closed)} too"
        yield lab.problem((*path, "ports"), f"{message}; state node for each, or write two Services")
    if further.unnamed_port and len(further.ports) > 1:
        message = "Kubernetes wants a name for each of several ports; leave it out"
        yield lab.problem((*path, "unnamed_port"), message)
    options, at = further.service_options, (*path, "service_options")
    yield from _check_outside(lab, at, options, is_balanced=further.is_balanced, at_nodes=further.at_nodes)
    yield from _check_families(lab, at, options)


def _check_in_pool(lab: Draft, path: Path, address: IPv4Address) -> Iterator[Problem]:
    if not lab.cluster:
        return
    own = lab.cluster.load_balancer_pool
    pools = [*([own] if own else []), *lab.cluster.further_pools.values()]
    if not pools:
        yield lab.problem(path, "needs load_balancer_pool in cluster.yaml")
    elif all(pool.first <= pool.last and not pool.first <= address <= pool.last for pool in pools):
        ranges = " and ".join(f"{pool.first} to {pool.last}" for pool in pools)
        which = "pool" if len(pools) == 1 else "pools"
        yield lab.problem(path, f"{address} is outside the load balancer's {which}, {ranges}")

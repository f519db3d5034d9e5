"""Addresses of the load balancer, and the ports that are published there."""

from collections.abc import Collection, Iterator
from ipaddress import IPv4Address

from config.draft import Draft
from config.service.container import Part
from config.service.published import Published
from config.service.runs import ENDING
from config.source import Path, Problem
from config.suggest import did_you_mean

_NO_PORT = "needs a port; declare one under ports"


def _check_published(lab: Draft, path: Path, stated: Published, known: Collection[str]) -> Iterator[Problem]:
    for index, port in enumerate(stated.publish):
        at = (*path, "publish", index)
        if not stated.load_balancer:
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
            yield from _check_published(lab, path, service, ())
        for part in parts:
            yield from _check_published(lab, part.path, part.workload, part.workload.reached_ports)
            yield from _check_own_ports(lab, part)
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
    path, workload = (*part.path, "load_balancer"), part.workload
    if not workload.load_balancer:
        return
    if workload.runs_as in ENDING:
        yield lab.problem(path, f"nobody reaches a {workload.runs_as}; leave it out")
    elif not workload.reached_ports:
        yield lab.problem(path, _NO_PORT)
    elif not workload.published:
        named = ", ".join(workload.ports)
        yield lab.problem(
            path, f"publishes no port by itself; name those that are reached there, as publish: [{named}]"
        )


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

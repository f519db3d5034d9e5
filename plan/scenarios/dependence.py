"""Services that others cannot be reached or used without."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from config.lab import Lab
from config.platform import Platform
from config.service import HelmService
from config.service.exposure import Exposure
from plan.model import Workload

Way = Literal["gateway", "name server"]
"""A machine between nodes and everything else: it carries what they send, or says where that is."""

METRICS_GROUP = "metrics.k8s.io"
METRICS_CHARTS = frozenset({"metrics-server", "prometheus-adapter"})
"""Charts that serve the metrics API without stating it under `provides`."""


def dependents_of(lab: Lab) -> Mapping[str, tuple[str, ...]]:
    """By service, those that cannot be reached or used while it does not run."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for below, name in _pairs(lab):
        if below != name:
            found[below][name] = None
    return {below: tuple(names) for below, names in found.items()}


def _pairs(lab: Lab) -> Iterator[tuple[str, str]]:
    secrets = lab.cluster.platform.secrets
    servers = lab.networks.networks[lab.cluster.node_network].nameservers
    names = [
        name for name, service in lab.services.items() for each in service.addresses(name) if each.address in servers
    ]
    for name, service in lab.services.items():
        for _, _, workload in service.parts(name):
            yield from ((below, name) for below in workload.waits_for)
        if service.expose:
            yield from ((below, name) for below in names if len(names) == len(servers))
        yield from ((below, name) for exposure in service.expose for below in _carrying(lab.cluster.platform, exposure))
        if any(each.workload.autoscale for each in service.parts(name)):
            yield from ((below, name) for below in lab.services if serves_metrics(lab, below))
        if secrets and any(each.secrets for _, each in service.containers_of(name)):
            yield secrets.vault, name


def _carrying(platform: Platform, exposure: Exposure) -> Iterator[str]:
    """The services that requests pass before they come to one."""
    if platform.ingress and platform.passes_ingress(exposure):
        yield platform.ingress.controller
        if platform.ingress.forward_auth and exposure.auth == "required":
            yield platform.ingress.forward_auth
    elif (gateway := platform.gateway_of(exposure)) and gateway.service:
        yield gateway.service


def ways_by(lab: Lab, machines: Collection[str]) -> tuple[Way, ...]:
    """Ways of the nodes that lead over these machines, which are all that their network names: with another name
    server they still find names."""
    network = lab.networks.networks[lab.cluster.node_network]
    addresses = {each.address for name in machines for each in lab.machines[name].interfaces if each.address}
    ways: list[Way] = ["gateway"] if network.gateway in addresses else []
    return (*ways, *(("name server",) if network.nameservers and addresses >= {*network.nameservers} else ()))


def serves_metrics(lab: Lab, name: str) -> bool:
    """Whether a service of the lab measures how much CPU and memory pods use."""
    service = lab.services[name]
    by_chart = isinstance(service, HelmService) and service.chart.name in METRICS_CHARTS
    return by_chart or name == "metrics-server" or METRICS_GROUP in service.installs()


def without(lab: Lab, interrupted: Iterable[Workload], workloads: Iterable[Workload]) -> Collection[str]:
    """Services that do not answer while these workloads are interrupted. A chart has others than the one that does:
    that is the one named like the service, or like what its endpoint leads to; where none is, it takes all of them."""
    gone = {each.key for each in interrupted}
    answering: dict[str, list[Workload]] = defaultdict(list)
    for each in workloads:
        if each.is_steady and each.service in lab.services:
            answering[each.service].append(each)
    return [name for name, own in answering.items() if own and all(each.key in gone for each in _main(lab, name, own))]


def _main(lab: Lab, name: str, own: list[Workload]) -> list[Workload]:
    service = lab.services[name]
    names = {name, service.answering(name) if service.listens() else name}
    return [each for each in own if each.name in names] or own

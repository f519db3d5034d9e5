"""Where services are reached from outside: host names of routes, addresses of their own, ports of nodes."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from config.lab import Lab
from config.service import HelmService
from config.source import is_mapping
from plan.cluster.membership import node_address
from plan.model.fields import entries, number, text

_OWN = ("localhost", "127.0.0.1")
"""A node's names for itself."""


def entrances(lab: Lab) -> Mapping[str, str]:
    """Services by host name or address, those at a port of the nodes by `HOST:PORT`."""
    found: dict[str, str] = {}
    for name, service in lab.services.items():
        for exposure in service.expose:
            found |= dict.fromkeys(exposure.host_names(lab.site.domain), name)
        found |= {str(each.address): name for each in service.addresses(name)}
        if isinstance(service, HelmService):
            found |= dict.fromkeys(_routed(service.values), name)
    for each in lab.objects_by_kind.get("Ingress", ()):
        found |= {text(rule, "host"): str(each.path[1]) for rule in entries(each.content, "spec", "rules")}
    nodes = _OWN + tuple(_nodes(lab))
    return found | {f"{node}:{port}": name for port, name in _node_ports(lab) for node in nodes}


def _nodes(lab: Lab) -> Iterator[str]:
    """Names and addresses of the nodes."""
    for name, machine in lab.machines.items():
        if machine.role != "appliance":
            yield from (name, node_address(lab, machine) or name)
    for name, node in lab.outside.items():
        yield from (name, str(node.address or name))


def _node_ports(lab: Lab) -> Iterator[tuple[int, str]]:
    for name, service in lab.services.items():
        for _, port in service.served(name):
            yield from ((each, name) for each in (port.node, port.host) if each)
        for part in service.parts(name):
            if part.workload.host_network:
                yield from ((port.number, name) for port in part.workload.ports.values())
        if isinstance(service, HelmService):
            yield from ((port, name) for port in _chart_ports(service.values))
    for each in lab.objects_by_kind.get("Service", ()):
        ports = (number(port, "nodePort", default=0) for port in entries(each.content, "spec", "ports"))
        yield from ((port, str(each.path[1])) for port in ports if port)


def _chart_ports(values: Mapping[str, Any]) -> Iterator[int]:
    for key, value in values.items():
        if is_mapping(value):
            yield from _chart_ports(value)
        elif key == "nodePort" and str(value).isdigit():
            yield int(value)


def _routed(values: Mapping[str, Any], *, inside: bool = False) -> Iterator[str]:
    """Host names of the Ingresses that a chart's values ask for, and of the URL that it is told to be reached at."""
    for key, value in values.items():
        within = inside or key == "ingress"
        if is_mapping(value):
            yield from _routed(value, inside=within)
        elif key == "externalURL" and isinstance(value, str):
            yield value.partition("://")[2].partition("/")[0].partition(":")[0]
        elif within and key in ("host", "hosts", "hostname"):
            for each in cast(list[Any], value) if isinstance(value, list) else [value]:
                yield str(cast(dict[str, Any], each).get("host", "")) if isinstance(each, dict) else str(each)

"""The Kubernetes Service of a workload, as ports of its containers."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from config.kubernetes import port_name_refusal
from operations.adopt.cluster.objects import Key, is_fields
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text, values

_TYPES = ("", "ClusterIP", "NodePort", "LoadBalancer")
"""Types of Services that lead to pods. One at the load balancer is said to have any address: which one is in the
vendor's annotations, or in a field that a patch says."""
_AFFINITY_SECONDS = 10800
"""How long a client stays with its pod, where a Service does not say it."""
_OPTIONS = {
    "externalTrafficPolicy": "external_traffic",
    "internalTrafficPolicy": "internal_traffic",
    "loadBalancerClass": "load_balancer_class",
    "ipFamilyPolicy": "ip_families",
    "trafficDistribution": "distribution",
}
"""Fields of a Service that are keys under `service_options`."""
_NAMELESS = {"TCP": "http", "UDP": "udp"}
"""The key in a file of a port that has no name."""


class Reached(NamedTuple):
    """How a workload is reached."""

    service: Key
    ports: Mapping[str, Mapping[str, Any]]
    """The value of each port in the file, by container and name."""
    numbers: Mapping[str, Mapping[str, int]]
    """The ports of the containers, by container and name."""
    at: Mapping[str, int]
    """The ports of the Service, by name."""
    stated: Literal["named", "unnamed", "none"]
    """How the containers state their ports."""
    keys: Mapping[str, Any]
    """Further keys of the workload."""
    adopted: Mapping[str, Any]
    """Keys under `adopt`."""


class Further(NamedTuple):
    """A further Service of a workload."""

    service: Key
    said: Mapping[str, Any]
    """Its keys in the file."""
    at: Mapping[str, int]
    """Its ports, by name."""


class _Port(NamedTuple):
    name: str
    """Its key in the file."""
    container: str
    number: int
    declared: str | None
    """Its name in the container; None where the container does not declare it."""
    host: int | None = None
    """The port of the node that the container takes."""


def service_of(workload: Key, controller: Fields, labels: Fields, services: Mapping[Key, Manifest]) -> Key | None:
    """The Service that is a workload's own: it selects its pods, and is best called like it."""
    headless = text(controller, "spec", "serviceName")
    fitting = sorted(_fitting(labels, services), key=lambda key: (key.name != headless, key.name != workload.name, key))
    return fitting[0] if fitting else None


def _fitting(labels: Fields, services: Mapping[Key, Manifest]) -> list[Key]:
    """The Services that select pods with these labels."""
    selectors = {key: mapping(each, "spec", "selector") for key, each in services.items()}
    return [key for key, selector in selectors.items() if selector and selector.items() <= labels.items()]


def further_services(labels: Fields, selector: Fields, services: Mapping[Key, Manifest], pod: Fields) -> list[Further]:
    """Services that lead to pods with these labels too, as far as the format can say them. `selector` is that of their
    controller."""
    return [further for key in _fitting(labels, services) if (further := _further(key, services[key], selector, pod))]


def _further(key: Key, service: Fields, selector: Fields, pod: Fields) -> Further | None:
    found = _ports(service, pod)
    if found is None:
        return None
    stated = entries(service, "spec", "ports")
    keys = _keys(service)
    marks = {field: Flow(keys.pop(field)["service"]) for field in ("labels", "annotations") if field in keys}
    own = mapping(service, "spec", "selector")
    said: dict[str, Any] = {
        "ports": Flow({port.name: _said(port, each) for port, each in zip(found, stated, strict=True)}),
        **({"selector": Flow(own)} if own != selector else {}),
        **keys,
        **({} if text(stated[0], "name") else {"unnamed_port": True}),
        **marks,
    }
    return Further(key, said, {port.name: number(each, "port") for port, each in zip(found, stated, strict=True)})


def _ports(service: Fields, pod: Fields) -> list[_Port] | None:
    """The ports of a Service, each with that of the pod, by the names that containers give them, unless one is called
    twice so; None where the format has no word for one, or for its type."""
    stated = entries(service, "spec", "ports")
    if text(service, "spec", "type") not in _TYPES or not stated:
        return None
    found: list[_Port] = []
    for each in stated:
        port = _port(each, entries(pod, "containers"))
        if port is None or any(port.name == other.name for other in found):
            return None
        found.append(port)
    declared = [each._replace(name=each.declared or each.name) for each in found]
    return declared if len({each.name for each in declared}) == len(found) else found


def reached(key: Key, service: Fields, pod: Fields) -> Reached | None:
    """The ports of a Service in the keys of a workload; None where the format has none for it."""
    found = _ports(service, pod)
    if found is None:
        return None
    stated, containers = entries(service, "spec", "ports"), entries(pod, "containers")
    order = [text(each, "name") for each in containers]
    if [order.index(each.container) for each in found] != sorted(order.index(each.container) for each in found):
        return None
    ports: dict[str, dict[str, Any]] = {}
    for port, each in zip(found, stated, strict=True):
        ports.setdefault(port.container, {})[port.name] = _said(port, each)
    targets = {isinstance(each.get("targetPort"), str) for each in stated}
    how = _how(found, containers)
    adopted: dict[str, Any] = {
        "service": key.name,
        **({"ports": how} if how != "named" else {}),
        **({"target": "name"} if targets == {True} else {}),
        **({"unnamed_port": True} if not text(stated[0], "name") else {}),
    }
    numbers = {
        container: {each.name: each.number for each in found if each.container == container} for container in ports
    }
    at = {port.name: number(each, "port") for port, each in zip(found, stated, strict=True)}
    keys = _keys(service)
    if "load_balancer" in keys:
        keys["publish"] = FlowList([port.name for port in found])
    return Reached(key, ports, numbers, at, how, keys, adopted)


def _port(stated: Fields, containers: Iterable[Fields]) -> _Port | None:
    """The port of a container that a port of a Service leads to."""
    protocol = text(stated, "protocol") or "TCP"
    if protocol not in _NAMELESS:
        return None
    target = stated.get("targetPort", stated.get("port"))
    name = text(stated, "name")
    for container in containers:
        for port in entries(container, "ports"):
            if target in (port.get("name"), port.get("containerPort")) and (
                (text(port, "protocol") or "TCP") == protocol
            ):
                called = name or text(port, "name") or _NAMELESS[protocol]
                host = number(port, "hostPort") or None
                return _Port(called, text(container, "name"), number(port, "containerPort"), text(port, "name"), host)
    called = name or _NAMELESS[protocol]
    if not isinstance(target, int) or port_name_refusal(called) is not None:
        return None
    return next((_Port(called, text(first, "name"), target, None) for first in containers), None)


def _how(ports: Collection[_Port], containers: Iterable[Fields]) -> Literal["named", "unnamed", "none"]:
    """Stated as the containers do, if each states those of the Service in their order, and without names also first;
    else not at all, for a patch adds ports behind others."""
    declared = {each.declared for each in ports}
    for container in containers:
        stated = [each.get("containerPort") for each in entries(container, "ports")]
        reached_at = [each.number for each in ports if each.container == text(container, "name")]
        if None in declared or (declared == {""} and stated[: len(reached_at)] != reached_at):
            return "none"
        in_order = iter(stated)
        if not all(each in in_order for each in reached_at):
            return "none"
    return "unnamed" if declared == {""} else "named"


def stated_ports(container: Fields, reach: Reached | None) -> dict[str, Any]:
    """The ports of a container in its own order: those of its Service, and as far as they have names those that it
    states besides. Where it does not state them by name, those of the Service alone."""
    served = dict(reach.ports.get(text(container, "name"), {})) if reach else {}
    if reach is not None and reach.stated != "named":
        return served
    left, found = [*served.items()], dict[str, Any]()
    for port in entries(container, "ports"):
        name, udp = text(port, "name"), text(port, "protocol") == "UDP"
        listening = f"{number(port, 'containerPort')}/udp" if udp else number(port, "containerPort")
        if left and listens_at(left[0][1]) == listening:
            key, said = left.pop(0)
            found[key] = said
        elif port_name_refusal(name) is None and name not in served and text(port, "protocol") in ("", *_NAMELESS):
            host = {"host": port["hostPort"]} if port.get("hostPort") else {}
            found[name] = Flow(number=listening, service=False, **host)
        else:
            break
    return found | dict(left)


def listens_at(said: Any) -> Any:
    """Where a port of a file listens: a number, or with `/udp` behind it a text."""
    return said["number"] if is_fields(said) else said


def _said(port: _Port, stated: Fields) -> Any:
    protocol = text(stated, "protocol") or "TCP"
    listening = f"{port.number}/udp" if protocol == "UDP" else port.number
    more = {
        **({"service": stated["port"]} if stated.get("port", port.number) != port.number else {}),
        **({"service_name": text(stated, "name")} if text(stated, "name") not in ("", port.name) else {}),
        **({"node": stated["nodePort"]} if stated.get("nodePort") else {}),
        **({"host": port.host} if port.host else {}),
        **({"speaks": text(stated, "appProtocol")} if stated.get("appProtocol") else {}),
    }
    return Flow(number=listening, **more) if more else listening


def _keys(service: Fields) -> dict[str, Any]:
    spec, metadata = mapping(service, "spec"), mapping(service, "metadata")
    said: dict[str, Any] = {}
    if spec.get("clusterIP") == "None":
        said["headless"] = True
    seconds = mapping(spec, "sessionAffinityConfig", "clientIP").get("timeoutSeconds")
    if text(spec, "sessionAffinity") == "ClientIP":
        said["session_affinity_seconds"] = seconds or _AFFINITY_SECONDS
    if text(spec, "type") == "LoadBalancer":
        said["load_balancer"] = "any"
    options = {key: spec[field] for field, key in _OPTIONS.items() if spec.get(field)}
    if ranges := values(spec, "loadBalancerSourceRanges"):
        options["source_ranges"] = FlowList(ranges)
    if spec.get("allocateLoadBalancerNodePorts") is False:
        options["node_ports"] = False
    if options:
        said["service_options"] = Flow(options)
    if spec.get("publishNotReadyAddresses"):
        said["publish_not_ready"] = True
    for field in ("labels", "annotations"):
        if marks := mapping(metadata, field):
            said[field] = {"service": dict(marks)}
    return said

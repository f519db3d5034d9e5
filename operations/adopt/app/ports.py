"""The Kubernetes Service of a workload, as ports of its containers."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from config.kubernetes import port_name_refusal
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.yaml_text import Flow
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text

_TYPES = ("", "ClusterIP", "NodePort", "LoadBalancer")
"""Types of Services that lead to pods. A patch says that one has an address of the load balancer, for the vendor's
annotations and fields say which."""
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


class _Port(NamedTuple):
    name: str
    container: str
    number: int
    declared: str | None
    """Its name in the container; None where the container does not declare it."""


def service_of(workload: Key, controller: Fields, labels: Fields, services: Mapping[Key, Manifest]) -> Key | None:
    """The Service that is a workload's own: it selects its pods, and is best called like it."""
    fitting = [
        key
        for key, each in services.items()
        if (selector := mapping(each, "spec", "selector")) and selector.items() <= labels.items()
    ]
    headless = text(controller, "spec", "serviceName")
    fitting.sort(key=lambda key: (key.name != headless, key.name != workload.name, key.name))
    return fitting[0] if fitting else None


def reached(key: Key, service: Fields, pod: Fields) -> Reached | None:
    """The ports of a Service in the keys of a workload; None where the format has none for it."""
    spec = mapping(service, "spec")
    stated = list(entries(spec, "ports"))
    if text(spec, "type") not in _TYPES or not stated:
        return None
    containers = entries(pod, "containers")
    found: list[_Port] = []
    for each in stated:
        port = _port(each, containers)
        if port is None or any(port.name == other.name for other in found):
            return None
        found.append(port)
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
    return Reached(key, ports, numbers, at, how, _keys(service), adopted)


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
                return _Port(called, text(container, "name"), number(port, "containerPort"), text(port, "name"))
    called = name or _NAMELESS[protocol]
    if not isinstance(target, int) or port_name_refusal(called) is not None:
        return None
    return next((_Port(called, text(first, "name"), target, None) for first in containers), None)


def _how(ports: Collection[_Port], containers: Iterable[Fields]) -> Literal["named", "unnamed", "none"]:
    """Stated as the containers do, if each states those of the Service, and first and in their order; else not at all,
    for a patch adds ports behind others."""
    declared = {each.declared for each in ports}
    for container in containers:
        stated = [each.get("containerPort") for each in entries(container, "ports")]
        reached_at = [each.number for each in ports if each.container == text(container, "name")]
        if None in declared or stated[: len(reached_at)] != reached_at:
            return "none"
    return "unnamed" if declared == {""} else "named"


def _said(port: _Port, stated: Fields) -> Any:
    protocol = text(stated, "protocol") or "TCP"
    listening = f"{port.number}/udp" if protocol == "UDP" else port.number
    more = {
        **({"service": stated["port"]} if stated.get("port") != port.number else {}),
        **({"node": stated["nodePort"]} if stated.get("nodePort") else {}),
        **({"speaks": text(stated, "appProtocol")} if stated.get("appProtocol") else {}),
    }
    return Flow(number=listening, **more) if more else listening


def _keys(service: Fields) -> dict[str, Any]:
    spec, metadata = mapping(service, "spec"), mapping(service, "metadata")
    said: dict[str, Any] = {}
    if spec.get("clusterIP") == "None":
        said["headless"] = True
    seconds = mapping(spec, "sessionAffinityConfig", "clientIP").get("timeoutSeconds")
    if text(spec, "sessionAffinity") == "ClientIP" and isinstance(seconds, int):
        said["session_affinity_seconds"] = seconds
    if spec.get("publishNotReadyAddresses"):
        said["publish_not_ready"] = True
    for field in ("labels", "annotations"):
        if marks := mapping(metadata, field):
            said[field] = {"service": dict(marks)}
    return said

"""Pods and Kubernetes Services of a plan, as connections between them need them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.pod import POD_TEMPLATES
from config.service import HelmService, PostgresService
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, number, text, value
from plan.model.metadata import api_group, is_custom
from plan.model.templates import pod_template


class ServedPort(NamedTuple):
    """A port of a Kubernetes Service, and that of the pods behind it."""

    reached: int
    name: str
    pod_port: int | str
    """A number, or a name that no container in the plan has."""
    protocol: str


class Endpoint(NamedTuple):
    """A Kubernetes Service and the pods behind it."""

    service: str
    """Of the lab."""
    namespace: str
    name: str
    selector: Mapping[str, str]
    """Labels that know its pods; empty where any pod of the namespace may be behind it, as with a chart."""
    ports: tuple[ServedPort, ...]
    """Empty for all."""
    is_for_everybody: bool = False
    """Whether it is reached from outside of the cluster, at an address or at the nodes."""


class PodTemplate(NamedTuple):
    """The pods of a workload that is written in the plan."""

    service: str
    workload: str
    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    ports: Mapping[str, int]
    host_ports: tuple[ServedPort, ...]
    """Ports of its node that each pod takes for itself."""
    on_host_network: bool


def pod_templates(services: Iterable[Service]) -> Iterator[PodTemplate]:
    """All pods that the program or a file of the lab writes. Those of charts and operators are not known."""
    for service in services:
        for each in service.objects:
            if each["kind"] in POD_TEMPLATES:
                template = pod_template(each)
                ports = [port for container in _containers(template) for port in entries(container, "ports")]
                yield PodTemplate(
                    service.name,
                    each["metadata"]["name"],
                    service.namespace_of(each),
                    mapping(template, "metadata", "labels"),
                    mapping(template, "metadata", "annotations"),
                    {text(port, "name"): number(port, "containerPort") for port in ports if text(port, "name")},
                    tuple(map(_host_port, (port for port in ports if value(port, "hostPort")))),
                    value(template, "spec", "hostNetwork") is True,
                )


def _host_port(port: Fields) -> ServedPort:
    protocol = text(port, "protocol") or "TCP"
    return ServedPort(number(port, "hostPort"), text(port, "name"), number(port, "containerPort"), protocol)


def endpoints(lab: Lab, services: Iterable[Service]) -> Iterator[Endpoint]:
    """All Kubernetes Services: those that are written, of CloudNativePG, and of charts as stated."""
    services = tuple(services)
    pods = tuple(pod_templates(services))
    for service in services:
        config = lab.services[service.name]
        for each in service.objects:
            if each["kind"] == "Service" and (selector := mapping(each, "spec", "selector")):
                yield _written(service, each, selector, pods)
        if isinstance(config, PostgresService):
            port = ServedPort(config.port, "postgres", config.port, "TCP")
            for suffix in ("rw", "ro", "r"):
                yield Endpoint(
                    service.name, service.namespace, f"{service.name}-{suffix}", cluster_labels(service.name), (port,)
                )
        if isinstance(config, HelmService) and config.endpoint:
            port = ServedPort(config.endpoint.port, "", config.endpoint.port, "TCP")
            yield Endpoint(service.name, service.namespace, config.endpoint.service, {}, (port,))


def open_namespaces(services: Iterable[Service]) -> frozenset[str]:
    """Namespaces in which a chart or an operator makes objects that the plan does not know."""
    return frozenset(
        service.namespace
        for service in services
        if service.release or any(is_custom(api_group(each)) for each in service.objects)
    )


def cluster_labels(name: str) -> Mapping[str, str]:
    """Labels by which CloudNativePG knows the pods of a cluster."""
    return {"cnpg.io/cluster": name}


def _written(service: Service, manifest: Manifest, selector: Fields, pods: tuple[PodTemplate, ...]) -> Endpoint:
    namespace = service.namespace_of(manifest)
    behind = [each for each in pods if each.namespace == namespace and selector.items() <= each.labels.items()]
    ports: list[ServedPort] = []
    for port in entries(manifest, "spec", "ports"):
        target = value(port, "targetPort") or number(port, "port")
        numbers = {each.ports[target] for each in behind if isinstance(target, str) and target in each.ports}
        pod_port = numbers.pop() if len(numbers) == 1 else target
        ports.append(ServedPort(number(port, "port"), text(port, "name"), pod_port, text(port, "protocol") or "TCP"))
    is_outside = text(manifest, "spec", "type") in ("LoadBalancer", "NodePort")
    return Endpoint(service.name, namespace, manifest["metadata"]["name"], selector, tuple(ports), is_outside)


def _containers(template: Fields) -> Iterator[Fields]:
    for key in ("containers", "initContainers"):
        yield from entries(template, "spec", key)

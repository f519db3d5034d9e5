"""How workloads are reached inside the cluster, and at a load-balancer address: Services."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address
from typing import Any, NamedTuple

from config.service.adopted import Adopted
from config.service.container import Part
from config.service.further_service import FurtherService
from config.service.port import ContainerPort
from config.service.published import known_address
from config.service.runs import ENDING
from config.service.serving import ServiceOptions
from plan.model import Manifest
from plan.model.metadata import NOT_AWAITED, manifest
from plan.workloads.context import ServiceContext
from plan.workloads.identity import identity
from plan.workloads.load_balancers import address_annotations, address_fields

OUTSIDE = "-outside"
"""Suffix of the Service at a load-balancer address, where it publishes only some ports."""
NODES = "-nodes"
"""Suffix of the Service at ports of the nodes, where others are not: Kubernetes opens all ports of such a Service."""


def gives_up_ports(manifest: Manifest) -> str | None:
    """The name of the Service that may have had the ports of nodes that another one takes: it must give them up first,
    since a port of the nodes is of one Service."""
    name: str = manifest["metadata"]["name"]
    takes = manifest["kind"] == "Service" and any("nodePort" in each for each in manifest["spec"].get("ports", ()))
    return name.removesuffix(NODES) if takes and name.endswith(NODES) else None


class _Leading(NamedTuple):
    """How a Kubernetes Service leads to pods."""

    selector: Mapping[str, str]
    ports: Sequence[Manifest]
    options: ServiceOptions
    is_headless: bool
    is_balanced: bool
    at_nodes: bool
    address: IPv4Address | None
    affinity_seconds: int | None
    publish_not_ready: bool


def service(context: ServiceContext, part: Part) -> Iterator[Manifest]:
    """The Services of a workload that listens. Ports that are published at a load-balancer address are a Service of
    their own, unless all of them are; so are those at ports of the nodes, unless it ran before."""
    name, config = part.name, part.workload
    ports = config.reached_ports
    if config.runs_as in ENDING:
        return
    if ports:
        called = identity(name, config)
        published = config.publish if config.is_balanced else ()
        everything = set(published) == ports.keys() and not config.headless
        at_nodes = tuple(each for each, port in ports.items() if port.node)
        apart = 0 < len(at_nodes) < len(ports) and not config.adopt.as_it_is
        own = {each: port._replace(node=None) for each, port in ports.items()} if apart else ports
        yield _service(context, called.service, part, own, is_balanced=config.is_balanced and everything)
        if config.is_balanced and not everything:
            outside = {each: ports[each]._replace(node=None) for each in published}
            yield _service(context, f"{called.service}{OUTSIDE}", part, outside, is_balanced=True)
        if apart:
            nodes = {each: ports[each] for each in at_nodes}
            yield _service(context, f"{called.service}{NODES}", part, nodes, is_balanced=False)
    for called, further in config.further_services.items():
        yield _further(context, called, part, further)


def _service(
    context: ServiceContext, called: str, part: Part, ports: Mapping[str, ContainerPort], *, is_balanced: bool
) -> Manifest:
    config = part.workload
    leading = _Leading(
        selector=identity(part.name, config).selector,
        ports=[
            _port(
                None if config.adopt.unnamed_port else port.service_name or name,
                port,
                _target(config.adopt, name, port),
            )
            for name, port in ports.items()
        ],
        options=config.service_options,
        is_headless=config.headless and not is_balanced,
        is_balanced=is_balanced,
        at_nodes=any(port.node for port in ports.values()),
        address=known_address(config.load_balancer) if is_balanced else None,
        affinity_seconds=config.session_affinity_seconds,
        publish_not_ready=config.publish_not_ready,
    )
    return _manifest(context, called, part, leading, (config.labels.service, config.annotations.service))


def _further(context: ServiceContext, called: str, part: Part, further: FurtherService) -> Manifest:
    """A port that is one of the workload's is led to in the same way; another one by its number."""
    config = part.workload

    def target(name: str, port: ContainerPort) -> Mapping[str, str | int]:
        own = next((each.ports[name] for each in (config, *config.sidecars.values()) if name in each.ports), None)
        by_name = own is not None and (own.number, own.protocol) == (port.number, port.protocol)
        adopted = config.adopt if by_name else config.adopt.model_copy(update={"target": "number"})
        return _target(adopted, name, port)

    leading = _Leading(
        selector=further.selector or identity(part.name, config).selector,
        ports=[
            _port(None if further.unnamed_port else port.service_name or name, port, target(name, port))
            for name, port in further.ports.items()
        ],
        options=further.service_options,
        is_headless=further.headless,
        is_balanced=further.is_balanced,
        at_nodes=further.at_nodes,
        address=known_address(further.load_balancer),
        affinity_seconds=further.session_affinity_seconds,
        publish_not_ready=further.publish_not_ready,
    )
    return _manifest(context, called, part, leading, (further.labels, further.annotations))


def _target(adopted: Adopted, name: str, port: ContainerPort) -> dict[str, str | int]:
    """Where a port of the Service leads; one that stays as it is leads to the same number without saying so."""
    if (adopted.target or ("number" if adopted.as_it_is else "name")) == "name":
        return {"targetPort": name}
    return {} if adopted.as_it_is and port.reached == port.number else {"targetPort": port.number}


def _port(name: str | None, port: ContainerPort, target: Mapping[str, str | int]) -> Manifest:
    return {
        **({"name": name} if name else {}),
        "port": port.reached,
        **target,
        "protocol": port.protocol,
        **({"nodePort": port.node} if port.node else {}),
        **({"appProtocol": port.speaks} if port.speaks else {}),
    }


def _manifest(
    context: ServiceContext, called: str, part: Part, leading: _Leading, marks: tuple[Mapping[str, str], ...]
) -> Manifest:
    config = part.workload
    own_labels, own_annotations = marks
    spec: dict[str, Any] = {
        "type": "LoadBalancer" if leading.is_balanced else "NodePort" if leading.at_nodes else "ClusterIP",
        "selector": dict(leading.selector),
        "ports": list(leading.ports),
    }
    if leading.is_headless:
        spec["clusterIP"] = "None"
    if leading.is_balanced and (leading.address or not config.adopt.as_it_is):
        spec["allocateLoadBalancerNodePorts"] = leading.at_nodes
    if leading.address:
        spec |= address_fields(context.lab, leading.address)
    elif leading.is_balanced and not config.adopt.as_it_is and leading.options.load_balancer_class is None:
        spec["externalTrafficPolicy"] = "Local"
    is_outside = leading.is_balanced or leading.at_nodes
    spec |= _options(leading.options, is_balanced=leading.is_balanced, is_outside=is_outside)
    if leading.affinity_seconds:
        times = {"clientIP": {"timeoutSeconds": leading.affinity_seconds}}
        spec |= {"sessionAffinity": "ClientIP", "sessionAffinityConfig": times}
    if leading.publish_not_ready:
        spec["publishNotReadyAddresses"] = True
    asked = address_annotations(context.lab, leading.address) if leading.address else {}
    return manifest(
        "v1",
        "Service",
        called,
        context.namespace,
        labels={**own_labels, **({} if config.adopt.as_it_is else context.labels(part.name))},
        marked=not config.adopt.as_it_is,
        annotations={**own_annotations, **asked, **(NOT_AWAITED if config.replicas == 0 else {})},
        spec=spec,
    )


def _options(stated: ServiceOptions, *, is_balanced: bool, is_outside: bool) -> dict[str, Any]:
    """The settings that are stated, as far as they are of this Service."""
    settings: dict[str, Any] = {
        "externalTrafficPolicy": stated.external_traffic if is_outside else None,
        "internalTrafficPolicy": stated.internal_traffic,
        "trafficDistribution": stated.distribution,
        "loadBalancerSourceRanges": list(stated.source_ranges) or None if is_balanced else None,
        "allocateLoadBalancerNodePorts": stated.node_ports if is_balanced else None,
        "loadBalancerClass": stated.load_balancer_class if is_balanced else None,
        "ipFamilyPolicy": stated.ip_families,
        "ipFamilies": list(stated.families) or None,
    }
    return {key: value for key, value in settings.items() if value is not None}

"""How workloads are reached inside the cluster, and at a load-balancer address: Services."""

from collections.abc import Iterator, Sequence
from typing import Any

from config.service.adopted import Adopted
from config.service.container import Part
from config.service.port import ContainerPort
from config.service.runs import ENDING
from config.service.serving import ServiceOptions
from plan.model import Manifest
from plan.model.metadata import NOT_AWAITED, manifest
from plan.workloads.context import ServiceContext
from plan.workloads.identity import identity
from plan.workloads.load_balancers import address_annotations, address_fields

OUTSIDE = "-outside"
"""Suffix of the Service at a load-balancer address, where it publishes only some ports."""


def service(context: ServiceContext, part: Part) -> Iterator[Manifest]:
    """The Services of a workload that listens. Ports that are published at a load-balancer address are a Service of
    their own, unless all of them are."""
    name, config = part.name, part.workload
    ports = config.reached_ports
    if not ports or config.runs_as in ENDING:
        return
    called = identity(name, config)
    published = config.publish if config.is_balanced else ()
    everything = set(published) == ports.keys() and not config.headless
    yield _service(context, called.service, part, tuple(ports), is_balanced=config.is_balanced and everything)
    if config.is_balanced and not everything:
        yield _service(context, f"{called.service}{OUTSIDE}", part, published, is_balanced=True)


def _target(adopted: Adopted, name: str, port: ContainerPort) -> dict[str, str | int]:
    """Where a port of the Service leads; one that stays as it is leads to the same number without saying so."""
    if (adopted.target or ("number" if adopted.as_it_is else "name")) == "name":
        return {"targetPort": name}
    return {} if adopted.as_it_is and port.reached == port.number else {"targetPort": port.number}


def _service(context: ServiceContext, called: str, part: Part, ports: Sequence[str], *, is_balanced: bool) -> Manifest:
    name, config = part.name, part.workload
    address = config.load_balancer if is_balanced else None
    shown = [(port_name, config.reached_ports[port_name]) for port_name in ports]
    at_nodes = any(port.node for _, port in shown)
    spec: dict[str, Any] = {
        "type": "LoadBalancer" if is_balanced else "NodePort" if at_nodes else "ClusterIP",
        "selector": dict(identity(name, config).selector),
        "ports": [
            {
                **({} if config.adopt.unnamed_port else {"name": port_name}),
                "port": port.reached,
                **_target(config.adopt, port_name, port),
                "protocol": port.protocol,
                **({"nodePort": port.node} if port.node else {}),
                **({"appProtocol": port.speaks} if port.speaks else {}),
            }
            for port_name, port in shown
        ],
    }
    if config.headless and not is_balanced:
        spec["clusterIP"] = "None"
    if is_balanced:
        spec["allocateLoadBalancerNodePorts"] = at_nodes
    if address:
        spec |= address_fields(context.lab, address)
    spec |= _options(config.service_options, is_balanced=is_balanced, is_outside=is_balanced or at_nodes)
    if config.session_affinity_seconds:
        times = {"clientIP": {"timeoutSeconds": config.session_affinity_seconds}}
        spec |= {"sessionAffinity": "ClientIP", "sessionAffinityConfig": times}
    if config.publish_not_ready:
        spec["publishNotReadyAddresses"] = True
    annotations = config.annotations.service | (address_annotations(context.lab, address) if address else {})
    if config.replicas == 0:
        annotations |= NOT_AWAITED
    labels = config.labels.service | ({} if config.adopt.as_it_is else context.labels(name))
    return manifest(
        "v1",
        "Service",
        called,
        context.namespace,
        labels=labels,
        marked=not config.adopt.as_it_is,
        annotations=annotations,
        spec=spec,
    )


def _options(stated: ServiceOptions, *, is_balanced: bool, is_outside: bool) -> dict[str, Any]:
    """The settings that are stated, as far as they are of this Service."""
    settings: dict[str, Any] = {
        "externalTrafficPolicy": stated.external_traffic if is_outside else None,
        "internalTrafficPolicy": stated.internal_traffic,
        "loadBalancerClass": stated.load_balancer_class if is_balanced else None,
        "ipFamilyPolicy": stated.ip_families,
        "ipFamilies": list(stated.families) or None,
    }
    return {key: value for key, value in settings.items() if value is not None}

"""Network policies of namespaces whose tier asks for them: what the lab knows is let through, and nothing else.

Pods of a namespace reach each other, DNS, what carries the lab's routes, and everything outside of the cluster, the API
server among it. Each known connection between namespaces is let in at one end and out at the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of
from config.pod import POD_TEMPLATES
from plan.model import Manifest, Namespace, Service
from plan.model.metadata import SERVICE_LABEL, api_group, manifest, service_labels
from plan.workloads.connections import KnownConnection, known_connections
from plan.workloads.endpoints import PodTemplate, pod_templates
from plan.workloads.node_addresses import addresses_of_nodes
from plan.workloads.pods_of_operators import may_make_pods

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""Label that the API server gives to each namespace."""
_DNS_NAMESPACE = "kube-system"
_DATABASES = "postgresql.cnpg.io"
"""API group of the operator whose pods the plan has."""


def is_asked_for(lab: Lab) -> bool:
    """Whether a tier has network policies."""
    return any(tier.network_policies for tier in lab.tiers.values())


def denied(lab: Lab, namespaces: Iterable[Namespace], services: Iterable[Service]) -> tuple[list[str], list[str]]:
    """Namespaces of tiers with network policies: those that get them, and those that stay as they are. Hosts outside of
    the cluster have no pods to close."""
    by_name = {each.name: each for each in services}
    asked = [
        each
        for each in namespaces
        if lab.tiers[each.tier].network_policies and any(by_name[name].kind != "external" for name in each.services)
    ]
    known = {each.name for each in asked if all(_writes_its_pods(by_name[name]) for name in each.services)}
    return [each.name for each in asked if each.name in known], [each.name for each in asked if each.name not in known]


def _writes_its_pods(service: Service) -> bool:
    """Whether all pods of a service are in the plan, or those of a database."""
    return service.release is None and all(_makes_no_other_pods(each) for each in service.objects)


def _makes_no_other_pods(each: Manifest) -> bool:
    group = api_group(each)
    return group == _DATABASES or not may_make_pods(group, each["kind"]) or each["kind"] in POD_TEMPLATES


def with_network_policies(
    lab: Lab, namespaces: Iterable[Namespace], services: tuple[Service, ...]
) -> tuple[Service, ...]:
    """The services, each with the policies of its namespace that are its own."""
    if not is_asked_for(lab):
        return services
    namespaces = tuple(namespaces)
    closed, _ = denied(lab, namespaces, services)
    first = {each.services[0]: each.name for each in namespaces if each.name in closed}
    added: dict[str, list[Manifest]] = defaultdict(list)
    for service in services:
        if service.name in first:
            added[service.name].append(_default(lab, service))
    ends = _Ends(lab, {each.name: each for each in services}, tuple(pod_templates(services)))
    known = [each for each in known_connections(lab, services) if not _is_within(ends, each)]
    for name, policy in (*_incoming(ends, known, closed), *_outgoing(ends, known, closed)):
        added[name].append(policy)
    return tuple(each._replace(manifests=(*each.manifests, *added[each.name])) for each in services)


class _Ends(NamedTuple):
    """All that connections have at their ends."""

    lab: Lab
    services: Mapping[str, Service]
    pods: tuple[PodTemplate, ...]


def _default(lab: Lab, service: Service) -> Manifest:
    """The policy that makes all others count, with what every pod needs."""
    outside = [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [str(lab.cluster.pod_cidr)]}}]
    if lab.cluster.ipv6:
        outside.append({"ipBlock": {"cidr": "::/0", "except": [str(lab.cluster.ipv6.pod_cidr)]}})
    ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    egress: list[dict[str, Any]] = [
        {"to": [{"podSelector": {}}, *outside, *(_namespace(each) for each in _carriers(lab))]},
        {"to": [_namespace(_DNS_NAMESPACE)], "ports": ports},
    ]
    spec: dict[str, Any] = {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [{"podSelector": {}}]}],
        "egress": egress,
    }
    return _policy(service, "default", spec)


def _carriers(lab: Lab) -> list[str]:
    """Namespaces whose pods carry requests to names of the lab: its services use them too."""
    platform = lab.cluster.platform
    names = [platform.ingress.controller] if platform.ingress else []
    names += [each.service for each in platform.gateways.values() if each.service]
    by_gateways = (each.namespace for each in platform.gateways.values())
    return list(dict.fromkeys((*(namespace_of(lab, each) for each in names), *by_gateways)))


def _is_within(ends: _Ends, connection: KnownConnection) -> bool:
    """Whether both ends are in one namespace, on the network of the pods."""
    if connection.client != "service":
        return False
    own = [each for each in ends.pods if each.service == connection.service]
    is_here = ends.services[connection.service].namespace == connection.server.namespace
    return is_here and not any(each.on_host_network for each in own)


def _incoming(ends: _Ends, known: Iterable[KnownConnection], closed: list[str]) -> Iterator[tuple[str, Manifest]]:
    """For each kind of pods that others reach, by service, the policy that lets them in."""
    groups: dict[tuple[str, str], list[KnownConnection]] = defaultdict(list)
    for each in known:
        if each.server.namespace in closed:
            groups[each.server.namespace, repr(sorted(each.server.selector.items()))].append(each)
    for group in groups.values():
        server = group[0].server
        rules: dict[str, dict[str, Any]] = {}
        for each in group:
            ports = [{"protocol": port.protocol, "port": port.pod_port} for port in each.server.ports]
            rule = rules.setdefault(repr((ports, each.client == "everybody")), {"ports": ports} if ports else {})
            if each.client != "everybody":
                rule["from"] = _united(rule.get("from", []), _client(ends, each))
        spec = {
            "podSelector": _labelled(server.selector),
            "policyTypes": ["Ingress"],
            "ingress": list(rules.values()),
        }
        service = ends.services[server.service]
        yield service.name, _policy(service, f"to-{server.name}", spec, server.namespace)


def _outgoing(ends: _Ends, known: Iterable[KnownConnection], closed: list[str]) -> Iterator[tuple[str, Manifest]]:
    """For each service that reaches others, the policy that lets it out. Ports are up to the other end."""
    servers: dict[str, list[dict[str, Any]]] = {}
    for each in known:
        if each.client == "service" and ends.services[each.service].namespace in closed:
            peer = _namespace(each.server.namespace)
            peer |= {"podSelector": _labelled(each.server.selector)} if each.server.selector else {}
            servers[each.service] = _united(servers.get(each.service, []), [peer])
    for name, peers in servers.items():
        service = ends.services[name]
        spec = {"podSelector": _pods_of(ends, name), "policyTypes": ["Egress"], "egress": [{"to": peers}]}
        yield name, _policy(service, f"from-{name}", spec)


def _client(ends: _Ends, connection: KnownConnection) -> list[dict[str, Any]]:
    nodes = [{"ipBlock": {"cidr": str(each)}} for each in addresses_of_nodes(ends.lab)]
    if connection.client == "nodes":
        return nodes
    service = ends.services[connection.service]
    selected = _pods_of(ends, service.name)
    peer = _namespace(service.namespace) | ({"podSelector": selected} if selected else {})
    by_nodes = any(each.on_host_network for each in ends.pods if each.service == service.name)
    return [peer, *nodes] if by_nodes else [peer]


def _pods_of(ends: _Ends, name: str) -> dict[str, Any]:
    """A selector of the pods of a service; of all of its namespace where it has others than the program's."""
    own = [each for each in ends.pods if each.service == name]
    is_labelled = own and all(each.labels.get(SERVICE_LABEL) == name for each in own)
    is_known = ends.services[name].kind in ("app", "gpu", "mysql")
    return _labelled({SERVICE_LABEL: name}) if is_labelled and is_known else {}


def _united(peers: list[dict[str, Any]], more: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*peers, *(each for each in more if each not in peers)]


def _namespace(name: str) -> dict[str, Any]:
    return {"namespaceSelector": _labelled({NAMESPACE_NAME: name})}


def _labelled(labels: Mapping[str, str]) -> dict[str, Any]:
    return {"matchLabels": dict(labels)} if labels else {}


def _policy(service: Service, name: str, spec: dict[str, Any], namespace: str | None = None) -> Manifest:
    labels = service_labels(service.name, service.tier)
    return manifest(
        "networking.k8s.io/v1", "NetworkPolicy", name, namespace or service.namespace, labels=labels, spec=spec
    )

"""NetworkPolicies that keep a pod from a Service that it needs, or an ingress controller from what it leads to."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from observation.model import Observation
from observation.objects import Reference, created, labels_of, name_of, namespace_of, reference
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import containers, is_over, is_ready, is_young, unready_since, workload
from operations.doctor.rules.containers.dependencies import selected_pods, services_named
from operations.doctor.rules.network.routes import routes
from plan.kubernetes import network_policy
from plan.model import Manifest
from plan.model.fields import Fields, entries, number, text, value
from plan.wording import listed

_CONTROLLERS = ("traefik", "ingress-nginx/controller", "ingress-nginx-controller", "haproxy-ingress")
"""Parts of the images of programs that serve Ingresses."""


class _Way(NamedTuple):
    """A connection that a pod has to make."""

    client: Manifest
    server: Manifest
    port: Fields
    """The port of the Service."""


class _Refusal(NamedTuple):
    policy: Manifest
    direction: network_policy.Direction


def network_policy_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each policy that refuses a connection without which something does not work."""
    if not observed.of("NetworkPolicy"):
        return
    refused: dict[Reference, list[tuple[_Refusal, Reference, Reference, frozenset[Reference]]]] = defaultdict(list)
    for refusal, user, service, covers in (*_of_unready(observed), *_of_routes(observed)):
        refused[reference(refusal.policy)].append((refusal, user, service, covers))
    for policy, each in refused.items():
        first, *_ = each
        users = listed([str(one) for one in dict.fromkeys(user for _, user, _, _ in each)])
        services = listed([str(one) for one in dict.fromkeys(service for _, _, service, _ in each)])
        age = observed.age(created(first[0].policy))
        way = "in" if first[0].direction == "Ingress" else "out"
        rule = first[0].direction.lower()
        yield Finding(
            "NETWORK-POLICY-BLOCKS",
            "error",
            policy,
            f"It keeps {users} from {services}{f', for {length(age)} now' if age else ''}: no policy of namespace "
            f"{policy.namespace} lets that traffic {way}",
            f"add a rule under {rule} in {policy}, or add another policy that has one: kubectl describe "
            f"networkpolicy {policy.name} -n {policy.namespace}",
            tuple(Evidence(policy, f"refuses {user} -> {service} ({way})") for _, user, service, _ in each[:8]),
            covers=frozenset((policy,)).union(*(covers for _, _, _, covers in each)),
        )


def _of_unready(
    observed: Observation,
) -> Iterator[tuple[_Refusal, Reference, Reference, frozenset[Reference]]]:
    """Pods that do not serve, and may not reach a Service that they name and that has ready pods."""
    for pod in observed.of("Pod"):
        if is_over(pod) or is_ready(pod) or is_young(observed, unready_since(pod)):
            continue
        for container in containers(pod):
            for service, named in services_named(observed, container, namespace_of(pod)).items():
                manifest = observed.get("Service", service.name, service.namespace)
                for port in _ports(manifest, named.port) if manifest else ():
                    if refusal := _refusal(observed, manifest, pod, port):
                        yield refusal, workload(observed, pod), service, frozenset((reference(pod),))


def _of_routes(
    observed: Observation,
) -> Iterator[tuple[_Refusal, Reference, Reference, frozenset[Reference]]]:
    """Ingress controllers that may not reach what they lead to."""
    controllers = [pod for pod in observed.of("Pod") if is_ready(pod) and _serves_ingresses(pod)]
    if not controllers:
        return
    for route in dict.fromkeys(routes(observed)):
        service = observed.get("Service", route.service.name, route.service.namespace)
        for port in _ports(service, route.port) if service else ():
            refusals = [_refusal(observed, service, controller, port) for controller in controllers]
            if refusals and (first := refusals[0]) and all(refusals):
                yield first, route.by, route.service, frozenset((route.by,))


def _serves_ingresses(pod: Manifest) -> bool:
    images = [text(each, "image") for each in entries(pod, "spec", "containers")]
    return any(part in image for image in images for part in _CONTROLLERS)


def _ports(service: Manifest, wanted: int | str | None) -> list[Fields]:
    ports = entries(service, "spec", "ports")
    return (
        [each for each in ports if wanted in (None, number(each, "port"), text(each, "name"))]
        if wanted is not None
        else ports[:1]
    )


def _refusal(observed: Observation, service: Manifest | None, client: Manifest, port: Fields) -> _Refusal | None:
    """The policy that keeps a client from every ready pod of a Service."""
    servers = [each for each in selected_pods(observed, service) if is_ready(each)] if service else []
    refusals = [_between(observed, _Way(client, server, port)) for server in servers if server is not client]
    return refusals[0] if refusals and all(refusals) else None


def _between(observed: Observation, way: _Way) -> _Refusal | None:
    if value(way.client, "spec", "hostNetwork") or value(way.server, "spec", "hostNetwork"):
        return None  # policies select pods by addresses of their own
    client, server = _peer(observed, way.client), _peer(observed, way.server)
    policies = [
        each for peer in dict.fromkeys((server.namespace, client.namespace))
        for each in observed.in_namespace("NetworkPolicy", peer)
    ]  # fmt: skip
    protocol = text(way.port, "protocol") or "TCP"
    found: network_policy.Refusal | None = None
    for reached in _numbers(way.server, value(way.port, "targetPort") or value(way.port, "port")):
        connection = network_policy.Connection(client, server, reached, _names(way.server, reached), protocol)
        found = network_policy.refusal(policies, connection)
        if found is None:
            return None
    if found is None:
        return None
    return _Refusal(max(found.policies, key=lambda each: (str(created(each)), name_of(each))), found.direction)


def _peer(observed: Observation, pod: Manifest) -> network_policy.Peer:
    """An end of a connection; the labels of a namespace that was not read are not known."""
    namespace = observed.get("Namespace", namespace_of(pod) or "")
    return network_policy.Peer(
        namespace_of(pod),
        labels_of(pod),
        labels_of(namespace) if namespace else None,
        network_policy.network(text(pod, "status", "podIP")),
    )


def _numbers(pod: Manifest, port: object) -> set[int]:
    """The ports of a pod that a number or a name means."""
    if isinstance(port, int):
        return {port}
    return {number(each, "containerPort") for each in _container_ports(pod) if text(each, "name") == port}


def _names(pod: Manifest, port: int) -> frozenset[str]:
    return frozenset(text(each, "name") for each in _container_ports(pod) if number(each, "containerPort") == port)


def _container_ports(pod: Manifest) -> Iterator[Fields]:
    return (each for container in entries(pod, "spec", "containers") for each in entries(container, "ports"))

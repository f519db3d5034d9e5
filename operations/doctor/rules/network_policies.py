"""NetworkPolicies that keep a pod from a Service that it needs, or an ingress controller from what it leads to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Literal, NamedTuple

from observation.model import Observation
from observation.objects import Reference, created, labels_of, name_of, namespace_of, reference
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import containers, is_over, is_ready, is_young, unready_since, workload
from operations.doctor.rules.dependencies import selected_pods, services_named
from operations.doctor.rules.routes import routes
from plan.model import Manifest
from plan.model.constraints import read_selector
from plan.model.fields import Fields, entries, mapping, number, text, value, values
from plan.wording import listed

Direction = Literal["Ingress", "Egress"]
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
    direction: Direction


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
            f"add a rule under {rule} in {policy}, or add another policy that has one: "
            f"kubectl describe networkpolicy {policy.name} -n {policy.namespace}",
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
    directions: tuple[Direction, Direction] = ("Ingress", "Egress")
    for direction in directions:
        here, there = (way.server, way.client) if direction == "Ingress" else (way.client, way.server)
        isolating = [each for each in observed.in_namespace("NetworkPolicy", namespace_of(here))
                     if _isolates(each, here, direction)]  # fmt: skip
        if isolating and not any(_allows(observed, each, there, way, direction) for each in isolating):
            newest = max(isolating, key=lambda each: (str(created(each)), name_of(each)))
            return _Refusal(newest, direction)
    return None


def _isolates(policy: Manifest, pod: Manifest, direction: Direction) -> bool:
    types = values(policy, "spec", "policyTypes") or [
        "Ingress",
        *(["Egress"] if value(policy, "spec", "egress") else []),
    ]
    return direction in types and _selects(mapping(policy, "spec", "podSelector"), pod)


def _selects(selector: Fields, manifest: Manifest) -> bool:
    return all(each.holds(labels_of(manifest)) for each in read_selector(selector))


def _allows(observed: Observation, policy: Manifest, peer: Manifest, way: _Way, direction: Direction) -> bool:
    rules, peers = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    return any(
        _allows_port(rule, way)
        and (not entries(rule, peers) or any(_is_peer(observed, policy, each, peer) for each in entries(rule, peers)))
        for rule in entries(policy, "spec", rules)
    )


def _is_peer(observed: Observation, policy: Manifest, stated: Mapping[str, object], peer: Manifest) -> bool:
    if block := mapping(stated, "ipBlock"):
        address = text(peer, "status", "podIP")
        return bool(address) and ip_address(address) in ip_network(text(block, "cidr"), strict=False)
    if "namespaceSelector" in stated:
        namespace = observed.get("Namespace", namespace_of(peer) or "")
        if namespace is None:
            return True  # its labels were not read: nothing says that it is refused
        if not _selects(mapping(stated, "namespaceSelector"), namespace):
            return False
    elif namespace_of(peer) != namespace_of(policy):
        return False
    return _selects(mapping(stated, "podSelector"), peer)


def _allows_port(rule: Mapping[str, object], way: _Way) -> bool:
    ports = entries(rule, "ports")
    return not ports or any(_is_port(each, way) for each in ports)


def _is_port(stated: Fields, way: _Way) -> bool:
    """Policies mean the ports of pods, not those of Services."""
    if text(stated, "protocol") not in ("", text(way.port, "protocol") or "TCP"):
        return False
    wanted = value(stated, "port")
    if wanted is None:
        return True
    reached = _numbers(way.server, value(way.port, "targetPort") or value(way.port, "port"))
    last = value(stated, "endPort")
    if isinstance(wanted, int) and isinstance(last, int):
        return any(wanted <= each <= last for each in reached)
    return bool(reached & _numbers(way.server, wanted))


def _numbers(pod: Manifest, port: object) -> set[int]:
    """The ports of a pod that a number or a name means."""
    if isinstance(port, int):
        return {port}
    return {
        number(each, "containerPort")
        for container in entries(pod, "spec", "containers")
        for each in entries(container, "ports")
        if text(each, "name") == port
    }

"""Random network policies and connections, and what Cyclonus says of them."""

import json
import random
import subprocess
from collections.abc import Sequence
from ipaddress import IPv4Address, ip_network
from typing import Any, NamedTuple

from plan.kubernetes.network_policy import Connection, Peer
from plan.model import Manifest
from rehearsal.tools import path_of

NAMESPACES = {"shop": {"team": "a"}, "media": {"team": "b", "public": "yes"}, "bare": {}}
LABELS = ({}, {"app": "web"}, {"app": "db"}, {"app": "web", "role": "front"}, {"role": "back"})
PORTS = {80: "http", 8080: "web", 5432: "postgres", 53: "dns"}
PROTOCOLS = ("TCP", "UDP")
ADDRESSES = ("10.0.0.7", "10.0.1.9", "192.168.1.20", "8.8.8.8")
BLOCKS: tuple[dict[str, Any], ...] = (
    {"cidr": "0.0.0.0/0"},
    {"cidr": "10.0.0.0/8", "except": ["10.0.1.0/24"]},
    {"cidr": "192.168.1.20/32"},
    {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/16", "192.168.0.0/16"]},
)


class Question(NamedTuple):
    """Policies, and connections of which each is let through or not."""

    policies: list[Manifest]
    connections: list[Connection]


def question(seed: int) -> Question:
    """A few policies and forty connections."""
    chance = random.Random(seed)
    policies = [_policy(chance, f"p{index}") for index in range(chance.randint(1, 5))]
    return Question(policies, [_connection(chance) for _ in range(40)])


def _policy(chance: random.Random, name: str) -> Manifest:
    spec: dict[str, Any] = {"podSelector": _selector(chance)}
    types = chance.choice((None, ["Ingress"], ["Egress"], ["Ingress", "Egress"]))
    if types:
        spec["policyTypes"] = types
    for key, peers in (("ingress", "from"), ("egress", "to")):
        if chance.random() < 0.7:
            spec[key] = [_rule(chance, peers) for _ in range(chance.randint(0, 2))]
    metadata = {"name": name, "namespace": chance.choice([*NAMESPACES])}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def _rule(chance: random.Random, peers: str) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if chance.random() < 0.8:
        rule[peers] = [_peer(chance) for _ in range(chance.randint(0, 2))]
    if chance.random() < 0.6:
        rule["ports"] = [_port(chance) for _ in range(chance.randint(0, 2))]
    return rule


def _peer(chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(("pods", "namespaces", "both", "block"))
    if kind == "block":
        return {"ipBlock": chance.choice(BLOCKS)}
    in_namespaces = {"namespaceSelector": _namespace_selector(chance)}
    return (in_namespaces if kind != "pods" else {}) | (
        {"podSelector": _selector(chance)} if kind != "namespaces" else {}
    )


def _port(chance: random.Random) -> dict[str, Any]:
    protocol = chance.choice(({}, {"protocol": "TCP"}, {"protocol": "UDP"}))
    kind = chance.choice(("any", "number", "name", "range"))
    if kind == "any":
        return {"protocol": chance.choice(PROTOCOLS)}
    if kind == "range":
        return protocol | {"port": 80, "endPort": chance.choice((80, 6000, 9000))}
    return protocol | {"port": chance.choice([*(PORTS if kind == "number" else PORTS.values())])}


def _selector(chance: random.Random) -> dict[str, Any]:
    """Without NotIn, which Cyclonus, unlike Kubernetes, takes to ask for a label of that name."""
    expressions: list[dict[str, Any]] = [
        {"key": "app", "operator": "In", "values": ["web", "cache"]},
        {"key": "role", "operator": "Exists"},
        {"key": "role", "operator": "DoesNotExist"},
    ]
    return chance.choice(
        (
            {},
            {"matchLabels": chance.choice(LABELS[1:])},
            {"matchExpressions": chance.sample(expressions, chance.randint(1, 2))},
        )
    )


def _namespace_selector(chance: random.Random) -> dict[str, Any]:
    named = {"matchLabels": {"kubernetes.io/metadata.name": chance.choice([*NAMESPACES])}}
    public = {"matchExpressions": [{"key": "public", "operator": "Exists"}]}
    return chance.choice(({}, {"matchLabels": {"team": "a"}}, named, public))


def _connection(chance: random.Random) -> Connection:
    port = chance.choice([*PORTS])
    return Connection(_end(chance), _end(chance), port, frozenset({PORTS[port]}), chance.choice(PROTOCOLS))


def _end(chance: random.Random) -> Peer:
    address = ip_network(IPv4Address(chance.choice(ADDRESSES)))
    if chance.random() < 0.15:
        return Peer(None, address=address)
    name = chance.choice([*NAMESPACES])
    labels = {"kubernetes.io/metadata.name": name} | NAMESPACES[name]
    return Peer(name, chance.choice(LABELS), labels, address)


def answers_of_cyclonus(asked: Question) -> Sequence[bool]:
    """Whether each connection is let through. Raises ToolMissing."""
    traffic = [_traffic(each) for each in asked.connections]
    content = json.dumps({"Policies": [_as_stored(each) for each in asked.policies], "Traffic": traffic})
    done = subprocess.run([path_of("cyclonus")], input=content, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def _as_stored(policy: Manifest) -> Manifest:
    """With the defaults that the API server fills in, which Cyclonus expects."""
    spec = policy["spec"]
    types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    rules = {
        key: [each | ({"ports": _with_protocols(each["ports"])} if each.get("ports") else {}) for each in spec[key]]
        for key in ("ingress", "egress")
        if key in spec
    }
    return policy | {"spec": spec | {"policyTypes": types} | rules}


def _with_protocols(ports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"protocol": "TCP"} | each for each in ports]


def _traffic(connection: Connection) -> dict[str, Any]:
    return {
        "Source": _traffic_end(connection.client),
        "Destination": _traffic_end(connection.server),
        "ResolvedPort": connection.port,
        "ResolvedPortName": next(iter(connection.port_names), ""),
        "Protocol": connection.protocol,
    }


def _traffic_end(peer: Peer) -> dict[str, Any]:
    address = {"IP": str(peer.address.network_address) if peer.address else ""}
    if peer.namespace is None:
        return address
    labels = {"PodLabels": peer.labels, "NamespaceLabels": peer.namespace_labels, "Namespace": peer.namespace}
    return address | {"Internal": labels}

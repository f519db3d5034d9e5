"""NetworkPolicies: whether they let a connection through, as a network plugin decides it.

What is not known of an end never counts against a connection: labels of a chart's pods, or of a namespace that was not
read.
"""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal, NamedTuple

from plan.model import Manifest
from plan.model.constraints import read_selector
from plan.model.fields import Fields, entries, mapping, text, value, values

Direction = Literal["Ingress", "Egress"]
_DIRECTIONS: tuple[Direction, Direction] = ("Ingress", "Egress")
_RULES: Mapping[Direction, tuple[str, str]] = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}


class Peer(NamedTuple):
    """An end of a connection: a pod, or something outside of the cluster."""

    namespace: str | None
    """None for what is outside of the cluster, or on the network of a node: no policy selects it."""
    labels: Mapping[str, str] | None = None
    """Of the pod; None where they are not known."""
    namespace_labels: Mapping[str, str] | None = None
    address: IPv4Network | IPv6Network | None = None
    """Its address, or the range that it is in; None where it is not known, and then in no `ipBlock`."""


class Connection(NamedTuple):
    """A connection between two ends."""

    client: Peer
    server: Peer
    port: int
    """Of the pod, not of the Service before it."""
    port_names: frozenset[str] = frozenset()
    """Names that the server's containers give to the port."""
    protocol: str = "TCP"


class Refusal(NamedTuple):
    """Policies that keep a connection from one of its ends, since none of them has a rule for it."""

    direction: Direction
    policies: tuple[Manifest, ...]


def refusal(policies: Sequence[Manifest], connection: Connection) -> Refusal | None:
    """The policies that refuse a connection; None where it is let through. It has to pass those of both ends."""
    for direction in _DIRECTIONS:
        here = connection.server if direction == "Ingress" else connection.client
        isolating = tuple(each for each in policies if isolates(each, here, direction))
        if isolating and not any(_allows(each, connection, direction) for each in isolating):
            return Refusal(direction, isolating)
    return None


def isolates(policy: Manifest, peer: Peer, direction: Direction) -> bool:
    """Whether a policy makes a pod refuse what no policy has a rule for."""
    if peer.namespace is None or policy["metadata"].get("namespace") != peer.namespace:
        return False
    selector = mapping(policy, "spec", "podSelector")
    return direction in _types(policy) and (
        _selects(selector, peer.labels) if peer.labels is not None else not selector
    )


def _types(policy: Manifest) -> Iterable[str]:
    return values(policy, "spec", "policyTypes") or (
        "Ingress",
        *(["Egress"] if values(policy, "spec", "egress") else []),
    )


def _allows(policy: Manifest, connection: Connection, direction: Direction) -> bool:
    rules, peers = _RULES[direction]
    there = connection.client if direction == "Ingress" else connection.server
    return any(
        _has_port(rule, connection)
        and (not values(rule, peers) or any(_means(each, policy, there) for each in entries(rule, peers)))
        for rule in entries(policy, "spec", rules)
    )


def _has_port(rule: Fields, connection: Connection) -> bool:
    return not values(rule, "ports") or any(_is_port(each, connection) for each in entries(rule, "ports"))


def _is_port(stated: Fields, connection: Connection) -> bool:
    if (text(stated, "protocol") or "TCP") != connection.protocol:
        return False
    wanted, last = value(stated, "port"), value(stated, "endPort")
    if isinstance(wanted, int):
        return wanted <= connection.port <= (last if isinstance(last, int) else wanted)
    return wanted is None or text(stated, "port") in connection.port_names


def _means(stated: Fields, policy: Manifest, peer: Peer) -> bool:
    """Whether a `from` or `to` means an end. An `ipBlock` means pods too, by their addresses."""
    if block := mapping(stated, "ipBlock"):
        return peer.address is not None and _contains(block, peer.address)
    if peer.namespace is None:
        return False
    if "namespaceSelector" not in stated:
        is_namespace = policy["metadata"].get("namespace") == peer.namespace
    else:
        is_namespace = _selects(mapping(stated, "namespaceSelector"), peer.namespace_labels)
    return is_namespace and _selects(mapping(stated, "podSelector"), peer.labels)


def _contains(block: Fields, address: IPv4Network | IPv6Network) -> bool:
    """Whether a block has a whole range."""
    outer = network(text(block, "cidr"))
    excepted = (network(str(each)) for each in values(block, "except"))
    return _within(address, outer) and not any(each is not None and address.overlaps(each) for each in excepted)


def network(written: str) -> IPv4Network | IPv6Network | None:
    """An address or a range; None for what is neither."""
    try:
        return ip_network(written, strict=False)
    except ValueError:
        return None


def _within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network | None) -> bool:
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and inner.subnet_of(outer)


def _selects(selector: Fields, labels: Mapping[str, str] | None) -> bool:
    return labels is None or all(each.holds(labels) for each in read_selector(selector))

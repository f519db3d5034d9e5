"""CiliumNetworkPolicies as NetworkPolicies, so that one judge says what they let through.

Names of the internet and entities have no counterpart there. A rule with one is taken to let everything through, and
never counts against a connection.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text, value, values

NAMESPACE_LABEL = "io.kubernetes.pod.namespace"
"""The label by which Cilium tells the namespace of a pod, in selectors often with `k8s:` before it."""
_OWN_LABELS = ("io.cilium.", "io.kubernetes.", "reserved:")
"""Beginnings of labels that Cilium gives itself."""
_Direction = Literal["ingress", "egress"]
_DIRECTIONS: tuple[_Direction, _Direction] = ("ingress", "egress")
_PEERS: Mapping[_Direction, tuple[str, str]] = {"ingress": ("from", "Ingress"), "egress": ("to", "Egress")}
_EVERYWHERE: Mapping[str, Any] = {"namespaceSelector": {}}
"""A peer that means every pod."""


class _Stated(NamedTuple):
    """One set of rules of a policy in one namespace."""

    name: str
    namespace: str
    spec: Fields


def rule_sets(policy: Fields) -> Iterator[Fields]:
    """The sets of rules of a policy, of which it has one or several, that select pods; one for nodes is none."""
    return (each for each in (mapping(policy, "spec"), *entries(policy, "specs")) if "endpointSelector" in each)


def as_network_policies(policies: Iterable[tuple[str, Manifest]]) -> Iterator[Manifest]:
    """Policies of Cilium, each with its namespace, as NetworkPolicies. Those of a namespace in which one lets
    something through without isolating are left out: there is no such thing in a NetworkPolicy."""
    stated = [
        _Stated(text(each, "metadata", "name"), namespace, spec)
        for namespace, each in policies
        for spec in rule_sets(each)
    ]
    unlike = {each.namespace for each in stated if mapping(each.spec, "enableDefaultDeny")}
    for each in stated:
        if each.namespace not in unlike:
            yield _policy(each)


def _policy(stated: _Stated) -> Manifest:
    directions: list[_Direction] = [each for each in _DIRECTIONS if values(stated.spec, each)]
    spec: dict[str, Any] = {
        "podSelector": _pods(mapping(stated.spec, "endpointSelector")),
        "policyTypes": [_PEERS[each][1] for each in directions],
    }
    for each in directions:
        spec[each] = [rule for row in entries(stated.spec, each) for rule in _rules(row, each)]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": stated.name, "namespace": stated.namespace},
        "spec": spec,
    }


def _rules(row: Fields, direction: _Direction) -> Iterator[dict[str, Any]]:
    """Rules that let through what a row does; an empty row lets nothing through."""
    peers = _PEERS[direction][0]
    keys = [key for key in row if key.startswith(peers) and key != "toPorts"]
    ports = _ports(row)
    rule: dict[str, Any] = {"ports": ports} if ports else {}
    if not row:
        return
    if not keys or any(key not in (f"{peers}Endpoints", f"{peers}CIDR") for key in keys):
        yield rule
        return
    found = [_endpoint(each) for each in entries(row, f"{peers}Endpoints")]
    found += [{"ipBlock": {"cidr": str(each)}} for each in values(row, f"{peers}CIDR")]
    if found:
        yield {**rule, peers: found}


def _endpoint(selector: Fields) -> dict[str, Any]:
    labels = {without_source(key): each for key, each in mapping(selector, "matchLabels").items()}
    namespace = labels.pop(NAMESPACE_LABEL, None)
    is_plain = not values(selector, "matchExpressions") and not any(key.startswith(_OWN_LABELS) for key in labels)
    if not is_plain:
        return dict(_EVERYWHERE)
    peer: dict[str, Any] = {"podSelector": {"matchLabels": labels}}
    if namespace is not None:
        peer["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    return peer


def _pods(selector: Fields) -> dict[str, Any]:
    """The pods of a policy. What is said of their namespace is left out: the policy holds in its own alone."""
    labels = {without_source(key): each for key, each in mapping(selector, "matchLabels").items()}
    expressions = [{**each, "key": without_source(text(each, "key"))} for each in entries(selector, "matchExpressions")]
    found = {
        "matchLabels": {key: each for key, each in labels.items() if key != NAMESPACE_LABEL},
        "matchExpressions": [each for each in expressions if each["key"] != NAMESPACE_LABEL],
    }
    return {key: each for key, each in found.items() if each}


def _ports(row: Fields) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in (port for group in entries(row, "toPorts") for port in entries(group, "ports")):
        number, last = text(each, "port"), value(each, "endPort")
        wanted: dict[str, Any] = {"port": int(number) if number.isdigit() else number}
        if isinstance(last, int):
            wanted["endPort"] = last
        protocol = text(each, "protocol") or "ANY"
        found += [{**wanted, "protocol": one} for one in (("TCP", "UDP") if protocol == "ANY" else (protocol,))]
    return found


def without_source(key: str) -> str:
    """A label's key without its source."""
    return key.removeprefix("k8s:").removeprefix("any:")

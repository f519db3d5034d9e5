"""Connections that network policies let through, at the edges of their rules."""

import copy
from ipaddress import ip_network
from typing import Any

import pytest

from plan.kubernetes.network_policy import Connection, Peer, Refusal, refusal
from plan.model import Manifest

WEB = Peer("shop", {"app": "web"}, {"team": "a"}, ip_network("10.0.0.7"))
DATABASE = Peer("data", {"app": "db"}, {"team": "b"}, ip_network("10.0.1.9"))
OUTSIDE = Peer(None, address=ip_network("192.168.1.20"))
ANYBODY = Peer(None, address=ip_network("0.0.0.0/0"))
ASKED = Connection(WEB, DATABASE, 5432, frozenset({"postgres"}))


def policy(namespace: str = "data", **spec: Any) -> Manifest:
    metadata = {"name": "some", "namespace": namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def incoming(*peers: dict[str, Any], **rule: Any) -> Manifest:
    return policy(podSelector={}, ingress=[{"from": [*peers], **rule}])


LETS_THROUGH = {
    "no policy at all": (),
    "a policy of another namespace": (policy("elsewhere", podSelector={}),),
    "a policy for other pods": (policy(podSelector={"matchLabels": {"app": "web"}}),),
    "a rule for everybody": (policy(podSelector={}, ingress=[{}]),),
    "one policy of two": (policy(podSelector={}), incoming({"namespaceSelector": {"matchLabels": {"team": "a"}}})),
    "the name of a port": (incoming(ports=[{"port": "postgres"}]),),
    "a range of ports": (incoming(ports=[{"port": 5000, "endPort": 6000}]),),
    "a block of addresses": (incoming({"ipBlock": {"cidr": "10.0.0.0/16"}}),),
    "a label that is absent and not one of": (
        incoming({"namespaceSelector": {"matchExpressions": [{"key": "x", "operator": "NotIn", "values": ["y"]}]}}),
    ),
}
REFUSES = {
    "nothing allowed": (policy(podSelector={}),),
    "pods of the same namespace": (incoming({"podSelector": {}}),),
    "the same port of another protocol": (incoming(ports=[{"port": 5432, "protocol": "UDP"}]),),
    "an address that is excepted": (incoming({"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/24"]}}),),
    "the client's own policy": (policy("shop", podSelector={}, policyTypes=["Egress"]),),
    "what is no range of addresses": (incoming({"ipBlock": {"cidr": "anything"}}),),
}


@pytest.mark.parametrize("policies", LETS_THROUGH.values(), ids=LETS_THROUGH)
def test_a_connection_is_let_through_by(policies: tuple[Manifest, ...]) -> None:
    assert refusal(policies, ASKED) is None


@pytest.mark.parametrize("policies", REFUSES.values(), ids=REFUSES)
def test_a_connection_is_refused_by(policies: tuple[Manifest, ...]) -> None:
    found = refusal(policies, ASKED)
    assert found is not None
    assert found.policies == policies


def test_what_is_not_known_of_an_end_never_counts_against_it() -> None:
    unknown = ASKED._replace(client=Peer("traefik", None, None))
    selected = {"namespaceSelector": {"matchLabels": {"team": "a"}}, "podSelector": {"matchLabels": {"app": "web"}}}
    assert refusal((incoming(selected),), unknown) is None
    assert refusal((policy(podSelector={"matchLabels": {"app": "x"}}),), ASKED._replace(server=Peer("data"))) is None
    assert refusal((policy(podSelector={}),), ASKED._replace(server=Peer("data"))) is not None


def test_everybody_is_let_in_only_by_a_rule_for_everybody() -> None:
    asked = ASKED._replace(client=ANYBODY)
    assert refusal((incoming({"ipBlock": {"cidr": "0.0.0.0/0"}}),), asked) is None
    assert refusal((incoming({"ipBlock": {"cidr": "192.168.0.0/16"}}),), asked) is not None
    assert refusal((incoming({"ipBlock": {"cidr": "192.168.0.0/16"}}),), ASKED._replace(client=OUTSIDE)) is None


WHOLE = policy(
    podSelector={
        "matchLabels": {"app": "db"},
        "matchExpressions": [{"key": "app", "operator": "In", "values": ["db"]}, {"key": "app", "operator": "Exists"}],
    },
    policyTypes=["Ingress", "Egress"],
    ingress=[
        {
            "from": [
                {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.9.0/24"]}},
                {"namespaceSelector": {"matchLabels": {"team": "a"}}, "podSelector": {"matchLabels": {"app": "web"}}},
            ],
            "ports": [{"port": 5432, "endPort": 5440, "protocol": "TCP"}, {"port": "postgres"}],
        }
    ],
)
WRONG: tuple[Any, ...] = (None, [], {}, "text", 7, 1.5, True, [None], {"a": None}, [{"a": 1}], 10**30, "Gt")


def places(of: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ()
    return [place for key, each in pairs for place in ((*above, key), *places(each, (*above, key)))]


@pytest.mark.parametrize("place", places(WHOLE["spec"], ("spec",)), ids=str)
def test_a_policy_of_a_file_is_judged_whatever_stands_in_it(place: tuple[Any, ...]) -> None:
    for wrong in WRONG:
        changed = copy.deepcopy(WHOLE)
        within: Any = changed
        for key in place[:-1]:
            within = within[key]
        within[place[-1]] = wrong
        assert refusal([changed], ASKED) in (None, Refusal("Ingress", (changed,)))

"""The planner judges network policies as Cyclonus does, which tests network plugins."""

import random
from collections.abc import Callable
from ipaddress import IPv4Network

import pytest

from plan.kubernetes.network_policy import Connection, Peer, refusal
from plan.workloads.endpoints import PodTemplate, pod_templates
from rehearsal.tools import ToolMissing
from tests.conformance.network_policies.questions import Question, answers_of_cyclonus, question
from tests.plan.labs import objects
from tests.plan.workloads.test_network_policies import closed_plan

SEEDS = range(200)


def test_random_policies_let_the_same_connections_through(figure: Callable[[str], None]) -> None:
    let_through = asked = 0
    for seed in SEEDS:
        each = question(seed)
        try:
            answers = answers_of_cyclonus(each)
        except ToolMissing as missing:
            pytest.skip(f"not run: {missing}")
        for connection, allowed in zip(each.connections, answers, strict=True):
            assert (refusal(each.policies, connection) is None) == allowed, (seed, connection, each.policies)
        asked += len(answers)
        let_through += sum(answers)
    assert asked / 5 < let_through < asked * 4 / 5
    figure(f"network policies: {asked} connections, {let_through} let through, as Cyclonus says of each")


def test_the_policies_of_prod_let_the_same_connections_through(figure: Callable[[str], None]) -> None:
    plan, chance = closed_plan("prod"), random.Random(1)
    address = IPv4Network(plan.lab.cluster.pod_cidr[1000])
    pods = [*pod_templates(plan.services)]
    ports = [(pod, port) for pod in pods for port in pod.ports.items()]
    connections: list[Connection] = []
    for client in chance.choices(pods, k=3000):
        server, (name, port) = chance.choice(ports)
        ends = [_end(each, address) for each in (client, server)]
        connections.append(Connection(ends[0], ends[1], port, frozenset({name})))
    asked = Question(objects(plan, "NetworkPolicy"), connections)
    try:
        answers = answers_of_cyclonus(asked)
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    assert [refusal(asked.policies, each) is None for each in connections] == [*answers]
    assert 0 < sum(answers) < len(answers)
    figure(
        f"network policies of prod: {len(answers)} connections, {sum(answers)} let through, as Cyclonus says of each"
    )


def _end(pod: PodTemplate, address: IPv4Network) -> Peer:
    return Peer(pod.namespace, pod.labels, {"kubernetes.io/metadata.name": pod.namespace}, address)

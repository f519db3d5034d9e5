"""Namespaces that take and make only the connections that the lab shows."""

from dataclasses import replace
from functools import cache
from ipaddress import ip_network

import pytest

from config.lab import Lab
from plan import Plan, make_plan
from plan.kubernetes.network_policy import Connection, Peer, refusal
from plan.model import Manifest
from plan.workloads.connections import known_connections
from plan.workloads.endpoints import pod_templates
from plan.workloads.network_policies import denied
from tests.plan.labs import lab_of, objects


def closed(lab: Lab) -> Lab:
    """A lab of which every tier has network policies."""
    tiers = {name: tier.model_copy(update={"network_policies": True}) for name, tier in lab.tiers.items()}
    return replace(lab, tiers=tiers)


@cache
def closed_plan(name: str) -> Plan:
    return make_plan(closed(lab_of(name)))


def pod(plan: Plan, service: str) -> Peer:
    """A pod of a service."""
    found = next(each for each in pod_templates(plan.services) if each.service == service)
    labels = {"kubernetes.io/metadata.name": found.namespace}
    return Peer(found.namespace, found.labels, labels, plan.lab.cluster.pod_cidr)


def policies(plan: Plan) -> list[Manifest]:
    return objects(plan, "NetworkPolicy")


def reaches(plan: Plan, client: Peer, server: Peer, port: int) -> bool:
    return refusal(policies(plan), Connection(client, server, port)) is None


@pytest.mark.parametrize("name", ["prod", "small", "every_kind", "every_key"])
def test_no_known_connection_is_cut(name: str) -> None:
    plan = closed_plan(name)
    assert [each for each in plan.findings if each.code == "NETWORK-POLICY-CUTS"] == []
    shut, left_open = denied(plan.lab, plan.namespaces, plan.services)
    assert shut
    assert {each["metadata"]["namespace"] for each in policies(plan) if each["metadata"]["name"] == "default"} == {
        *shut
    }
    assert not {*left_open} & {each["metadata"]["namespace"] for each in policies(plan)}


def test_a_lab_gets_no_policies_unless_a_tier_asks_for_them() -> None:
    assert policies(make_plan(lab_of("prod"))) == []


def test_who_waits_for_a_database_reaches_it_and_others_do_not() -> None:
    plan = closed_plan("prod")
    assert reaches(plan, pod(plan, "hackmd"), pod(plan, "mysql"), 3306)
    assert not reaches(plan, pod(plan, "hackmd"), pod(plan, "mysql"), 33060)
    assert not reaches(plan, pod(plan, "echo"), pod(plan, "mysql"), 3306)
    assert not reaches(plan, pod(plan, "cyberchef"), pod(plan, "hackmd"), 3000)


def test_the_ingress_controller_reaches_what_it_leads_to() -> None:
    plan = closed_plan("prod")
    labels = {"kubernetes.io/metadata.name": "0-core-traefik"}
    assert reaches(plan, Peer("0-core-traefik", {}, labels), pod(plan, "hackmd"), 3000)
    assert not reaches(plan, Peer("0-core-traefik", {}, labels), pod(plan, "mysql"), 3306)


def test_pods_reach_what_is_outside_of_the_cluster_and_dns() -> None:
    plan = closed_plan("prod")
    dns = Peer("kube-system", {"k8s-app": "kube-dns"}, {"kubernetes.io/metadata.name": "kube-system"})
    api_server = Peer(None, address=plan.lab.networks.networks[plan.lab.cluster.node_network].cidr)
    assert reaches(plan, pod(plan, "hackmd"), dns, 53)
    assert not reaches(plan, pod(plan, "hackmd"), dns, 8080)
    assert reaches(plan, pod(plan, "hackmd"), api_server, 6443)


def test_the_operator_of_databases_reaches_its_servers_at_any_port() -> None:
    plan = closed_plan("prod")
    labels = {"kubernetes.io/metadata.name": "1-cluster-databases"}
    server = Peer("1-cluster-databases", {"cnpg.io/cluster": "postgres"}, labels)
    operator = Peer("1-cluster-cnpg", {}, {"kubernetes.io/metadata.name": "1-cluster-cnpg"})
    assert reaches(plan, operator, server, 8000)
    assert not reaches(plan, pod(plan, "echo"), server, 8000)


def test_a_published_port_is_for_everybody() -> None:
    plan = closed_plan("prod")
    published = [each for each in known_connections(plan.lab, plan.services) if each.client == "everybody"]
    assert "coturn" in {each.server.service for each in published}
    anybody = Peer(None, address=ip_network("0.0.0.0/0"))
    assert reaches(plan, anybody, pod(plan, "coturn"), 3478)
    assert not reaches(plan, anybody, pod(plan, "hackmd"), 3000)

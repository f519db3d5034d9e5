"""Namespaces that take and make only the connections that the lab shows."""

import shutil
from dataclasses import replace
from functools import cache
from ipaddress import ip_network
from pathlib import Path

import pytest

from config.lab import Lab
from config.load import load_lab
from plan import Plan, make_plan
from plan.kubernetes.network_policy import Connection, Peer, refusal
from plan.model import Manifest
from plan.workloads.connections import known_connections
from plan.workloads.endpoints import pod_templates
from plan.workloads.network_policies import denied
from tests.plan.labs import FOLDERS, change, lab_of, objects


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


def small_with(folder: Path, **services: str) -> Plan:
    """The small lab with some services more, all of it closed."""
    shutil.copytree(FOLDERS["small"], folder / "small")
    change(
        folder / "small", [{"file": f"services/{name}.yaml", "new": COMMON + text} for name, text in services.items()]
    )
    gateway = "  gateways: {edge: {name: edge, namespace: platform-traefik, service: traefik}}"
    change(folder / "small", [{"file": "cluster.yaml", "old": "  ingress:", "new": f"{gateway}\n  ingress:"}])
    return make_plan(closed(load_lab(folder / "small")))


COMMON = """kind: app
tier: home
description: A program
image: registry.example/program:1.0.0
cpu: 10m
memory: 64Mi
run_as_user: 1000
"""
TRAEFIK = Peer("platform-traefik", {"app": "traefik"}, {"kubernetes.io/metadata.name": "platform-traefik"})
SOMEBODY = Peer(None, address=ip_network("8.8.8.8/32"))
NODE, TUNNEL = (Peer(None, address=ip_network(each)) for each in ("192.168.1.20/32", "10.10.44.1/32"))


def test_what_carries_routes_reaches_grpc(tmp_path: Path) -> None:
    route = "ports: {grpc: 50051}\nexpose: [{host: calls, gateway: edge, grpc: true, auth: app, reach: internet}]\n"
    plan = small_with(tmp_path, calls=route)
    assert reaches(plan, TRAEFIK, pod(plan, "calls"), 50051)


def test_a_port_that_a_pod_takes_of_its_node_is_for_everybody(tmp_path: Path) -> None:
    game = "ports: {game: {number: 27015, host: 27016}}\nexceptions: {host-access: Players come in there.}\n"
    plan = small_with(tmp_path, game=game)
    assert reaches(plan, SOMEBODY, pod(plan, "game"), 27015)
    assert not reaches(plan, SOMEBODY, pod(plan, "game"), 27016)


@pytest.mark.parametrize(
    "settings",
    [
        "env: {QUEUE: Queue.Home-Queue}",
        "env: {QUEUE: queue-0.queue.home-queue.svc}",
        "env: {QUEUE_HOST: queue, QUEUE_NAMESPACE: home-queue, QUEUE: $(QUEUE_HOST).$(QUEUE_NAMESPACE)}",
        "env: {QUEUE_HOST: queue}\nargs: ['--queue=$(QUEUE_HOST).home-queue:5672']",
        "env: {WHERE: home-queue}\ncommand: [sh, -c, 'exec program queue.${WHERE}']",
    ],
)
def test_a_name_is_known_in_any_case_and_with_variables_in_it(tmp_path: Path, settings: str) -> None:
    queue, other = "ports: {queue: 5672}\n", "env: {HOST: nobody, QUEUE: $(HOST).home-queue}\n"
    plan = small_with(tmp_path, queue=queue, shop=f"{settings}\n", other=other)
    assert reaches(plan, pod(plan, "shop"), pod(plan, "queue"), 5672)
    assert not reaches(plan, pod(plan, "other"), pod(plan, "queue"), 5672)


HOOK = """ports: {https: 8443}
objects: [webhook.yaml]
"""
WEBHOOK = """apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: hook}
webhooks:
  - name: hook.small.example
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    clientConfig: {service: {name: hook, namespace: home-hook, port: 8443}}
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
"""


@pytest.mark.parametrize(("encapsulation", "wraps"), [("VXLAN", True), ("IPIP", True), ("VXLANCrossSubnet", False)])
def test_nodes_come_from_an_address_of_their_tunnel(encapsulation: str, wraps: bool, tmp_path: Path) -> None:
    """Where packets between nodes are wrapped: the API server's call of a webhook, and pods on a node's network."""
    (tmp_path / "small" / "services" / "hook").mkdir(parents=True)
    (tmp_path / "small" / "services" / "hook" / "webhook.yaml").write_text(WEBHOOK, encoding="utf-8")
    shutil.copytree(FOLDERS["small"], tmp_path / "small", dirs_exist_ok=True)
    change(
        tmp_path / "small",
        [
            {"file": "services/hook.yaml", "new": COMMON + HOOK},
            {"file": "services/calico.yaml", "old": "encapsulation: VXLAN", "new": f"encapsulation: {encapsulation}"},
        ],
    )
    plan = make_plan(closed(load_lab(tmp_path / "small")))
    assert reaches(plan, NODE, pod(plan, "hook"), 8443)
    assert reaches(plan, TUNNEL, pod(plan, "hook"), 8443) is wraps
    assert not reaches(plan, TUNNEL, pod(plan, "hook"), 8444)


ISSUER = """apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: letters}
spec: {acme: {server: "https://acme.example", privateKeySecretRef: {name: k}, solvers: [{CHALLENGE}]}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: pages, namespace: home-pages}
spec: {secretName: pages-tls, dnsNames: [pages.small.example], issuerRef: {name: letters, kind: ClusterIssuer}}
"""


@pytest.mark.parametrize(
    ("challenge", "is_asked"), [("http01: {ingress: {}}", True), ("dns01: {cloudflare: {}}", False)]
)
def test_a_challenge_by_http_is_answered_in_the_namespace_of_its_certificate(
    challenge: str,
    is_asked: bool,
    tmp_path: Path,
) -> None:
    (tmp_path / "small" / "services" / "pages").mkdir(parents=True)
    issuer = tmp_path / "small" / "services" / "pages" / "issuer.yaml"
    issuer.write_text(ISSUER.replace("CHALLENGE", challenge), encoding="utf-8")
    shutil.copytree(FOLDERS["small"], tmp_path / "small", dirs_exist_ok=True)
    change(tmp_path / "small", [{"file": "services/pages.yaml", "new": f"{COMMON}objects: [issuer.yaml]\n"}])
    plan = make_plan(closed(load_lab(tmp_path / "small")))
    solver = Peer(
        "home-pages", {"acme.cert-manager.io/http01-solver": "true"}, {"kubernetes.io/metadata.name": "home-pages"}
    )
    assert reaches(plan, TRAEFIK, solver, 8089) is is_asked

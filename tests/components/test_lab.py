"""Resources wait for each other: defaults, the policy engine, policies, namespaces, releases, services."""

from dataclasses import replace
from graphlib import TopologicalSorter
from types import SimpleNamespace
from typing import Any, cast

import pulumi
import pytest

from components.lab import Outputs, declare
from components.settings import Settings
from plan import model
from tests.components import plans
from tests.plan.labs import plan_of
from tests.recording.recorder import Recording, Resource, record

HOSTS = {"pve": SimpleNamespace(address="192.0.2.10", ssh_port=2222)}
LAB = SimpleNamespace(name="lab", site=SimpleNamespace(hosts=HOSTS))

EXTERNAL_SECRET = plans.manifest("external-secrets.io/v1", "ExternalSecret", "traefik", "1-cluster-traefik", spec={})
ROUTE_OF_SECRETS = plans.manifest("traefik.io/v1alpha1", "IngressRoute", "secrets", "1-cluster-secrets", spec={})
ROUTE_OF_POLICIES = plans.manifest("traefik.io/v1alpha1", "IngressRoute", "kyverno", "0-core-kyverno", spec={})

PLAN = model.Plan(
    lab=cast(Any, LAB),
    templates=(),
    machines=(
        plans.machine("firewall", 101, "appliance"),
        plans.machine("master", 200, "control-plane"),
        plans.machine("node1", 201, "worker"),
    ),
    credentials=None,
    bootstrap={},
    tiers=(),
    defaults=(plans.PRIORITY_CLASS, plans.STORAGE_CLASS),
    policies=(plans.POLICY,),
    namespaces=(
        plans.namespace("4-aux-notes", "notes"),
        plans.namespace("1-cluster-traefik", "traefik"),
        plans.namespace("1-cluster-secrets", "secrets"),
        plans.namespace("0-core-kyverno", "kyverno", after_policies=False),
    ),
    services=(
        plans.service(
            "notes",
            "app",
            "4-aux-notes",
            plans.DEPLOYMENT,
            plans.INGRESS_ROUTE,
            after=("traefik",),
            hosts=("notes.lab.example",),
        ),
        plans.service(
            "traefik",
            "helm",
            "1-cluster-traefik",
            before_release=(EXTERNAL_SECRET,),
            release=plans.release("traefik", after=("secrets",)),
        ),
        plans.service(
            "secrets",
            "helm",
            "1-cluster-secrets",
            ROUTE_OF_SECRETS,
            release=plans.release("secrets"),
            after=("traefik",),
        ),
        plans.service(
            "kyverno",
            "helm",
            "0-core-kyverno",
            ROUTE_OF_POLICIES,
            release=plans.release("kyverno"),
            after=("traefik",),
        ),
    ),
    capacity=cast(Any, None),
    findings=(),
)
"""Charts that use each other's kinds: the routes of two of them need Traefik, whose secret needs one of them."""


def settings(**changes: Any) -> Settings:
    """Settings of a stack that says the least."""
    least = Settings(
        lab=cast(Any, None),
        adopt=True,
        proxmox_endpoint="https://192.0.2.10:8006/",
        proxmox_insecure=False,
        proxmox_api_token=pulumi.Output.secret("root@pam!homelab=0"),
        proxmox_ssh_username="root",
        proxmox_ssh_private_key=None,
        kubeconfig=None,
    )
    return replace(least, **changes)


@pytest.fixture(scope="module")
def declared() -> tuple[Recording, Outputs]:
    outputs: list[Outputs] = []
    return record(lambda: outputs.append(declare(PLAN, settings()))), outputs[0]


@pytest.fixture(scope="module")
def recording(declared: tuple[Recording, Outputs]) -> Recording:
    return declared[0]


def named(recording: Recording, kind: str, name: str) -> Resource:
    return next(resource for resource in recording.objects if resource.type.endswith(kind) and resource.name == name)


def before(recording: Recording, resource: Resource) -> set[str]:
    """Everything that a resource waits for, directly or not."""
    found: set[str] = set()
    waiting = [resource]
    while waiting:
        dependencies = waiting.pop().dependencies - found
        found |= dependencies
        waiting += [recording.resources[urn] for urn in dependencies]
    return found


ORDER = [
    (("PriorityClass", "tier-4-aux"), ("Namespace", "0-core-kyverno")),
    (("Namespace", "0-core-kyverno"), ("Release", "0-core-kyverno/kyverno")),
    (("Release", "0-core-kyverno/kyverno"), ("GeneratingPolicy", "generate-quota")),
    (("GeneratingPolicy", "generate-quota"), ("Namespace", "4-aux-notes")),
    (("GeneratingPolicy", "generate-quota"), ("Namespace", "1-cluster-traefik")),
    (("Namespace", "1-cluster-traefik"), ("ExternalSecret", "1-cluster-traefik/traefik")),
    (("Release", "1-cluster-secrets/secrets"), ("ExternalSecret", "1-cluster-traefik/traefik")),
    (("ExternalSecret", "1-cluster-traefik/traefik"), ("Release", "1-cluster-traefik/traefik")),
    (("Release", "1-cluster-traefik/traefik"), ("IngressRoute", "1-cluster-secrets/secrets")),
    (("Release", "1-cluster-traefik/traefik"), ("IngressRoute", "0-core-kyverno/kyverno")),
    (("Release", "1-cluster-traefik/traefik"), ("IngressRoute", "4-aux-notes/notes")),
    (("Namespace", "4-aux-notes"), ("Deployment", "4-aux-notes/notes")),
    (("VmLegacy", "node1"), ("PriorityClass", "tier-4-aux")),
    (("VmLegacy", "firewall"), ("VmLegacy", "master")),
    (("VmLegacy", "master"), ("VmLegacy", "node1")),
]


@pytest.mark.parametrize(("first", "then"), ORDER, ids=[f"{first[1]} {then[1]}" for first, then in ORDER])
def test_order(recording: Recording, first: tuple[str, str], then: tuple[str, str]) -> None:
    assert named(recording, *first).urn in before(recording, named(recording, *then))


def test_the_policies_do_not_wait_for_services(recording: Recording) -> None:
    waited_for = before(recording, named(recording, "GeneratingPolicy", "generate-quota"))
    assert {recording.resources[urn].name for urn in waited_for if urn in recording.resources} == {
        "firewall",
        "master",
        "node1",
        "tier-4-aux",
        "proxmox-lvm",
        "0-core-kyverno",
        "0-core-kyverno/kyverno",
    }


def test_nothing_waits_for_itself(recording: Recording) -> None:
    graph = {urn: resource.dependencies for urn, resource in recording.resources.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(recording.resources)


def test_everything_in_the_plan_is_declared_once(recording: Recording) -> None:
    planned = sorted((manifest["kind"], manifest["metadata"]["name"]) for manifest in PLAN.manifests)
    declared = sorted(
        (resource.inputs["kind"], resource.inputs["metadata"]["name"])
        for resource in recording.objects
        if "metadata" in resource.inputs
    )
    assert declared == planned


def test_outputs_name_machines_and_the_places_where_services_are_reached(declared: tuple[Recording, Outputs]) -> None:
    assert list(declared[1].machines) == ["firewall", "master", "node1"]
    assert declared[1].hosts == {"notes": ("notes.lab.example",)}


def test_a_lab_without_machines_needs_no_proxmox() -> None:
    plan = PLAN._replace(machines=(), policies=())
    recorded = record(
        lambda: declare(
            plan,
            settings(proxmox_endpoint=None, proxmox_api_token=None, kubeconfig=pulumi.Output.secret("apiVersion: v1")),
        )
    )
    types = {resource.type for resource in recorded.resources.values()}
    assert "pulumi:providers:kubernetes" in types
    assert not any("proxmox" in each or "KyvernoPolicies" in each for each in types)


def test_the_namespaces_of_kubernetes_are_not_declared() -> None:
    service = plans.service("traefik", "helm", "kube-system", EXTERNAL_SECRET)
    plan = PLAN._replace(namespaces=(plans.namespace("kube-system", "traefik"),), services=(service,), policies=())
    recorded = record(lambda: declare(plan, settings()))
    assert not recorded.of_type("kubernetes:core/v1:Namespace")


def test_hosts_with_an_endpoint_of_their_own_have_a_provider_of_their_own() -> None:
    plan = plan_of("every_key")

    def run() -> None:
        tokens = {"cellar": pulumi.Output.secret("root@pam!homelab=1")}
        declare(plan, settings(proxmox_api_tokens=tokens, kubeconfig=pulumi.Output.secret("apiVersion: v1")))

    recording = record(run)
    found = recording.resources.values()
    providers = {each.name: each for each in found if each.type == "pulumi:providers:proxmoxve"}
    assert providers["proxmox-cellar"].inputs["endpoint"] == "https://192.168.1.6:8006/"
    of = {name: named(recording, "VmLegacy", name).provider for name in ("home-assistant", "sensors")}
    assert of["home-assistant"].endswith("::proxmox")
    assert of["sensors"].endswith("::proxmox-cellar")
    mappings = {each.name for each in recording.objects if each.type.endswith("usb:Usb")}
    assert mappings == {"zigbee", "meter", "cellar/zigbee"}

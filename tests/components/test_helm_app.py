"""A release is declared as planned, after what its pods need."""

import pulumi_kubernetes as kubernetes

from components.helm_app import HelmApp, HelmAppArgs
from plan import model
from tests.components import plans
from tests.recording.recorder import Recording, plain, record

TYPE = "kubernetes:helm.sh/v3:Release"


def declared(release: model.Release, *manifests: model.Manifest) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        args = HelmAppArgs(namespace="1-cluster-traefik", manifests=manifests, release=release, provider=provider)
        HelmApp(release.name, args)

    return record(program)


def test_a_release_is_declared_as_it_is_planned() -> None:
    planned = plans.release("traefik")
    inputs = declared(planned).get(TYPE, "1-cluster-traefik/traefik").inputs
    assert inputs["values"] == plain(planned.values)
    assert inputs["chart"] == "traefik"
    assert inputs["version"] == "1.2.3"
    assert inputs["name"] == "traefik"
    assert inputs["namespace"] == "1-cluster-traefik"
    assert inputs["repositoryOpts"] == {"repo": "https://charts.example"}


def test_a_chart_from_an_oci_registry_has_no_repository() -> None:
    planned = plans.release("traefik", chart="oci://registry.example/charts/traefik", repository={})
    assert "repositoryOpts" not in declared(planned).get(TYPE, "1-cluster-traefik/traefik").inputs


def test_a_release_brings_its_kinds_and_neither_makes_its_namespace_nor_rolls_back() -> None:
    inputs = declared(plans.release("traefik")).get(TYPE, "1-cluster-traefik/traefik").inputs
    assert (inputs["skipCrds"], inputs["createNamespace"], inputs["atomic"]) == (False, False, False)


def test_a_release_waits_for_what_its_pods_need() -> None:
    recording = declared(plans.release("traefik"), plans.CONFIG_MAP, plans.VOLUME)
    needed = {resource.urn for resource in recording.objects if resource.type != TYPE}
    assert len(needed) == 2
    assert recording.get(TYPE, "1-cluster-traefik/traefik").dependencies == needed

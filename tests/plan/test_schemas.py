"""Planned objects are valid for the API server of Kubernetes 1.34."""

from collections.abc import Iterator
from functools import cache

import kubernetes_validate
import pytest
from kubernetes_validate import utils

from plan.model import Manifest, Plan
from tests.plan.labs import name_of, plan_of

DEFINED_BY_CHARTS = {
    ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
    ("external-secrets.io/v1", "ClusterSecretStore"),
    ("external-secrets.io/v1", "ExternalSecret"),
    ("gateway.networking.k8s.io/v1", "GRPCRoute"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ("gateway.networking.k8s.io/v1alpha2", "TCPRoute"),
    ("gateway.networking.k8s.io/v1alpha2", "TLSRoute"),
    ("gateway.networking.k8s.io/v1alpha2", "UDPRoute"),
    ("metallb.io/v1beta1", "IPAddressPool"),
    ("metallb.io/v1beta1", "L2Advertisement"),
    ("nfd.k8s-sigs.io/v1alpha1", "NodeFeatureRule"),
    ("policies.kyverno.io/v1", "GeneratingPolicy"),
    ("policies.kyverno.io/v1", "MutatingPolicy"),
    ("policies.kyverno.io/v1", "ValidatingPolicy"),
    ("postgresql.cnpg.io/v1", "Cluster"),
    ("postgresql.cnpg.io/v1", "Database"),
    ("traefik.io/v1alpha1", "IngressRoute"),
    ("traefik.io/v1alpha1", "IngressRouteTCP"),
    ("traefik.io/v1alpha1", "IngressRouteUDP"),
    ("traefik.io/v1alpha1", "Middleware"),
    ("traefik.io/v1alpha1", "ServersTransport"),
}
"""Custom kinds: their schemas come with the charts, not with Kubernetes."""


@pytest.fixture(autouse=True, scope="module")
def schemas_read_once() -> Iterator[None]:
    """Otherwise they are read again for every object, which takes most of the time."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(utils, "schema_contents", cache(utils.schema_contents))
        monkeypatch.setattr(utils, "all_versions", cache(utils.all_versions))
        yield


def kind_of(manifest: Manifest) -> tuple[str, str]:
    return manifest["apiVersion"], manifest["kind"]


def everything(plan: Plan) -> list[Manifest]:
    """All planned objects, and those that the policies generate."""
    generated = [each for namespace in plan.namespaces for each in (namespace.limit_range, namespace.quota) if each]
    return [*plan.manifests, *generated]


@pytest.mark.parametrize("lab", ["prod", "small", "every_kind", "every_key"])
def test_objects_of_built_in_kinds_are_valid(lab: str) -> None:
    built_in = [manifest for manifest in everything(plan_of(lab)) if kind_of(manifest) not in DEFINED_BY_CHARTS]
    assert built_in
    for manifest in built_in:
        try:
            kubernetes_validate.validate(manifest, "1.34", strict=True)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(str(part) for part in error.path)
            pytest.fail(f"{manifest['kind']} {'/'.join(name_of(manifest))}: {where}: {error.message}")


def test_there_is_no_custom_kind_that_no_lab_uses() -> None:
    planned = {
        kind_of(manifest) for lab in ("prod", "every_kind", "every_key") for manifest in everything(plan_of(lab))
    }
    assert planned >= DEFINED_BY_CHARTS


def test_a_misspelt_field_is_not_valid() -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "label": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(namespace, "1.34", strict=True)

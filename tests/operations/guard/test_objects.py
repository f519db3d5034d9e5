"""Consequences of a step for Kubernetes objects and for objects on the host."""

from typing import Any

import pytest

from components.kinds import PROTECTED, kind_of
from plan.changes.object_rules import KINDS
from tests.operations.guard.steps import effects, judged, step
from tests.plan.labs import FOLDERS, plan_of

HOLDING = {
    "kubernetes:core/v1:Namespace": "Namespace/media/it",
    "kubernetes:core/v1:PersistentVolumeClaim": "PersistentVolumeClaim/media/it",
    "kubernetes:apps/v1:StatefulSet": "StatefulSet/media/it",
    "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": "CustomResourceDefinition/media/it",
    "kubernetes:postgresql.cnpg.io/v1:Cluster": "Cluster/media/it",
    "kubernetes:policies.kyverno.io/v1:GeneratingPolicy": "GeneratingPolicy/media/it",
}
METADATA = {"metadata": {"namespace": "media", "name": "it"}}


def made(op: str, kind: str, diff: dict[str, str] | None = None, **values: Any) -> dict[str, Any]:
    return step(op, "media/it", kind, diff, **({"old": METADATA} | values))


@pytest.mark.parametrize("op", ["delete", "replace"])
@pytest.mark.parametrize(("kind", "target"), HOLDING.items())
def test_what_holds_more_than_itself_is_not_let_go(op: str, kind: str, target: str) -> None:
    (loss,) = judged(made(op, kind, {"metadata.name": "update-replace"}))
    assert (loss.name, loss.severity) == (f"{op.upper()}:{target}", "error")
    assert loss.causes == (("metadata.name",) if op == "replace" else ())


@pytest.mark.parametrize("kind", HOLDING)
def test_an_update_in_place_is_harmless(kind: str) -> None:
    assert effects(made("update", kind, {'metadata.labels["a"]': "add"})) == []


@pytest.mark.parametrize("op", ["delete", "replace"])
@pytest.mark.parametrize("kind", ["kubernetes:apps/v1:Deployment", "kubernetes:core/v1:ConfigMap"])
def test_what_can_be_made_again_may_go(op: str, kind: str) -> None:
    (loss,) = judged(made(op, kind))
    assert loss.severity in ("info", "warning")
    assert loss.message


@pytest.mark.parametrize("lab", FOLDERS)
def test_an_update_of_every_kind_that_labs_write_is_known(lab: str) -> None:
    written = {kind_of(manifest) for manifest in plan_of(lab).manifests}
    assert {(group, kind) for group, _, kind in written} <= {kind for kind, rule in KINDS.items() if rule.knows_updates}


def test_every_protected_kind_is_guarded() -> None:
    assert {kind for kind, rule in KINDS.items() if rule.loss.severity == "error"} >= PROTECTED.keys()


def test_a_kind_of_the_same_name_in_another_group_is_another_kind() -> None:
    (loss,) = judged(made("delete", "kubernetes:cluster.example/v1:Cluster"))
    assert (loss.effect, loss.severity) == ("NOT-KNOWN", "error")


def test_a_claim_is_not_made_smaller() -> None:
    def size(text: str) -> dict[str, Any]:
        return METADATA | {"spec": {"resources": {"requests": {"storage": text}}}}

    def resized(old: str, new: str) -> list[str]:
        path = "spec.resources.requests.storage"
        kind = "kubernetes:core/v1:PersistentVolumeClaim"
        return effects(made("update", kind, {path: "update"}, old=size(old), new=size(new)))

    assert resized("10Gi", "9Gi") == ["SHRINK:PersistentVolumeClaim/media/it"]
    assert resized("1Ti", "900Gi") == ["SHRINK:PersistentVolumeClaim/media/it"]
    assert resized("9Gi", "10Gi") == []
    assert resized("512Mi", "1Gi") == []


@pytest.mark.parametrize("op", ["delete", "replace"])
@pytest.mark.parametrize("kind", ["proxmoxve:hardware/mapping/pci:Pci", "tls:index/privateKey:PrivateKey"])
def test_what_cannot_be_told_is_taken_for_the_worst(op: str, kind: str) -> None:
    assert effects(step(op, "tesla-t4", kind)) == [f"{op.upper()}:{kind.rsplit(':')[-1]}/tesla-t4"]


def test_a_change_of_the_hosts_network_is_a_warning() -> None:
    (reload,) = judged(step("update", "vmbr1", "proxmoxve:network/linux/bridge:Bridge", {"comment": "update"}))
    assert reload.severity == "warning"
    assert "network of the whole host" in reload.message


@pytest.mark.parametrize("kind", ["pulumi:pulumi:Stack", "homelab:index:K8sApp"])
def test_components_are_nothing_that_runs(kind: str) -> None:
    assert judged(step("delete", "it", kind), step("replace", "that", kind)) == []


def test_a_provider_that_goes_takes_nothing_with_it() -> None:
    assert judged(step("delete", "it", "pulumi:providers:kubernetes")) == []


def test_a_provider_that_is_replaced_leads_elsewhere() -> None:
    assert effects(step("replace", "it", "pulumi:providers:kubernetes")) == ["REDIRECT:kubernetes/it"]


def test_an_object_that_is_kept_is_only_forgotten() -> None:
    assert effects(made("delete", "kubernetes:core/v1:PersistentVolumeClaim", retainOnDelete=True)) == [
        "FORGET:PersistentVolumeClaim/media/it"
    ]

"""Objects that an owner states are separated from those that follow by themselves, and none is lost."""

from collections.abc import Mapping
from typing import Any

import pytest

from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import Cluster as Beside
from operations.adopt.cluster.origins import LeftOut, OfRelease, Own, origin_of
from plan.model import Manifest
from tests.operations.adopt.cluster.shed import live, world

ALONE = Beside(releases={}, stateful_sets=())


def manifest(kind: str, name: str, manager: str, **metadata: object) -> Manifest:
    written = [{"manager": manager, "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": {}}]
    return {
        "apiVersion": metadata.pop("api_version", "v1"),
        "kind": kind,
        "metadata": {"name": name, "namespace": "web", "managedFields": written, **metadata},
    }


def origin(made: Manifest) -> Own | OfRelease | LeftOut:
    return origin_of(Key(made["kind"], made["metadata"].get("namespace", ""), made["metadata"]["name"]), made, ALONE)


def test_what_files_put_into_the_namespace_of_kubernetes_is_of_their_owner() -> None:
    """In a cluster that runs, what nobody is known to have written there is of whoever installed it."""
    made: Manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "registry", "namespace": "kube-system"},
    }
    token: Manifest = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token"}
    token["metadata"] = {"name": "page", "namespace": "web"}
    for each in (made, token):
        key = Key(each["kind"], each["metadata"]["namespace"], each["metadata"]["name"])
        assert isinstance(origin_of(key, each, ALONE), LeftOut)
        assert isinstance(origin_of(key, each, ALONE._replace(runs=False)), Own)


def test_every_object_of_a_cluster_has_one_origin() -> None:
    found = world()
    assert found.origins.keys() == found.manifests.keys()


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (Key("Pod", "photos", "photos-db-0"), "owned"),
        (Key("ConfigMap", "photos", "kube-root-ca.crt"), "derived"),
        (Key("ServiceAccount", "photos", "default"), "derived"),
        (Key("ServiceAccount", "kube-system", "job-controller"), "system"),
        (Key("Namespace", "", "default"), "system"),
        (Key("Service", "default", "kubernetes"), "system"),
        (Key("PriorityClass", "", "system-node-critical"), "system"),
        (Key("Node", "", "shed-1"), "derived"),
        (Key("LimitRange", "photos", "tier-defaults"), "generated"),
        (Key("PersistentVolumeClaim", "photos", "data-photos-db-0"), "claim-template"),
        (Key("Secret", "monitoring", "sh.helm.release.v1.metrics.v2"), "release-record"),
        (Key("CustomResourceDefinition", "", "middlewares.traefik.io"), "definition"),
    ],
)
def test_what_follows_by_itself_is_left_out(key: Key, why: str) -> None:
    found = world().origins[key]
    assert isinstance(found, LeftOut)
    assert found.why == why


def test_what_a_chart_makes_is_of_its_release() -> None:
    assert world().origins[Key("Deployment", "monitoring", "metrics")] == OfRelease("monitoring", "metrics")


def test_a_bare_pod_is_its_owners() -> None:
    assert world().origins[Key("Pod", "default", "probe")] == Own(("kubectl",))


def test_what_a_tool_applied_and_a_person_changed_is_the_owners() -> None:
    assert live("Deployment", "tools", "wiki-deployment")["spec"]["replicas"] == 1
    assert world().origins[Key("Deployment", "tools", "wiki-deployment")] == Own(("kubectl",))


@pytest.mark.parametrize("manager", ["longhorn-manager", "rook-ceph-operator", "background-controller"])
def test_what_only_a_controller_wrote_is_left_out(manager: str) -> None:
    assert origin(manifest("Volume", "data", manager, api_version="longhorn.io/v1beta2")) == LeftOut(
        "controller", manager
    )


@pytest.mark.parametrize("manager", ["kustomize-controller", "argocd-controller", "helm-controller"])
def test_a_tool_that_calls_itself_a_controller_writes_for_its_owner(manager: str) -> None:
    assert isinstance(origin(manifest("ConfigMap", "settings", manager)), Own)


@pytest.mark.parametrize(
    ("api_version", "kind", "tool"),
    [
        ("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "Flux"),
        ("argoproj.io/v1alpha1", "Application", "Argo CD"),
    ],
)
def test_what_drives_the_old_tool_is_not_declared_beside_it(api_version: str, kind: str, tool: str) -> None:
    made = manifest(kind, "apps", "kubectl-client-side-apply", api_version=api_version)
    assert origin(made) == LeftOut("other-tool", tool)


def test_what_a_release_left_behind_is_its_owners() -> None:
    kept: Mapping[str, str] = {"meta.helm.sh/release-name": "gone", "meta.helm.sh/release-namespace": "web"}
    assert isinstance(origin(manifest("PersistentVolumeClaim", "data", "helm", annotations=kept)), Own)


def test_a_workflow_of_argo_is_no_application() -> None:
    made = manifest("CronWorkflow", "nightly", "kubectl-client-side-apply", api_version="argoproj.io/v1alpha1")
    assert isinstance(origin(made), Own)


def test_what_the_api_server_makes_for_its_own_queues_is_left_out() -> None:
    made = manifest("FlowSchema", "probes", "api-priority-and-fairness-config-producer-v1")
    found = origin(made)
    assert isinstance(found, LeftOut)
    assert found.why == "derived"


def test_a_volume_made_by_hand_is_its_owners_though_a_provisioner_may_delete_it() -> None:
    marked = {"annotations": {"pv.kubernetes.io/provisioned-by": "smb.csi.k8s.io"}}
    assert origin(manifest("PersistentVolume", "films", "kubectl-client-side-apply", **marked)) == Own(("kubectl",))
    made = origin(manifest("PersistentVolume", "pvc-1", "csi-provisioner", **marked))
    assert isinstance(made, LeftOut)
    assert made.why == "provisioned"


def test_a_volume_in_a_file_is_its_owners_until_a_claim_has_it() -> None:
    metadata = {"name": "films", "annotations": {"pv.kubernetes.io/provisioned-by": "smb.csi.k8s.io"}}
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": {}}
    assert isinstance(origin(volume), Own)
    assert isinstance(origin({**volume, "spec": {"claimRef": {"name": "films", "uid": "1"}}}), LeftOut)


@pytest.mark.parametrize(
    ("name", "manager", "why"),
    [
        ("data-db-0", "kube-controller-manager", "claim-template"),
        ("films", "longhorn-manager", "controller"),
        ("films-2", "longhorn-manager", "controller"),
    ],
)
def test_a_claim_is_of_a_template_only_if_it_can_be(name: str, manager: str, why: str) -> None:
    found = origin(manifest("PersistentVolumeClaim", name, manager))
    assert isinstance(found, LeftOut)
    assert found.why == why


def test_a_node_is_not_declared_whoever_labelled_it() -> None:
    assert origin(manifest("Node", "shed-1", "kubectl-label")) == LeftOut("derived", "the kubelet")


@pytest.mark.parametrize(
    ("kind", "status", "is_left"),
    [
        ("Job", {"conditions": [{"type": "Complete", "status": "True"}]}, True),
        ("Job", {"conditions": [{"type": "Failed", "status": "True"}]}, True),
        ("Job", {"active": 1, "conditions": [{"type": "Suspended", "status": "False"}]}, False),
        ("Pod", {"phase": "Succeeded"}, True),
        ("Pod", {"phase": "Running"}, False),
    ],
)
def test_what_has_ended_is_not_declared(kind: str, status: dict[str, Any], is_left: bool) -> None:
    made = {**manifest(kind, "once", "kubectl-create"), "status": status}
    found = origin(made)
    assert isinstance(found, LeftOut) == is_left
    assert not isinstance(found, LeftOut) or found.why == "finished"

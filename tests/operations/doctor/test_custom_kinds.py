"""Custom kinds and autoscalers that say themselves that something is wrong."""

from typing import Any

import pytest

from observation.objects import Reference
from tests.operations.doctor.cluster import Cluster, days, healthy, loud, only, words


def test_an_application_that_argo_cannot_compare() -> None:
    cluster = healthy()
    cluster.add(
        "Application", "web", "argocd", apiVersion="argoproj.io/v1alpha1",
        status={
            "health": {"status": "Healthy"},
            "sync": {"status": "Unknown"},
            "conditions": [{"type": "ComparisonError", "message": "authentication required: Repository not found."}],
        },
    )  # fmt: skip
    assert "Repository not found" in only(cluster).message


def test_an_application_whose_last_sync_failed() -> None:
    cluster = healthy()
    state = {"phase": "Failed", "message": "one or more objects failed to apply"}
    cluster.add("Application", "web", "argocd", apiVersion="argoproj.io/v1alpha1", status={"operationState": state})
    assert "Failed: one or more objects failed to apply" in only(cluster).message


def test_an_application_that_has_warnings_is_fine() -> None:
    cluster = healthy()
    warning = {"type": "OrphanedResourceWarning", "message": "Application has 3 orphaned resources"}
    state = {"phase": "Succeeded", "message": "successfully synced"}
    cluster.add(
        "Application", "web", "argocd", apiVersion="argoproj.io/v1alpha1",
        status={"conditions": [warning], "operationState": state},
    )  # fmt: skip
    assert not loud(cluster.diagnose())


@pytest.mark.parametrize(("state", "robustness", "found"), [
    ("detached", "faulted", 1), ("attached", "degraded", 1), ("detached", "unknown", 0), ("detached", "degraded", 0),
])  # fmt: skip
def test_a_volume_of_longhorn_without_a_good_replica(state: str, robustness: str, found: int) -> None:
    cluster = healthy()
    cluster.add(
        "Volume", "pvc-1", "longhorn-system", apiVersion="longhorn.io/v1beta2",
        status={"state": state, "robustness": robustness},
    )  # fmt: skip
    assert len(loud(cluster.diagnose())) == found


class TestMetricsFromElsewhere:
    @staticmethod
    def scaler(cluster: Cluster, message: str, owner: Any = None) -> None:
        cluster.add(
            "HorizontalPodAutoscaler", "web", "shop", owner, apiVersion="autoscaling/v2",
            spec={"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 3,
                  "metrics": [{"type": "External", "external": {"metric": {"name": "queue"}}}]},
            status={"conditions": [{
                "type": "ScalingActive", "status": "False", "reason": "FailedGetExternalMetric", "message": message,
                "lastTransitionTime": days(1),
            }]},
        )  # fmt: skip

    def test_a_source_that_does_not_answer_is_no_missing_metrics_server(self) -> None:
        cluster = healthy()
        scaled = cluster.add("ScaledObject", "web", "shop", apiVersion="keda.sh/v1alpha1")
        self.scaler(cluster, 'Get "http://prometheus:9090": no such host', scaled)
        found = only(cluster)
        assert "metrics-server" not in words(found)
        assert found.fix == "correct the trigger in ScaledObject/shop/web, or its source"
        assert Reference("ScaledObject", "shop", "web") in found.covers

    def test_nothing_that_serves_them(self) -> None:
        cluster = healthy()
        self.scaler(cluster, "the server could not find the requested resource (get queue.external.metrics.k8s.io)")
        found = only(cluster)
        assert "nothing in this cluster serves external.metrics.k8s.io" in found.message
        assert "KEDA" in found.fix


@pytest.mark.parametrize(("now", "found"), [("42", 1), ("9500m", 0)])
def test_an_autoscaler_at_its_maximum_by_a_length_of_a_queue(now: str, found: int) -> None:
    cluster = healthy()
    cluster.add(
        "HorizontalPodAutoscaler", "web", "shop", apiVersion="autoscaling/v2",
        spec={"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 2, "metrics": [
            {"type": "External", "external": {
                "metric": {"name": "queue"}, "target": {"type": "AverageValue", "averageValue": "10"}}}]},
        status={"currentReplicas": 2, "currentMetrics": [
            {"type": "External", "external": {"metric": {"name": "queue"}, "current": {"averageValue": now}}}],
            "conditions": [{"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas",
                            "lastTransitionTime": days(1)}]},
    )  # fmt: skip
    assert ["queue is at 42 for each pod, the target is 10" in each.message for each in loud(cluster.diagnose())] == [
        True
    ] * found


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        (
            "MongoDBCommunity",
            {"phase": "Failed", "message": "secret not found"},
            "Its phase is Failed: secret not found",
        ),
        ("PerconaServerMongoDB", {"state": "error"}, "Its state is error"),
        ("postgresql", {"PostgresClusterStatus": "SyncFailed"}, "Its PostgresClusterStatus is SyncFailed"),
        ("Elasticsearch", {"health": "red", "phase": "Ready"}, "Its health is red"),
    ],
)
def test_a_phase_or_a_colour_by_which_an_operator_says_that_it_failed_is_told(
    kind: str, status: dict[str, Any], said: str
) -> None:
    cluster = healthy()
    cluster.add(kind, "media", "shop", apiVersion="example.lan/v1", status=status)
    assert only(cluster).message == said


def test_one_act_that_failed_and_a_colour_between_are_no_ailment() -> None:
    cluster = healthy()
    cluster.add("EtcdBackup", "old", "shop", apiVersion="example.lan/v1", status={"phase": "Failed"})
    cluster.add("Elasticsearch", "search", "shop", apiVersion="example.lan/v1", status={"health": "yellow"})
    assert loud(cluster.diagnose()) == []


def test_a_faulted_volume_of_longhorn_names_its_claim() -> None:
    cluster = healthy()
    kubernetes = {"namespace": "shop", "pvcName": "media"}
    status = {"state": "detached", "robustness": "faulted", "kubernetesStatus": kubernetes}
    cluster.add("Volume", "pvc-1", "longhorn-system", apiVersion="longhorn.io/v1beta2", status=status)
    finding = only(cluster)
    assert (finding.severity, "PersistentVolumeClaim/shop/media" in finding.message) == ("error", True)


@pytest.mark.parametrize("off", [{"runStrategy": "Halted"}, {"running": False}, {"suspend": True}, {"paused": True}])
def test_what_its_owner_switched_off_is_not_ready_on_purpose(off: dict[str, Any]) -> None:
    cluster = healthy()
    state = {"type": "Ready", "status": "False", "reason": "VMINotExists", "lastTransitionTime": days(9)}
    machine = cluster.add("VirtualMachine", "vm", "shop", apiVersion="kubevirt.io/v1", spec=off)
    machine["status"] = {"printableStatus": "ErrorUnschedulable", "conditions": [state]}
    assert loud(cluster.diagnose()) == []
    machine["spec"] = {}
    assert "ErrorUnschedulable" in only(cluster).message

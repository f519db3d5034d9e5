"""Nodes, broken in one place each."""

from typing import Any

import pytest

from tests.operations.doctor.cluster import (
    Cluster,
    Object,
    crashing,
    days,
    healthy,
    hours,
    loud,
    minutes,
    only,
    short,
    unready,
    unserved,
    waiting,
    words,
)


def state(cluster: Cluster, name: str, condition: str, status: str, *, ago: float = 3, **rest: Any) -> Object:
    node = cluster.get("Node", name)
    for each in node["status"]["conditions"]:
        if each["type"] == condition:
            each |= {"status": status, "lastTransitionTime": hours(ago), **rest}
    return node


def test_a_kubelet_that_stopped() -> None:
    cluster = healthy()
    for each in ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure"):
        state(
            cluster,
            "worker-a",
            each,
            "Unknown",
            reason="NodeStatusUnknown",
            message="Kubelet stopped posting node status.",
            lastHeartbeatTime=hours(3.1),
        )
    for each in [one for one in cluster.objects if one["kind"] == "Pod"]:
        unready(each)
    for each in ("web", "coredns"):
        short(cluster.get("Deployment", each))
    short(cluster.get("StatefulSet", "database"))
    for each in ("web", "database", "kube-dns"):
        unserved(cluster, each)
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("NODE-UNREACHABLE", "Node/worker-a")
    for each in ("Deployment/shop/web", "StatefulSet/shop/database", "Ingress/shop/web", hours(3.1)):
        assert each in words(found)


def test_a_pod_network_that_is_not_there_is_that_of_its_daemon() -> None:
    cluster = healthy()
    said = (
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:cni "
        "plugin not initialized"
    )
    state(cluster, "worker-b", "Ready", "False", reason="KubeletNotReady", message=said)
    daemon = cluster.workload("calico-node", "kube-system", kind="DaemonSet", node="worker-b", service=False)
    crashing(cluster.get("Pod", "calico-node"), code=1, message="no IP pool")
    short(daemon)
    daemon["status"]["numberReady"] = 0
    found = only(cluster)
    assert str(found.subject) == "DaemonSet/kube-system/calico-node"
    assert "Node/worker-b" in words(found)


def test_a_pod_network_without_a_daemon_in_sight() -> None:
    cluster = healthy()
    state(cluster, "worker-b", "Ready", "False", reason="KubeletNotReady", message="cni plugin not initialized")
    assert only(cluster).code == "NODE-NETWORK-NOT-READY"


def test_memory_pressure_names_what_has_no_limit_and_grew() -> None:
    cluster = healthy()
    state(cluster, "worker-a", "MemoryPressure", "True", reason="KubeletHasInsufficientMemory")
    cluster.workload(
        "agent", "shop", kind="DaemonSet", service=False, pod={"priorityClassName": "system-node-critical"}
    )
    cluster.used("DaemonSet/agent", "agent", [300 + 400 * day for day in range(30)])
    old = cluster.pod("web-r1-old", "shop", cluster.get("ReplicaSet", "web"), spec={"containers": [{"name": "web"}]})
    said = (
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80000Ki. Container web "
        "was using 1048576Ki, request is 0, has larger consumption of memory. "
    )
    moved = [{"type": "DisruptionTarget", "status": "True", "lastTransitionTime": hours(2.9)}]
    old["status"] = {"phase": "Failed", "reason": "Evicted", "message": said, "conditions": moved}
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("NODE-MEMORY-PRESSURE", "Node/worker-a")
    for each in ("DaemonSet/shop/agent", "400 MiB a day", "Deployment/shop/web", "1.0 GiB", "system-node-critical"):
        assert each in words(found)


def test_disk_pressure_names_who_wrote_most() -> None:
    cluster = healthy()
    state(cluster, "worker-a", "DiskPressure", "True", reason="KubeletHasDiskPressure")
    old = cluster.pod("web-r1-old", "shop", cluster.get("ReplicaSet", "web"), spec={"containers": [{"name": "web"}]})
    said = (
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 9Gi. "
        "Container web was using 40Gi, request is 0, has larger consumption of ephemeral-storage. "
    )
    old["status"] = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": said,
        "conditions": [{"type": "DisruptionTarget", "status": "True", "lastTransitionTime": hours(2.9)}],
    }
    found = only(cluster)
    assert found.code == "NODE-DISK-PRESSURE"
    assert "Deployment/shop/web" in found.message
    assert "40Gi" in words(found)


def test_a_kubelet_that_is_silent_while_nobody_notices() -> None:
    cluster = healthy()
    for each in cluster.get("Node", "worker-b")["status"]["conditions"]:
        each["lastHeartbeatTime"] = hours(2)
    assert only(cluster).code == "KUBELET-SILENT"


def test_a_lease_shows_that_it_lives() -> None:
    cluster = healthy()
    for each in cluster.get("Node", "worker-b")["status"]["conditions"]:
        each["lastHeartbeatTime"] = hours(2)
    cluster.add("Lease", "worker-b", "kube-node-lease", spec={"renewTime": minutes(0.1)})
    assert not loud(cluster.diagnose())


def test_a_node_that_was_not_ready_and_is_again_is_fine() -> None:
    cluster = healthy()
    state(cluster, "worker-a", "Ready", "True", ago=0.5, reason="KubeletReady")
    assert not loud(cluster.diagnose())


def test_a_kubelet_that_lost_its_reservations() -> None:
    cluster = healthy()
    cluster.get("Node", "worker-b")["status"]["allocatable"] = {"cpu": "8", "memory": "17305Mi", "pods": "110"}
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("NODE-RESERVATION-LOST", "Node/worker-b")
    assert "103Mi" in found.message
    assert "1024Mi" in found.message


def test_a_kubelet_that_is_newer_than_the_api_server() -> None:
    cluster = healthy()
    cluster.get("Node", "worker-b")["status"]["nodeInfo"]["kubeletVersion"] = "v1.37.0"
    assert only(cluster).code == "KUBELET-VERSION-SKEW"


def test_a_device_that_is_not_healthy() -> None:
    cluster = healthy()
    cluster.node("gpu", labels={"nvidia.com/gpu.present": "true"}, nvidia__com_gpu="1")
    node = cluster.get("Node", "gpu")
    node["status"]["capacity"] = {**node["status"]["capacity"], "nvidia.com/gpu": "1"}
    node["status"]["allocatable"] = {**node["status"]["allocatable"], "nvidia.com/gpu": "0"}
    cluster.workload("video", node="gpu", resources={"limits": {"nvidia.com/gpu": "1"}})
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("DEVICE-NOT-OFFERED", "Node/gpu")


def test_a_crash_on_a_node_that_was_lost_follows_from_the_node() -> None:
    cluster = healthy()
    state(
        cluster,
        "worker-a",
        "Ready",
        "Unknown",
        reason="NodeStatusUnknown",
        message="Kubelet stopped posting node status.",
    )
    pod = cluster.get("Pod", "web-r1-x0")
    waiting(pod, "ContainerCreating")
    found = only(cluster)
    assert found.code == "NODE-UNREACHABLE"
    assert days(1) < hours(1)


@pytest.mark.parametrize(
    ("condition", "severity"), [("ReadonlyFilesystem", "error"), ("FrequentKubeletRestart", "warning")]
)
def test_a_fault_that_the_node_problem_detector_reports_is_told_while_it_lasts(condition: str, severity: str) -> None:
    cluster = healthy()
    state = {
        "type": condition,
        "status": "True",
        "reason": "Seen",
        "message": "it is so",
        "lastTransitionTime": hours(5),
    }
    cluster.get("Node", "worker-a")["status"]["conditions"].append(state)
    finding = only(cluster)
    assert (finding.code, finding.severity) == ("NODE-PROBLEM", severity)
    assert condition in finding.message
    state["status"] = "False"
    assert loud(cluster.diagnose()) == []

"""Kubelets about themselves: their settings, and where the memory of their node is."""

import dataclasses
from typing import Any

from observation.model import Kubelet, Observation
from operations.doctor.diagnose import diagnose
from operations.doctor.finding import Finding
from tests.operations.doctor.cluster import Cluster, healthy, hours, loud

SETTINGS = {"kubeReserved": {"memory": "1Gi"}, "evictionHard": {"memory.available": "500Mi"}, "maxPods": 110}
WRITTEN = "kubeReserved: {memory: 1Gi}\nevictionHard: {memory.available: 500Mi}\nmaxPods: 110\ncgroupDriver: systemd\n"


def asked(cluster: Cluster, **kubelets: Kubelet) -> Observation:
    answers = {name.replace("_", "-"): each for name, each in kubelets.items()}
    return dataclasses.replace(cluster.observe(), kubelets=answers)


def settings(**changed: Any) -> Kubelet:
    return Kubelet({"kubeletconfig": {**SETTINGS, **changed}}, None)


def only(observed: Observation) -> Finding:
    (found,) = loud(diagnose(observed))
    return found


def pressed() -> Cluster:
    cluster = healthy()
    condition = cluster.get("Node", "worker-a")["status"]["conditions"][0]
    condition |= {"status": "True", "reason": "KubeletHasInsufficientMemory", "lastTransitionTime": hours(0.3)}
    return cluster


def memory(pods: int, kubelet: int, runtime: int, whole: int) -> Kubelet:
    """GiB, as `/stats/summary` has them."""
    parts = {"pods": pods, "kubelet": kubelet, "runtime": runtime}
    system = [{"name": name, "memory": {"workingSetBytes": gib << 30}} for name, gib in parts.items()]
    node = {"memory": {"workingSetBytes": whole << 30}, "systemContainers": system}
    return Kubelet(None, {"node": node, "pods": []})


def test_a_kubelet_that_runs_as_it_is_written_is_fine() -> None:
    cluster = healthy()
    cluster.add("ConfigMap", "kubelet-config", "kube-system", data={"kubelet": WRITTEN})
    assert not loud(diagnose(asked(cluster, worker_a=settings())))


def test_settings_that_an_upgrade_took_away() -> None:
    cluster = healthy()
    cluster.add("ConfigMap", "kubelet-config", "kube-system", data={"kubelet": WRITTEN})
    found = only(asked(cluster, worker_a=settings(kubeReserved={}), worker_b=settings()))
    assert (found.code, found.subject.name) == ("NODE-RESERVATION-LOST", "worker-a")
    assert "kubeReserved.memory is not set instead of 1Gi" in found.message


def test_memory_that_kubelet_and_runtime_use() -> None:
    found = only(asked(pressed(), worker_a=memory(pods=4, kubelet=6, runtime=3, whole=15)))
    assert found.code == "NODE-MEMORY-PRESSURE"
    assert "its pods use only 4.0 GiB of the 15.0 GiB in use: the kubelet 6.0 GiB" in found.message
    assert "kernel and system services 2.0 GiB" in found.message


def test_memory_that_pods_use_is_not_blamed_on_the_node() -> None:
    found = only(asked(pressed(), worker_a=memory(pods=13, kubelet=0, runtime=0, whole=15)))
    assert "kernel" not in found.message


def test_usage_shows_that_pods_use_little_too() -> None:
    cluster = pressed()
    for workload, name in (("Deployment/web", "web"), ("StatefulSet/database", "database")):
        cluster.used(workload, name, [200.0] * 30)
    for pod in [each for each in cluster.objects if each["kind"] == "Pod" and "coredns" in each["metadata"]["name"]]:
        pod["spec"]["nodeName"] = "worker-b"
    assert "its pods used 600 MiB at most" in only(cluster.observe()).message

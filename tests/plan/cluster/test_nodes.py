"""Resources of a node that pods can get."""

from dataclasses import replace
from typing import Any, cast

import pytest

from config.machine import MachineDisk
from config.node import Taint
from config.quantity import Memory
from plan import make_plan
from plan.cluster.kubeadm import kubeadm_documents
from plan.cluster.nodes import PODS, admits, plan_nodes, volume_slots
from plan.cluster.system import system_workloads
from plan.cluster.usable import usable_memory
from plan.model import Node, Pod
from plan.model.constraints import read_tolerations
from plan.model.resources import CPU, EPHEMERAL_STORAGE, GPU, MEMORY
from tests.plan.labs import lab_of, plan_of


def node(lab: str, name: str) -> Node:
    return next(each for each in plan_nodes(lab_of(lab)) if each.name == name)


@pytest.mark.parametrize(
    ("memory", "reported"), [("3.75Gi", "3786940Ki"), ("8Gi", "8131676Ki"), ("32Gi", "32868192Ki")]
)
def test_a_node_is_taken_to_find_no_more_memory_than_real_ones_report(memory: str, reported: str) -> None:
    usable, real = usable_memory(Memory.parse(memory)), Memory.parse(reported)
    assert 0.98 * real < usable <= real


def test_reservations_are_not_allocatable() -> None:
    worker = node("every_kind", "worker")
    kept = 2 * Memory.parse("512Mi") + Memory.parse("500Mi")
    assert worker.allocatable[MEMORY] == usable_memory(Memory.parse("32Gi")) - kept


def test_what_a_node_that_runs_reports_stands_in_place_of_the_estimate() -> None:
    assert node("prod", "k8s-node2").allocatable[MEMORY] == Memory.parse("30.5Gi")
    assert node("prod", "k8s-node2").allocatable[CPU] == 7600


def test_reservations_and_the_disk_threshold_are_not_allocatable() -> None:
    worker = node("prod", "k8s-node2")
    assert worker.capacity[CPU] == 8000
    assert worker.allocatable[CPU] == 7600
    assert worker.allocatable[EPHEMERAL_STORAGE] == pytest.approx(0.85 * 0.96 * Memory.parse("256Gi"), abs=1)
    assert worker.allocatable[PODS] == 110


def test_reservations_that_are_not_stated_follow_from_the_pods_that_may_run() -> None:
    """5m CPU twice, 5M and 10M memory, for each of 110 pods."""
    lab = lab_of("every_kind")
    kubelet = lab.cluster.kubelet.model_copy(update={"kube_reserved": None, "system_reserved": None})
    lab = replace(lab, cluster=lab.cluster.model_copy(update={"kubelet": kubelet}))
    worker = next(each for each in plan_nodes(lab) if each.name == "worker")
    assert worker.allocatable[CPU] == 8000 - 1100
    assert worker.allocatable[MEMORY] == usable_memory(Memory.parse("32Gi")) - 110 * Memory.parse("15M") - Memory.parse(
        "500Mi"
    )
    written = kubeadm_documents(lab)["kubelet-configuration.yaml"]
    assert written["kubeReserved"] == {"cpu": "550m", "memory": "550M"}
    assert written["systemReserved"] == {"cpu": "550m", "memory": "1100M"}


@pytest.mark.parametrize(
    ("interfaces", "slots"),
    [
        (["scsi0"], 28),
        (["scsi1"], 28),
        (["scsi0", "scsi1"], 28),
        (["scsi0", "scsi1", "scsi2"], 27),
        (["scsi1", "scsi2", "scsi3", "scsi4"], 25),
        (["sata0", "virtio0"], 28),
        ([f"scsi{number}" for number in range(31)], 0),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) and len(value) < 6 else str(value)[:20],
)
def test_a_node_has_28_volume_slots_less_what_its_own_disks_take(interfaces: list[str], slots: int) -> None:
    """The driver attaches at scsi1 to scsi29: 29 of them, of which the node advertises 28."""
    lab = lab_of("prod")
    disks = [MachineDisk(interface=each, storage="local-lvm", size=Memory.parse("1Gi")) for each in interfaces]
    machine = lab.machines["k8s-node2"].model_copy(update={"disks": tuple(disks)})
    assert volume_slots(lab.cluster, machine) == slots


def test_the_gpu_node_advertises_slices_and_video_memory_and_keeps_others_off() -> None:
    gpu, other = node("every_kind", "worker-gpu"), node("every_kind", "worker")
    assert gpu.allocatable[GPU] == 4
    assert gpu.allocatable["every.example/video-memory-mib"] == 14000
    assert gpu.group == "gpu"
    assert GPU not in other.allocatable
    anybody = Pod(())
    assert not admits(gpu, anybody)
    assert admits(other, anybody)
    assert admits(gpu, Pod((), tolerated_taints=frozenset({"nvidia.com/gpu"})))
    assert admits(gpu, Pod((), tolerated_taints=frozenset({"*"})))
    assert not admits(other, Pod((), node_selector={"nvidia.com/gpu.present": "true"}))


@pytest.mark.parametrize(
    ("toleration", "taint", "admitted"),
    [
        ({"key": "only", "operator": "Exists"}, "NoExecute", True),
        ({"key": "only", "operator": "Exists", "effect": "NoSchedule"}, "NoExecute", False),
        ({"key": "only", "operator": "Exists", "effect": "NoExecute"}, "NoExecute", True),
        ({"key": "only", "operator": "Exists", "effect": "NoExecute"}, "NoSchedule", False),
        ({"key": "only", "value": "media"}, "NoExecute", True),
        ({"key": "only", "value": "other"}, "NoExecute", False),
        ({"operator": "Exists"}, "NoExecute", True),
        ({"operator": "Exists", "effect": "NoSchedule"}, "NoExecute", False),
        ({"operator": "Exists", "effect": "NoExecute"}, "NoSchedule", False),
        ({"key": "other", "operator": "Exists"}, "PreferNoSchedule", True),
    ],
)
def test_a_taint_is_tolerated_with_its_effect(toleration: dict[str, str], taint: str, admitted: bool) -> None:
    lab = lab_of("every_kind")
    stated = {"only": Taint(value="media", effect=cast(Any, taint))}
    machine = lab.machines["worker"].model_copy(update={"taints": stated})
    nodes = plan_nodes(replace(lab, machines={**lab.machines, "worker": machine}))
    (tainted,) = (each for each in nodes if each.name == "worker")
    assert admits(tainted, Pod((), tolerated_taints=read_tolerations([toleration]))) is admitted
    assert tainted.soft_taints == ({"only"} if taint == "PreferNoSchedule" else set())


def test_the_control_plane_keeps_ordinary_pods_off_unless_the_lab_says_otherwise() -> None:
    lab = lab_of("small")
    open_cluster = lab.cluster.model_copy(update={"control_plane_taint": False})
    assert [admits(each, Pod(())) for each in plan_nodes(lab)] == [False, True]
    assert [admits(each, Pod(())) for each in plan_nodes(replace(lab, cluster=open_cluster))] == [True, True]


def test_appliances_are_no_nodes() -> None:
    assert [each.name for each in plan_nodes(lab_of("every_kind"))] == ["master", "worker-gpu", "worker"]


def test_static_pods_are_as_safe_from_the_kernel_as_guaranteed_ones() -> None:
    """`system-node-critical`, and -997 whatever they request (kubelet, qos/policy.go)."""
    pods = {each.name: each for each in system_workloads(tuple(use.node for use in plan_of("prod").capacity.nodes))}
    for name in ("etcd", "kube-apiserver", "kube-proxy"):
        assert pods[name].pod.priority == 2_000_001_000
        assert set(pods[name].oom_score_adj.values()) == {-997}
    assert pods["coredns"].pod.priority == 2_000_000_000
    assert set(pods["coredns"].oom_score_adj.values()) != {-997}


def test_a_worker_that_is_created_may_get_its_address_by_dhcp() -> None:
    """Then the kubelet takes that of its only interface."""
    lab = lab_of("every_kind")
    worker = lab.machines["worker"]
    (interface,) = worker.interfaces
    machine = worker.model_copy(update={"interfaces": (interface.model_copy(update={"address": None}),)})
    plan = make_plan(replace(lab, machines={**lab.machines, "worker": machine}))
    (planned,) = (each for each in plan.machines if each.name == "worker")
    assert planned.properties["initialization"]["ip_configs"] == [{"ipv4": {"address": "dhcp"}}]
    assert not any("node-ip" in snippet.content for snippet in planned.snippets)
    assert any("node-labels" in snippet.content for snippet in planned.snippets)
    assert plan.errors == ()

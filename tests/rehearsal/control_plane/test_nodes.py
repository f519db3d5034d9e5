"""Nodes are to the scheduler what the plan says they are."""

import pytest

from plan.cluster.nodes import REGION_LABEL, ZONE_LABEL, plan_nodes
from plan.model.resources import GPU, read_amounts
from rehearsal.control_plane import PartFailed, nodes
from rehearsal.control_plane.nodes import (
    NOT_READY,
    add_nodes,
    csi_node,
    is_ready,
    node_manifest,
)
from tests.plan.labs import lab_of
from tests.rehearsal.memory import Memory

LAB = lab_of("prod")
NODES = {node.name: node for node in plan_nodes(LAB)}


def test_the_gpu_node_has_its_card_its_video_memory_its_label_and_its_taint() -> None:
    manifest = node_manifest(LAB, NODES["k8s-node1"])
    sharing = LAB.cluster.platform.gpu
    assert sharing is not None
    capacity = read_amounts(manifest["status"]["capacity"])
    assert capacity[GPU] == sharing.time_slices
    assert capacity[sharing.video_memory_resource] == sharing.video_memory_mib
    assert manifest["metadata"]["labels"]["nvidia.com/gpu.present"] == "true"
    assert manifest["spec"]["taints"] == [{"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"}]


def test_allocatable_is_less_than_capacity() -> None:
    status = node_manifest(LAB, NODES["k8s-node2"])["status"]
    assert status["capacity"]["cpu"] == "8"
    assert status["allocatable"]["cpu"] == "7600m"


@pytest.mark.parametrize(("name", "slots"), [("k8s-node1", 28), ("k8s-node2", 28)])
def test_a_node_advertises_its_volume_slots(name: str, slots: int) -> None:
    block, folders = csi_node(NODES[name])["spec"]["drivers"]
    assert block["allocatable"] == {"count": slots}
    assert "allocatable" not in folders


def test_a_node_is_where_its_machine_is() -> None:
    labels = node_manifest(LAB, NODES["k8s-node2"])["metadata"]["labels"]
    assert labels[ZONE_LABEL] == LAB.machines["k8s-node2"].host
    assert labels[REGION_LABEL]


@pytest.mark.parametrize(
    ("ready", "taints", "expected"),
    [("True", [], True), ("False", [], False), ("True", [NOT_READY], False), ("True", ["nvidia.com/gpu"], True)],
)
def test_a_node_takes_pods_once_the_controllers_know_that_it_is_ready(
    ready: str, taints: list[str], expected: bool
) -> None:
    status = {"conditions": [{"type": "Ready", "status": ready}]}
    assert is_ready({"spec": {"taints": [{"key": key} for key in taints]}, "status": status}) == expected


def test_a_node_that_nobody_plays_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "SECONDS", 0)
    with pytest.raises(PartFailed, match="not ready after 0 s: k8s-node2"):
        add_nodes(Memory().api, LAB, [NODES["k8s-node2"]])

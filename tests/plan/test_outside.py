"""Nodes that are no machines of Proxmox are counted as they are stated, and need no Proxmox."""

from pathlib import Path

from config.load import load_lab
from plan import make_plan
from plan.cluster.nodes import ZONE_LABEL, plan_nodes
from plan.forecast import look_ahead
from plan.model.resources import CPU, MEMORY

LAB = load_lab(Path("tests/labs/outside"))


def test_what_the_kubelet_reports_is_what_pods_get() -> None:
    one, two = plan_nodes(LAB)
    assert (one.role, one.allocatable[CPU], one.allocatable[MEMORY]) == ("control-plane", 3800, 15 << 30)
    assert two.allocatable[MEMORY] < 32 << 30, "what is not stated follows from the kubelet's settings"
    assert two.labels["disk"] == "large"


def test_a_node_without_a_zone_is_its_own() -> None:
    assert [node.labels[ZONE_LABEL] for node in plan_nodes(LAB)] == ["one", "two"]


def test_a_lab_without_machines_is_planned_and_looked_ahead_of() -> None:
    plan = make_plan(LAB)
    assert plan.machines == ()
    assert plan.bootstrap == {}
    assert plan.policies == (), "nothing governs the namespaces"
    assert plan.errors == ()
    lost = {loss.name: loss.has_control_plane for loss in look_ahead(plan).losses or () if loss.event == "node"}
    assert lost == {"one": False, "two": True}

"""Nodes that are no machines of Proxmox are counted as they are stated, and need no Proxmox."""

import shutil
from pathlib import Path

import pytest
from rich.console import Console

from cli.text.forecast import restarts_text
from config.load import InvalidLab, load_lab
from plan import make_plan
from plan.cluster.nodes import ZONE_LABEL, plan_nodes
from plan.forecast import look_ahead
from plan.model.resources import CPU, MEMORY
from tests.plan.labs import change

INCIDENTS = Path(__file__).parents[1] / "incidents" / "lab"
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


@pytest.mark.parametrize(("labels", "takes"), [("", False), ("  labels: {topology.kubernetes.io/zone: other}\n", True)])
def test_a_block_volume_of_proxmox_is_made_on_its_hosts_alone(labels: str, takes: bool, tmp_path: Path) -> None:
    """The node beside Proxmox is the emptiest one; with a label it may be a machine of a host that the lab does not
    have."""
    folder = Path(shutil.copytree(INCIDENTS, tmp_path / "lab"))
    sizes = "  cpus: 8\n  memory: 32Gi\n  ephemeral_storage: 200Gi\n"
    node = f"shed:\n  role: worker\n  address: 10.0.20.60\n{sizes}{labels}  description: A box in the shed\n"
    change(folder, [{"file": "nodes.yaml", "new": node}])
    plan = make_plan(load_lab(folder))
    (on,) = (use.node.name for use in plan.capacity.nodes if any(each.name == "database" for each, _ in use.workloads))
    assert (on == "shed") is takes


def test_a_control_plane_is_missed_where_the_nodes_are_stated(tmp_path: Path) -> None:
    folder = Path(shutil.copytree("tests/labs/outside", tmp_path / "lab"))
    change(folder, [{"file": "nodes.yaml", "old": "role: control-plane", "new": "role: worker"}])
    with pytest.raises(InvalidLab, match=r"nodes\.yaml:1:1: nodes: no node has role: control-plane"):
        load_lab(folder)


def test_after_a_power_cut_nobody_knows_when_a_node_beside_proxmox_starts() -> None:
    console = Console(width=100, record=True)
    console.print(restarts_text((), {"one": "control-plane", "two": "worker"}))
    console.print(restarts_text((), {"two": "worker"}))
    assert console.export_text().splitlines() == [
        "After a power cut",
        "not known: when one, two start",
        "not known: whether pods come back on their own nodes",
        "After a power cut",
        "not known: when two starts",
        "pods come back on their own nodes, those of two aside",
    ]

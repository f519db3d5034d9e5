"""Nodes that are back too late after a power cut follow from the node controller's own rules."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from config.machine import StartOrder
from plan.cluster.nodes import plan_nodes
from plan.scenarios.power_cut import cold_start_findings, start_seconds
from tests.plan.labs import lab_of


def late(lab_name: str, waits: Mapping[str, int]) -> list[str]:
    """The nodes that come back too late when Proxmox waits for so long after each machine."""
    lab = lab_of(lab_name)
    machines = {
        name: machine.model_copy(
            update={"start": StartOrder(order=order, up_seconds=waits.get(name, 0), down_seconds=180)}
        )
        for order, (name, machine) in enumerate(lab.machines.items())
    }
    lab = replace(lab, machines=machines)
    return [str(finding.path[1]) for finding in cold_start_findings(lab, plan_nodes(lab))]


def test_machines_of_a_host_start_one_after_the_other() -> None:
    assert start_seconds(lab_of("every_kind")) == {"router": 0, "master": 30, "worker-gpu": 90, "worker": 150}


@pytest.mark.parametrize(("seconds", "names"), [(350, []), (351, ["worker"])])
def test_in_a_small_zone_pods_are_given_up_grace_and_toleration_after_the_control_plane(
    seconds: int, names: list[str]
) -> None:
    assert late("every_kind", {"worker-gpu": seconds}) == names


def test_while_most_nodes_of_a_zone_are_lost_none_is_given_up() -> None:
    nodes = [node.name for node in plan_nodes(lab_of("prod"))]
    first_worker = nodes[1]
    assert late("prod", {nodes[0]: 400}) == []
    assert late("prod", {nodes[0]: 400, first_worker: 400}) == []


def test_once_enough_are_back_the_rest_has_the_toleration() -> None:
    nodes = [node.name for node in plan_nodes(lab_of("prod"))]
    assert late("prod", {nodes[-2]: 300}) == []
    assert late("prod", {nodes[-2]: 351}) == [nodes[-1]]

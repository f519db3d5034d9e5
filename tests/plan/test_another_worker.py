"""One line adds a worker, and changes nothing else."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import Plan, make_plan

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=[("small", "worker2"), ("prod", "k8s-node7")], ids=["small", "prod"])
def plans(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Plan, Plan]:
    """The name of the new worker, the plan without it and the plan with it."""
    lab, name = request.param
    folder = Path(shutil.copytree(ROOT / "config" / "labs" / lab, tmp_path / lab))
    before = make_plan(load_lab(folder))
    with (folder / "machines.yaml").open("a") as machines:
        machines.write(f"{name}: {{shape: worker}}\n")
    return name, before, make_plan(load_lab(folder))


def test_its_numbers_follow_from_its_name(plans: tuple[str, Plan, Plan]) -> None:
    name, _, plan = plans
    (properties,) = (machine.properties for machine in plan.machines if machine.name == name)
    (config,) = properties["initialization"]["ip_configs"]
    (device,) = properties["network_devices"]
    numbers = (
        properties["vm_id"],
        config["ipv4"]["address"],
        properties["startup"]["order"],
        device["mac_address"],
    )
    assert (
        numbers
        == {
            "worker2": (102, "192.168.1.22/24", 3, "02:00:00:00:66:00"),
            "k8s-node7": (207, "10.0.20.107/22", 26, "02:00:00:00:CF:00"),
        }[name]
    )


def test_no_other_machine_changes(plans: tuple[str, Plan, Plan]) -> None:
    name, before, after = plans
    assert [machine for machine in after.machines if machine.name != name] == list(before.machines)
    assert len(after.machines) == len(before.machines) + 1


def test_nothing_in_the_cluster_changes_but_alerts_and_dashboards(plans: tuple[str, Plan, Plan]) -> None:
    """Alerts and dashboards name the nodes of a group."""
    _, before, after = plans
    assert after.bootstrap == before.bootstrap
    for was, is_now in zip(before.manifests, after.manifests, strict=True):
        assert is_now == was or "grafana_dashboard" in was["metadata"]["labels"], was["metadata"]["name"]
    watching = before.lab.cluster.platform.watching
    changed = [
        was.name for was, is_now in zip(before.services, after.services, strict=True) if was.release != is_now.release
    ]
    assert changed == ([watching.service] if watching else [])


def test_it_is_a_node_like_the_others(plans: tuple[str, Plan, Plan]) -> None:
    name, before, after = plans
    shaped = [machine for machine, stated in before.lab.machines.items() if stated.shape]
    nodes = {use.node.name: use.node for use in after.capacity.nodes}
    assert nodes[name].capacity == nodes[shaped[-1]].capacity
    assert nodes[name].group == "general"

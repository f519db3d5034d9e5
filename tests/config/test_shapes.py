"""A machine with a shape is what the shape says, counted up by its number, and what it states itself."""

import shutil
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.lab import Lab
from config.load import load_lab
from config.machine import MAX_VMID, Machine
from config.quantity import Memory

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lab `tiny`, by a relative path. Its shape `node` has no machines."""
    shutil.copytree(ROOT / "tests" / "labs" / "tiny", tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)
    return Path("tiny")


def with_machines(lab: Path, lines: str) -> Lab:
    file = lab / "machines.yaml"
    file.write_text(f"{file.read_text()}{lines}\n")
    return load_lab(lab)


@pytest.mark.parametrize(
    ("name", "vmid", "address", "order"),
    [
        ("node1", 301, "10.0.20.151", 31),
        ("node7", 307, "10.0.20.157", 37),
        ("node07", 307, "10.0.20.157", 37),
        ("rack2-node12", 312, "10.0.20.162", 42),
    ],
)
def test_the_number_in_the_name_counts(tiny: Path, name: str, vmid: int, address: str, order: int) -> None:
    machine = with_machines(tiny, f"{name}: {{shape: node}}").machines[name]
    assert machine.vmid == vmid
    assert [interface.address for interface in machine.interfaces] == [IPv4Address(address)]
    assert machine.start.order == order


def test_each_interface_is_counted_that_has_an_address(tiny: Path) -> None:
    shapes = tiny / "shapes.yaml"
    more = "}, {network: lan}, {network: lan, address: 192.168.1.31}]"
    shapes.write_text(shapes.read_text().replace("}]\n  start", f"{more}\n  start"))
    interfaces = with_machines(tiny, "node3: {shape: node}").machines["node3"].interfaces
    assert [str(interface.address) for interface in interfaces] == ["10.0.20.153", "None", "192.168.1.33"]


def test_a_machine_of_a_shape_is_what_it_would_be_written_out(tiny: Path) -> None:
    """Number 1 is the shape, word for word."""
    shape = yaml.safe_load((tiny / "shapes.yaml").read_text())["node"]
    named = with_machines(tiny, "node1: {shape: node}").machines["node1"]
    machines = tiny / "machines.yaml"
    machines.write_text(machines.read_text().replace("node1: {shape: node}\n", ""))
    written = with_machines(tiny, yaml.safe_dump({"node1": shape})).machines["node1"]
    assert named.model_copy(update={"shape": None}) == written


def test_what_a_machine_states_replaces_what_its_shape_says(tiny: Path) -> None:
    lab = with_machines(tiny, "node3: {shape: node, memory: 16Gi, start: {order: 2, up_seconds: 1, down_seconds: 120}}")
    machine = lab.machines["node3"]
    assert machine.memory == Memory.parse("16Gi")
    assert (machine.start.order, machine.start.up_seconds) == (2, 1)
    assert (machine.vmid, machine.vcpus) == (303, 4)


def test_a_machine_that_states_what_is_counted_needs_no_number(tiny: Path) -> None:
    own = "vmid: 400, interfaces: [{network: nodes, address: 10.0.20.50}]"
    lab = with_machines(tiny, f"extra: {{shape: node, {own}, start: {{order: 9, up_seconds: 1, down_seconds: 120}}}}")
    assert (lab.machines["extra"].vmid, lab.machines["extra"].vcpus) == (400, 4)


def test_every_value_has_the_place_where_it_stands(tiny: Path) -> None:
    lab = with_machines(tiny, "node3: {shape: node, memory: 16Gi}")
    places = {
        path: str(lab.place(("machines", "node3", *path)))
        for path in [(), ("memory",), ("vcpus",), ("disks", 0, "size"), ("vmid",), ("interfaces", 0, "address")]
    }
    assert places == {
        (): "tiny/machines.yaml:38:1",
        ("memory",): "tiny/machines.yaml:38:22",
        ("vcpus",): "tiny/shapes.yaml:7:3",
        ("disks", 0, "size"): "tiny/shapes.yaml:9:50",
        ("vmid",): "tiny/machines.yaml:38:1",
        ("interfaces", 0, "address"): "tiny/machines.yaml:38:1",
    }


def test_start_orders_that_are_stated_may_be_equal(tiny: Path) -> None:
    machines = tiny / "machines.yaml"
    machines.write_text(machines.read_text().replace("order: 20", "order: 10"))
    assert load_lab(tiny).machines["worker"].start.order == 10


def test_a_node_may_share_its_start_order_with_an_appliance(tiny: Path) -> None:
    machines = tiny / "machines.yaml"
    machines.write_text(machines.read_text().replace("order: 1,", "order: 33,"))
    assert with_machines(tiny, "node3: {shape: node}").machines["node3"].start.order == 33


def test_prods_workers_are_numbered_as_they_run() -> None:
    workers = {
        name: machine for name, machine in load_lab(ROOT / "config" / "labs" / "prod").machines.items() if machine.shape
    }
    numbers = {
        name: (machine.vmid, str(machine.interfaces[0].address), machine.start.order)
        for name, machine in workers.items()
    }
    assert numbers == {f"k8s-node{n}": (200 + n, f"10.0.20.{100 + n}", 19 + n) for n in range(1, 7)}
    assert {machine.adopt for machine in workers.values()} == {True}


def machine(vmid: int, *, interfaces: int = 1, mac_address: str | None = None, adopt: bool = False) -> Machine:
    said = {
        "vmid": vmid,
        "host": "pve",
        "role": "worker",
        "description": "A worker",
        "vcpus": 1,
        "memory": "1Gi",
        "disks": ({"interface": "scsi0", "storage": "local-lvm", "size": "8Gi"},),
        "interfaces": ({"network": "nodes", "mac_address": mac_address},) * interfaces,
        "start": {"order": 1, "up_seconds": 1, "down_seconds": 1},
        "adopt": adopt,
    }
    return Machine.model_validate(said)


def test_a_mac_address_follows_from_the_vmid() -> None:
    assert machine(207).mac_address(0) == "02:00:00:00:CF:00"
    assert machine(MAX_VMID, interfaces=32).mac_address(31) == "02:3B:9A:C9:FF:1F"


def test_a_machine_that_is_adopted_keeps_its_mac_address() -> None:
    assert machine(207, adopt=True).mac_address(0) is None


def test_a_mac_address_that_is_stated_is_used() -> None:
    assert machine(207, mac_address="BC:24:11:00:00:07").mac_address(0) == "BC:24:11:00:00:07"


places = st.tuples(st.integers(100, MAX_VMID), st.integers(0, 31))


@given(places, places)
def test_no_two_interfaces_have_the_same_mac_address(one: tuple[int, int], other: tuple[int, int]) -> None:
    first, second = (machine(vmid, interfaces=32).mac_address(index) for vmid, index in (one, other))
    assert (first == second) == (one == other)

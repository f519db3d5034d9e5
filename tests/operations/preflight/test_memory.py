"""Memory that an `up` takes of a host is counted once, and as a whole."""

from collections.abc import Mapping

import pytest

from operations.preflight.answers import Guest, Memory, NodeStatus
from operations.preflight.check import Check
from operations.preflight.memory import check_memory
from operations.preflight.state import State
from plan.capacity.host_memory import GIB
from rehearsal.proxmox import emulator
from tests.operations.preflight.healthy import healthy
from tests.operations.preflight.hosts import read
from tests.plan.labs import plan_of

WORKER = Guest(
    vmid=101,
    node="pve",
    type="qemu",
    name="worker1",
    status="running",
    maxmem=32 * GIB,
    tags="homelab;worker",
)


@pytest.fixture(scope="module")
def state() -> State:
    """A healthy host for the lab `small`, with 62.7 GiB of which it uses 6 itself, and 8.5 and 34 to be started."""
    plan = plan_of("small")
    with emulator(healthy(plan)) as proxmox:
        return read(plan, proxmox)


def checked(state: State, *guests: Guest, memory: Mapping[str, int] | None = None) -> Check:
    host = state.hosts["pve"]
    assert isinstance(host.status, NodeStatus)
    if memory is not None:
        host = host._replace(status=host.status.model_copy(update={"memory": Memory(**memory)}))
    state = state._replace(guests={guest.vmid: guest for guest in guests}, hosts={"pve": host})
    return check_memory(plan_of("small"), state, "pve")


def test_a_machine_that_runs_already_is_not_counted_twice(state: State) -> None:
    check = checked(state, WORKER)
    assert check.answer.startswith("8.5 GiB needed for control-plane (8.5 GiB); ")
    assert "1 running machine may take 34.0 GiB" in check.answer


def test_a_machine_that_stands_still_is_started(state: State) -> None:
    check = checked(state, WORKER.model_copy(update={"status": "stopped"}))
    assert "42.5 GiB needed for control-plane (8.5 GiB), worker1 (34.0 GiB)" in check.answer
    assert "no machine runs" in check.answer


def test_a_machine_that_becomes_bigger_takes_the_difference(state: State) -> None:
    check = checked(state, WORKER.model_copy(update={"maxmem": 16 * GIB}))
    assert "25.5 GiB needed for control-plane (8.5 GiB), worker1 (17.0 GiB)" in check.answer


def test_a_machine_of_another_host_takes_nothing_here(state: State) -> None:
    other = Guest(vmid=300, node="pve2", type="qemu", name="nas", status="running", maxmem=64 * GIB)
    assert "no machine runs" in checked(state, other).answer


def test_a_container_has_what_the_hypervisor_uses(state: State) -> None:
    container = Guest(vmid=300, node="pve", type="lxc", name="dns", status="running", maxmem=64 * GIB)
    assert "no machine runs" in checked(state, container).answer


@pytest.mark.parametrize(("free", "outcome"), [(42.5, "fine"), (42.4, "error")])
def test_34_gib_must_be_free_for_a_worker_of_32(state: State, free: float, outcome: str) -> None:
    total, used = 64 * GIB, int((64 - free) * GIB)
    check = checked(state, memory={"total": total, "used": used, "available": total - used})
    assert check.outcome == outcome


def test_what_is_not_available_now_is_too_little_though_less_was_committed(state: State) -> None:
    check = checked(state, memory={"total": 64 * GIB, "used": 6 * GIB, "available": 40 * GIB})
    (finding,) = check.findings
    assert finding.severity == "error"
    assert "only 40.0 GiB are available now; 2.5 GiB too little" in finding.message


def test_proxmox_8_says_neither_what_is_available_nor_what_machines_hold(state: State) -> None:
    check = checked(state, WORKER, memory={"total": 64 * GIB, "used": 30 * GIB})
    assert "4.0 GiB are reserved for the hypervisor, and 1 running machine may take 34.0 GiB" in check.answer
    assert "26.0 GiB free" in check.answer

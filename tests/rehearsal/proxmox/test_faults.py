"""Injected faults strike the chosen requests and no others, and locks hold."""

import time
from pathlib import Path

import pytest
import requests

from rehearsal.proxmox import Emulator, Fault, emulator
from rehearsal.proxmox.faults import Kind
from tests.rehearsal.proxmox.asking import GIB, with_machine

CONFIG = "nodes/pve/qemu/201/config"


def put(proxmox: Emulator, **form: str) -> requests.Response:
    return requests.put(
        f"{proxmox.endpoint}/api2/json/{CONFIG}",
        data=form,
        headers={"Authorization": f"PVEAPIToken={proxmox.token}"},
        verify=str(proxmox.ca_file),
        timeout=5,
    )


@pytest.mark.parametrize(("kind", "changed"), [("cut-before", False), ("cut-after", True), ("timeout", True)])
def test_a_lost_connection(kind: Kind, changed: bool, tmp_path: Path) -> None:
    with emulator(with_machine().state, log=tmp_path / "log") as proxmox:
        proxmox.faults.append(Fault(kind, seconds=0.1))
        with pytest.raises(requests.ConnectionError):
            put(proxmox, name="b")
        assert (proxmox.state.machines[201].config["name"] == "b") is changed
        assert put(proxmox, name="c").status_code == 200
        assert [each.status for each in proxmox.requests] == [0, 200]


def test_an_error_changes_nothing_and_strikes_once() -> None:
    proxmox = with_machine()
    proxmox.strike(Fault("error", message="broken pipe"))
    refused = proxmox.configure(201, name="b")
    assert (refused.status, refused.message) == (500, "broken pipe")
    assert proxmox.configure(201, name="b").status == 200


def test_a_fault_strikes_the_request_that_was_chosen() -> None:
    proxmox = with_machine()
    proxmox.strike(Fault("error", method="PUT", path=".*/config", skip=1, times=2))
    assert proxmox.ask("GET", CONFIG).status == 200
    assert [proxmox.configure(201, cores=number).status for number in (1, 2, 3, 4)] == [200, 500, 500, 200]


def test_a_held_lock_refuses_a_change_and_fails_a_task() -> None:
    proxmox = with_machine()
    proxmox.strike(Fault("lock", times=2))
    words = "can't lock file '/var/lock/qemu-server/lock-201.conf' - got timeout"
    assert proxmox.configure(201, name="b").message == words
    assert proxmox.ended("POST", "nodes/pve/qemu/201/status/start") == words
    assert proxmox.ended("POST", "nodes/pve/qemu/201/status/start") == "OK"


@pytest.mark.parametrize("path", ["qemu", "qemu/201/clone"])
def test_a_creation_that_fails_leaves_nothing_behind(path: str) -> None:
    proxmox = with_machine()
    volumes = set(proxmox.state.volumes)
    proxmox.strike(Fault("task-fails", method="POST", message="no space left on device"))
    given = {"vmid": 300, "scsi0": "local-lvm:8"} if path == "qemu" else {"newid": 300}
    assert proxmox.ended("POST", f"nodes/pve/{path}", **given) == "no space left on device"
    assert set(proxmox.state.machines) == {201}
    assert set(proxmox.state.volumes) == volumes


def test_a_machine_is_locked_while_it_is_cloned() -> None:
    proxmox = with_machine()
    proxmox.state.task_seconds = 0.2
    upid = proxmox.ask("POST", "nodes/pve/qemu/201/clone", newid=202).data
    assert proxmox.get(f"nodes/pve/tasks/{upid}/status")["status"] == "running"
    assert proxmox.get("nodes/pve/qemu/202/status/current")["lock"] == "clone"
    assert proxmox.configure(202, cores=4).message == "VM is locked (clone)"
    time.sleep(0.3)
    assert proxmox.get(f"nodes/pve/tasks/{upid}/status")["exitstatus"] == "OK"
    assert "lock" not in proxmox.get("nodes/pve/qemu/202/status/current")
    assert proxmox.state.volumes["local-lvm:vm-202-disk-0"].size == 32 * GIB

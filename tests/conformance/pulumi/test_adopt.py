"""A lab that exists is adopted by the real engine and provider."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import load_lab
from plan import Plan, make_plan
from rehearsal.proxmox import Emulator, emulator
from tests.conformance.proxmox.conftest import host_with_template
from tests.conformance.proxmox.test_lab import put_on_host
from tests.conformance.pulumi.stack import MACHINES, ROOT, Stack, only
from tests.plan.cloud_init import machine_of
from tests.plan.labs import FOLDERS, change

WITH_RESTARTS = f"""
import os
import runpy
from plan.proxmox import machines

machines._adopted = lambda: {{"stop_on_destroy": False}}
machines.IGNORED_WHEN_ADOPTED += ("reboot_after_update",)
os.chdir({str(ROOT)!r})
runpy.run_path({str(ROOT)!r}, run_name="__main__")
"""
"""The program, but for saying that an update restarts nothing."""

ADOPTED = [
    {"file": "machines.yaml", "old": "  template: ubuntu-2404\n", "new": "  adopt: true\n"},
    {"file": "machines.yaml", "old": "worker1: {shape: worker}", "new": "worker1: {shape: worker, adopt: true}"},
]


class Lab:
    """A lab whose machines run, made by hand, with volumes of the CSI driver attached to them."""

    def __init__(self, folder: Path, proxmox: Emulator) -> None:
        self.folder = folder
        self.proxmox = proxmox
        for machine in self.plan.machines:
            put_on_host(proxmox, machine)
            proxmox.state.machines[machine.vmid].config["cpu"] = "host"

    @property
    def plan(self) -> Plan:
        return make_plan(load_lab(self.folder))

    def stack(self, program: str | None = None) -> Stack:
        """A stack of it, of which nothing was declared yet, and whose cluster nobody asks for."""
        stack = Stack(self.folder.parent, self.folder, self.proxmox, program=program)
        stack.set("kubeconfig", "of a cluster that nobody asks for", secret=True)
        return stack

    def writes(self) -> list[tuple[str, str, dict[str, str]]]:
        """Writes since the last call."""
        found = [(each.method, each.path, dict(each.form)) for each in self.proxmox.requests.writes]
        self.proxmox.requests.clear()
        return found


@pytest.fixture
def proxmox() -> Iterator[Emulator]:
    with emulator(host_with_template()) as running:
        yield running


@pytest.fixture
def small(tmp_path: Path, proxmox: Emulator) -> Lab:
    return Lab(adopted_small(tmp_path), proxmox)


def adopted_small(folder: Path) -> Path:
    """The small lab, as if it had been made by hand, its template too."""
    lab = Path(shutil.copytree(FOLDERS["small"], folder / "small"))
    change(lab, ADOPTED)
    site = lab / "site.yaml"
    site.write_text(
        re.sub(r" +image:\n( +(url|sha256): .*\n)+", "", site.read_text(encoding="utf-8")), encoding="utf-8"
    )
    return lab


def test_prod_is_adopted_with_nothing_but_its_names_written_and_a_second_up_writes_nothing(
    tmp_path: Path, proxmox: Emulator
) -> None:
    """The provider sends the name with every update, and the update is that it learns not to restart the machine."""
    prod = Lab(Path(shutil.copytree(FOLDERS["prod"], tmp_path / "prod")), proxmox)
    before = proxmox.state.model_copy(deep=True)
    stack = prod.stack()
    stack.must_up(*only(*MACHINES))
    names = [("PUT", f"nodes/{each.host}/qemu/{each.vmid}/config", {"name": each.name}) for each in prod.plan.machines]
    assert prod.writes() == names
    assert (proxmox.state.machines, proxmox.state.volumes) == (before.machines, before.volumes)
    stack.must_up(*only(*MACHINES))
    assert prod.writes() == []


def test_more_vcpus_of_an_adopted_machine_are_written_and_it_is_not_restarted(small: Lab) -> None:
    stack = small.stack()
    stack.must_up(*only(*MACHINES))
    small.writes()
    more_vcpus(small)
    stack.must_up(*only(*MACHINES))
    (request,) = small.writes()
    assert request == (
        "PUT",
        "nodes/pve/qemu/101/config",
        {
            "name": "worker1",
            "cores": "9",
            "cpu": "host",
            "numa": "0",
            "sockets": "1",
            "delete": "vcpus,cpulimit",
        },
    )
    worker = small.proxmox.state.machines[101]
    assert (worker.starts, worker.pending["cores"], worker.config["cores"]) == (0, 9, 8)


def test_without_that_name_the_same_would_restart_it(small: Lab) -> None:
    """That an update may restart a machine is what an import takes for granted. So either the first `up` says that it
    may not, and that is an update; or a later one restarts the machine."""
    stack = small.stack(WITH_RESTARTS)
    stack.must_up(*only(*MACHINES))
    assert small.writes() == []
    more_vcpus(small)
    stack.must_up(*only(*MACHINES))
    assert [path.rpartition("/")[2] for _, path, _ in small.writes()] == ["config", "shutdown", "start"]
    assert small.proxmox.state.machines[101].starts == 1


def more_vcpus(lab: Lab) -> None:
    """One more for the worker, which has eight."""
    assert machine_of(lab.plan, "worker1").vcpus == 8
    change(lab.folder, [{"file": "shapes.yaml", "old": "vcpus: 8", "new": "vcpus: 9"}])

"""`pulumi preview --json | homelab guard`, with the real engine and provider: what is said is what would happen."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from config.load import load_lab
from plan import make_plan
from rehearsal.proxmox import Download, State, emulator
from rehearsal.proxmox.sftp import sftp
from tests.conformance.proxmox.conftest import HOST
from tests.conformance.pulumi.stack import ROOT, WAY_IN, Stack, only, urns
from tests.operations.guard.steps import MACHINE
from tests.plan.labs import FOLDERS, change

FILES = """
files:
  vmid: 150
  host: pve
  role: appliance
  description: Files
  vcpus: 2
  memory: 4Gi
  disks: [{interface: scsi0, storage: local-lvm, size: 32Gi}]
  interfaces: [{network: home, address: 192.168.1.50}]
  start: {order: 3, up_seconds: 30, down_seconds: 60}
  template: ubuntu-2404
"""
TARGETS = only(
    "**index:MachineTemplate**",
    "**index:ClusterCredentials**",
    "**index:VirtualMachine**control-plane**",
    "**index:VirtualMachine**files**",
    *WAY_IN,
)
"""All but the worker, which joins a cluster that is not there."""


class Said(NamedTuple):
    """The guard's output."""

    code: int
    output: str


class Made:
    """The small lab with a machine for files, made by the program."""

    def __init__(self, folder: Path, stack: Stack, state: State) -> None:
        self._folder = folder
        self.stack = stack
        self.state = state

    def guard(self, *edits: tuple[str, str, str]) -> Said:
        """The guard's output about a preview of the edited lab; each edit has file, old and new text."""
        command = [str(Path(sys.executable).with_name("homelab")), "guard", "--lab", str(self._folder)]
        with self.edited(*edits):
            preview = self.stack.preview(*TARGETS)
            ran = subprocess.run(command, cwd=ROOT, input=preview, capture_output=True, text=True, check=False)
        return Said(ran.returncode, ran.stdout + ran.stderr)

    @contextmanager
    def edited(self, *edits: tuple[str, str, str]) -> Iterator[None]:
        """The lab, edited for a while."""
        kept = {file: file.read_text(encoding="utf-8") for file in self._folder.rglob("*.yaml")}
        change(self._folder, [{"file": file, "old": old, "new": new} for file, old, new in edits])
        try:
            yield
        finally:
            for file, text in kept.items():
                file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """For tests that only look."""
    with making(tmp_path_factory.mktemp("guard")) as found:
        yield found


@contextmanager
def making(folder: Path) -> Iterator[Made]:
    """The lab, once it is made."""
    with nothing_yet(folder) as made:
        made.stack.must_up(*TARGETS)
        yield made


@contextmanager
def nothing_yet(folder: Path) -> Iterator[Made]:
    """The lab, of which nothing is made."""
    state = State.read(HOST)
    with sftp(state) as ssh, emulator(state) as proxmox:
        lab = Path(shutil.copytree(FOLDERS["small"], folder / "small"))
        address = ("address: 192.168.1.10\n", f"address: 127.0.0.1\n    ssh_port: {ssh.port}\n")
        change(lab, [{"file": "site.yaml", "old": address[0], "new": address[1]}])
        with (lab / "machines.yaml").open("a", encoding="utf-8") as file:
            file.write(FILES)
        for each in make_plan(load_lab(lab)).templates:
            state.downloads[each.image["url"]] = Download(filename="cloud.img", sha256=each.image["checksum"])
        stack = Stack(folder, lab, proxmox)
        stack.write_snippets_over(ssh)
        yield Made(lab, stack, state)


def test_nothing_is_said_of_an_up_that_changes_nothing(made: Made) -> None:
    said = made.guard()
    assert (said.code, said.output.splitlines()[-1]) == (0, "Nothing that runs is damaged.")


def test_nothing_is_said_of_a_change_of_what_cloud_init_was_told(made: Made) -> None:
    said = made.guard(("cluster.yaml", "image_pulls: 10", "image_pulls: 11"))
    assert (said.code, said.output.splitlines()[-1]) == (0, "Nothing that runs is damaged.")


def test_more_memory_restarts_the_machine(made: Made) -> None:
    said = made.guard(("machines.yaml", "memory: 8Gi", "memory: 16Gi"))
    assert said.code == 0
    assert "warning POWER-CYCLE:control-plane  memory.dedicated" in said.output
    assert "It is the only control plane" in said.output


def test_a_protected_machine_is_neither_replaced_nor_deleted(made: Made) -> None:
    """The engine ends with an error before it has shown everything: what it shows is judged, and never passes."""
    replaced = made.guard(("machines.yaml", "vmid: 150", "vmid: 151"))
    assert (replaced.code, "unable to replace resource" in replaced.output) != (0, True)
    deleted = made.guard(("machines.yaml", FILES, ""))
    assert (deleted.code, "stops files  it is protected" in deleted.output) == (1, True)


def test_adopting_a_machine_that_the_program_made_is_told_and_leaves_it_alone(tmp_path: Path) -> None:
    """The engine imports it in place of itself, in spite of its protection; it would delete it if it were not told to
    forget machines instead."""
    with making(tmp_path) as made:
        before = made.state.model_copy(deep=True)
        adopt = ("machines.yaml", "down_seconds: 60}\n  template: ubuntu-2404", "down_seconds: 60}\n  adopt: true")
        said = made.guard(adopt)
        assert said.code == 0
        assert "info UPDATE:files  import\n  Pulumi imports the machine in place of itself" in said.output
        with made.edited(adopt):
            made.stack.must_up(*TARGETS)
        assert (made.state.machines, made.state.volumes) == (before.machines, before.volumes)


def test_an_unprotected_machine_is_replaced_or_forgotten(tmp_path: Path) -> None:
    with making(tmp_path) as made:
        (urn,) = (each for each in urns(made.stack.export(), MACHINE) if each.endswith("::files"))
        made.stack.unprotect(urn)
        replaced = made.guard(("machines.yaml", "vmid: 150", "vmid: 151"))
        assert replaced.code == 1
        assert (
            "error REPLACE:files  vm_id\n  Pulumi forgets the machine, which runs on, and makes another"
            in replaced.output
        )
        gone = made.guard(("machines.yaml", FILES, ""))
        assert (gone.code, "Pulumi forgets the machine. It runs on" in gone.output) == (0, True)

"""Under every single fault a second run comes to what was declared, and no volume is lost.

Each request of a run is struck by each kind of fault that it can be struck by. Where the real provider does not come
to what was declared, `outcomes.yaml` says so, with the reason and the way out, which is tried here as well.
"""

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from rehearsal.proxmox import Emulator, Fault, Machine, Request, State, Volume, drives, emulator
from rehearsal.proxmox.configuration import apply_all_pending
from rehearsal.proxmox.faults import Kind
from rehearsal.proxmox.storage import owner
from tests.conformance.proxmox.resources import MACHINE, machine
from tests.conformance.proxmox.terraform import Resources, Terraform
from tests.plan.labs import plan_of

WORKER = next(each for each in plan_of("small").machines if each.role == "worker")
NEIGHBOUR = 150
CLAIMS = ("local-lvm:vm-9999-pvc-a", "local-lvm:vm-9999-pvc-b")
MEMORY = {"dedicated": WORKER.memory.mib * 2, "floating": 0}
OUTCOMES = Path(__file__).with_name("outcomes.yaml")
ON_READS: tuple[Kind, ...] = ("error", "cut-before")
ON_WRITES: tuple[Kind, ...] = ("error", "lock", "cut-before", "cut-after", "timeout", "task-fails")


class Scene(NamedTuple):
    """A run that is disturbed, and what was there before it."""

    state: State
    terraform_state: Path | None
    resources: Resources


class Scenes:
    """The runs that are disturbed. What comes before each is made once."""

    def __init__(self, folder: Path, environment: Mapping[str, str], state: State) -> None:
        self._folder = folder
        self.environment = environment
        self._state = state
        self._made: dict[bool, tuple[State, Path]] = {}

    def scene(self, name: str) -> Scene:
        if name.startswith("create"):
            protected = name == "create protected"
            return Scene(self._state.model_copy(deep=True), None, worker(protection=protected))
        state, terraform_state = self._with_worker(protected=name == "update")
        resources = worker(protection=True, memory=MEMORY) if name == "update" else {}
        return Scene(state.model_copy(deep=True), terraform_state, resources)

    def _with_worker(self, *, protected: bool) -> tuple[State, Path]:
        """With the worker, which has volumes attached that the program knows nothing of."""
        if protected not in self._made:
            state = self._state.model_copy(deep=True)
            folder = self._folder / f"worker-{protected}"
            folder.mkdir()
            with emulator(state) as proxmox:
                terraform = Terraform(folder, self.environment, proxmox)
                terraform.declare(worker(protection=protected))
                terraform.must_apply()
                for claim in CLAIMS:
                    proxmox.attach_volume(WORKER.vmid, claim)
            self._made[protected] = state, folder / "terraform.tfstate"
        return self._made[protected]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str], host: State) -> Scenes:
    """A host with a template, and with another machine that has volumes."""
    host.machines[NEIGHBOUR] = Machine(
        node="pve",
        running=True,
        config={"name": "neighbour", "memory": "1024", "scsi0": f"local-lvm:vm-{NEIGHBOUR}-disk-0,size=8G"},
    )
    host.volumes[f"local-lvm:vm-{NEIGHBOUR}-disk-0"] = Volume(size=8 << 30, data="the neighbour's")
    host.volumes["local-lvm:vm-9999-pvc-unattached"] = Volume(size=1 << 30, data="of nobody at the moment")
    return Scenes(tmp_path_factory.mktemp("scenes"), environment, host)


def worker(**changed: Any) -> Resources:
    return {MACHINE: {WORKER.name: machine(WORKER, **changed)}}


@pytest.mark.parametrize("kind", ON_WRITES)
@pytest.mark.parametrize("name", ["create", "create protected", "update", "delete"])
def test_a_second_run_comes_to_what_was_declared(name: str, kind: Kind, scenes: Scenes, tmp_path: Path) -> None:
    kept = {each: volume.data for each, volume in scenes.scene(name).state.volumes.items() if is_kept(each)}
    with disturbed(scenes, name, tmp_path / "undisturbed", None) as terraform:
        asked = list(terraform.proxmox.requests)
        goal = worker_on(terraform)
    found: list[str] = []
    for index, where in enumerate(named(asked)):
        if not can_strike(kind, asked[index]):
            continue
        with disturbed(scenes, name, tmp_path / str(index), Fault(kind, skip=index, seconds=0.1)) as terraform:
            problem = after_another_run(terraform, goal, kept)
            expected = outcome(name, where, kind)
            if problem != expected["problem"]:
                found.append(f"{index} {where}: {problem}, not {expected['problem']}")
            elif problem is not None:
                WAYS_OUT[expected["way_out"]](terraform.proxmox)
                if left := after_another_run(terraform, goal, kept):
                    found.append(f"{index} {where}: {left} in spite of the way out")
    assert not found, "\n".join(found)


@contextmanager
def disturbed(scenes: Scenes, name: str, folder: Path, fault: Fault | None) -> Iterator[Terraform]:
    """After a run that a fault struck."""
    scene = scenes.scene(name)
    folder.mkdir()
    if scene.terraform_state is not None:
        shutil.copy(scene.terraform_state, folder)
    with emulator(scene.state) as proxmox:
        terraform = Terraform(folder, scenes.environment, proxmox)
        terraform.declare(scene.resources)
        if fault is not None:
            proxmox.faults.append(fault)
        ran = terraform.apply()
        assert fault is not None or ran.succeeded, ran.output
        yield terraform


def can_strike(kind: Kind, request: Request) -> bool:
    """Whether a fault makes a difference to a request: a read takes no lock and starts no task."""
    if not request.is_write:
        return kind in ON_READS
    return kind != "task-fails" or "UPID" in str(request.answer)


def is_kept(volume_id: str) -> bool:
    """Whether no run may take a volume away: all but those of the worker itself."""
    return owner(volume_id) != WORKER.vmid


def after_another_run(terraform: Terraform, goal: Machine | None, kept: Mapping[str, str]) -> str | None:
    """Fault after another run; None where everything is as it should be."""
    ran = terraform.apply()
    state = terraform.proxmox.state
    if lost := [each for each, data in kept.items() if each not in state.volumes or state.volumes[each].data != data]:
        return f"lost {', '.join(lost)}"
    if not ran.succeeded:
        return "the next run fails"
    if terraform.plan().code != 0:
        return "something is left to do"
    if worker_on(terraform) != goal:
        return "the machine is not as declared"
    return None


def worker_on(terraform: Terraform) -> Machine | None:
    """The worker as it is, however often it was started."""
    found = terraform.proxmox.state.machines.get(WORKER.vmid)
    return found and found.model_copy(update={"starts": 0})


def named(asked: list[Request]) -> list[str]:
    """The requests by method and path, the second of the same name with a 2; tasks are called by their type."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for request in asked:
        path = re.sub(r"UPID:(?:[^:/]+:){4}([^:]+)[^/]*", r"\1", request.path)
        name = f"{request.method} {path}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names


def outcome(run: str, where: str, kind: Kind) -> dict[str, Any]:
    """Known trouble after a second run, and the way out; empty where none is known."""
    known = yaml.safe_load(OUTCOMES.read_text(encoding="utf-8"))
    found = (each for each in known if run in each["runs"] and kind in each["struck"].get(where, []))
    return next(found, {"problem": None})


def destroy(proxmox: Emulator) -> None:
    """`qm set VMID --protection 0`, `qm stop VMID`, `qm destroy VMID`, for a machine that holds nothing yet."""
    gone = proxmox.state.machines.pop(WORKER.vmid)
    drives.destroy(proxmox.state, WORKER.vmid, gone.config, unreferenced=False)


def restart(proxmox: Emulator) -> None:
    """`qm reboot VMID`."""
    apply_all_pending(proxmox.state, WORKER.vmid, proxmox.state.machines[WORKER.vmid])


WAYS_OUT = {"destroy": destroy, "restart": restart}

"""`homelab drift`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from observation.kinds import RESOURCE_OF
from plan.proxmox.machines import TAG
from rehearsal.proxmox import Emulator, Volume, emulator
from rehearsal.proxmox import Machine as HostMachine
from tests.cli.conftest import Homelab
from tests.operations.preflight.healthy import healthy
from tests.operations.test_drift import LAB, live

HANDLE = "lab/pve/local-lvm/vm-9999-pvc-11111111-1111-4111-8111-111111111111"


@pytest.fixture
def proxmox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """The hosts of the lab `small`, with all of its machines."""
    state = healthy(LAB)
    for machine in LAB.machines:
        tags = ";".join(machine.properties["tags"])
        state.machines.setdefault(
            machine.vmid, HostMachine(node=machine.host, config={"name": machine.name, "tags": tags})
        )
    with emulator(state) as running:
        monkeypatch.setenv("PROXMOX_VE_API_TOKEN", running.token)
        yield running


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """The cluster as the lab states it, with a volume of the storage driver."""
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "pvc-1"}}
    objects = [*live(LAB), {**volume, "spec": {"csi": {"volumeHandle": HANDLE}}}]
    files: dict[str, list[object]] = {}
    for each in objects:
        files.setdefault(RESOURCE_OF.get(each["kind"], f"{each['kind'].lower()}s.custom.example"), []).append(each)
    for name, items in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    (tmp_path / "now.txt").write_text("2027-01-01T00:00:00Z\n")
    return tmp_path


def way(proxmox: Emulator, dump: Path) -> tuple[str, ...]:
    way = ("--endpoint", proxmox.endpoint, "--ca-file", str(proxmox.ca_file))
    return "--lab", "small", "--dump", str(dump), "--machines", *way


def machines_of(result: str) -> list[tuple[str, str]]:
    checks = json.loads(result)["machines"]
    return [(each["code"], each["message"]) for check in checks for each in check["findings"]]


def test_a_machine_that_the_lab_has_forgotten_and_disks_of_nothing(
    homelab: Homelab, proxmox: Emulator, dump: Path
) -> None:
    proxmox.state.machines[310] = HostMachine(
        node="pve", running=True, config={"name": "old", "tags": f"{TAG};worker", "onboot": 1}
    )
    for name in ("vm-311-disk-0", HANDLE.rpartition("/")[2], "vm-9999-pvc-22222222-2222-4222-8222-222222222222"):
        proxmox.state.volumes[f"local-lvm:{name}"] = Volume(size=1 << 30)
    result = homelab("drift", *way(proxmox, dump), "--format", "json")
    assert result.exit_code == 1
    found = machines_of(result.stdout)
    assert ("MACHINE-FORGOTTEN", True) in [(code, "starts with its host" in message) for code, message in found]
    orphans = [message.partition(" ")[0] for code, message in found if code == "DISK-ORPHANED"]
    assert orphans == ["local-lvm:vm-311-disk-0", "local-lvm:vm-9999-pvc-22222222-2222-4222-8222-222222222222"]


def test_a_machine_that_is_gone(homelab: Homelab, proxmox: Emulator, dump: Path) -> None:
    gone = next(each for each in LAB.machines if not each.adopted)
    del proxmox.state.machines[gone.vmid]
    result = homelab("drift", *way(proxmox, dump), "--format", "json")
    assert ("MACHINE-UNMADE", f"{gone.name} (VMID {gone.vmid}) is not on {gone.host}") in machines_of(result.stdout)


def test_a_proxmox_that_cannot_be_asked_is_not_the_same(
    homelab: Homelab, proxmox: Emulator, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROXMOX_VE_API_TOKEN")
    result = homelab("drift", *way(proxmox, dump))
    assert "machines could not be checked: There is no API token" in result.stdout
    assert "the same" in result.stdout
    assert result.exit_code


def test_machines_that_were_not_compared_are_named(homelab: Homelab, dump: Path) -> None:
    assert "not compared: --machines asks Proxmox" in homelab("drift", "--lab", "small", "--dump", str(dump)).stdout

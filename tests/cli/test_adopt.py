"""`homelab adopt`."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.proxmox import proxmox_of
from operations.adopt import machines
from operations.clients.proxmox import NotAnswered
from plan.live.inventory import Inventory
from rehearsal.proxmox import Emulator
from tests.cli.conftest import Homelab
from tests.operations.adopt.hosts import as_stated, asked, configure
from tests.plan.labs import FOLDERS, lab_of

pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lab whose file does not have one of the machines that run."""
    folder = Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))
    file = folder / "machines.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("worker:\n")], encoding="utf-8")
    return folder


@pytest.fixture
def proxmox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """A host on which all runs as the lab said when it still had that machine."""
    with asked(as_stated(lab_of("every_kind"), adopted_only=False)) as (running, _):
        monkeypatch.setenv("PROXMOX_VE_API_TOKEN", running.token)
        monkeypatch.setenv("PROXMOX_VE_ENDPOINT", running.endpoint)
        yield running


def test_a_machine_is_added_and_the_second_run_adds_nothing(homelab: Homelab, folder: Path, proxmox: Emulator) -> None:
    arguments = ("adopt", "--lab", folder, "--ca-file", proxmox.ca_file)
    result = homelab(*arguments)
    assert result.exit_code == 0, result.stdout
    assert "added worker  202 on pve" in result.stdout
    assert "check role worker: by its name" in result.stdout
    assert "1 machine added to" in result.stdout
    after = (folder / "machines.yaml").read_text(encoding="utf-8")
    assert "worker:\n  vmid: 202\n" in after
    again = homelab(*arguments)
    assert again.exit_code == 0
    assert "stays as it is, 4 machines compared: no difference." in again.stdout
    assert (folder / "machines.yaml").read_text(encoding="utf-8") == after


@pytest.mark.parametrize("file", ["machines.yaml", "site.yaml", "services/queue.yaml"])
def test_an_edit_made_while_proxmox_is_asked_is_kept(
    homelab: Homelab, folder: Path, proxmox: Emulator, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    ask = machines.read_inventory
    before = (folder / "machines.yaml").read_text(encoding="utf-8")

    def edited(*asked: Any) -> Inventory:
        with (folder / file).open("a", encoding="utf-8") as opened:
            opened.write("# mine\n")
        return ask(*asked)

    monkeypatch.setattr(machines, "read_inventory", edited)
    result = homelab("adopt", "--lab", folder, "--ca-file", proxmox.ca_file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(f"{file} was edited meanwhile; nothing was written. Run this again\n")
    mine = "# mine\n" if file == "machines.yaml" else ""
    assert (folder / "machines.yaml").read_text(encoding="utf-8") == before + mine


def test_a_dry_run_shows_what_would_be_written(homelab: Homelab, folder: Path, proxmox: Emulator) -> None:
    before = (folder / "machines.yaml").read_bytes()
    result = homelab("adopt", "--lab", folder, "--dry-run", "--ca-file", proxmox.ca_file)
    assert result.exit_code == 0
    assert "+worker:\n+  vmid: 202\n" in result.stdout
    assert "1 machine would be added to" in result.stdout
    assert (folder / "machines.yaml").read_bytes() == before


def test_what_could_not_be_adopted_ends_with_1(homelab: Homelab, folder: Path, proxmox: Emulator) -> None:
    configure(proxmox.state, 202, {"name": "Worker"})
    result = homelab("adopt", "--lab", folder, "--ca-file", proxmox.ca_file)
    assert result.exit_code == 1
    assert "left out Worker  202 on pve" in result.stdout
    assert "fix: on pve: `qm set 202 --name worker`" in result.stdout


def test_a_difference_is_told_at_its_place(homelab: Homelab, folder: Path, proxmox: Emulator) -> None:
    configure(proxmox.state, 100, {"scsi0": "local-lvm:vm-100-disk-0,size=8G"})
    result = homelab("adopt", "router", "--lab", folder, "--ca-file", proxmox.ca_file)
    assert result.exit_code == 1
    assert f"error DISK-TO-GROW  {folder}/machines.yaml:9" in result.stdout
    assert "fix: on pve: `qm disk resize 100 scsi0 16G`" in result.stdout


def test_programs_get_json(homelab: Homelab, folder: Path, proxmox: Emulator) -> None:
    configure(proxmox.state, 202, {"startup": None})
    configure(proxmox.state, 201, {"lock": "backup"})
    result = homelab("adopt", "--lab", folder, "--ca-file", proxmox.ca_file, "--dry-run", "--format", "json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (report["written"], report["compared"]) == (False, ["router", "master", "worker-gpu"])
    assert [each["name"] for each in report["added"]] == ["worker"]
    assert report["added"][0]["entry"]["vcpus"] == 8
    assert [each["code"] for each in report["added"][0]["findings"]] == ["HARDWARE-DIFFERS"]
    assert [each["code"] for each in report["findings"]] == ["MACHINE-LOCKED"]
    assert "+  vmid: 202" in report["diff"]


def test_a_role_is_stated_by_name(homelab: Homelab, folder: Path, proxmox: Emulator) -> None:
    arguments = ("adopt", "--lab", folder, "--ca-file", proxmox.ca_file, "--role")
    assert homelab(*arguments, "worker=appliance").exit_code == 0
    assert "role: appliance" in (folder / "machines.yaml").read_text(encoding="utf-8").partition("\nworker:")[2]
    refused = homelab(*arguments, "worker=boss")
    assert refused.exit_code == 2
    assert "with one of control-plane, worker, appliance" in refused.stderr


def test_a_lab_that_would_not_load_with_them_is_left_alone(homelab: Homelab, folder: Path, proxmox: Emulator) -> None:
    before = (folder / "machines.yaml").read_bytes()
    result = homelab("adopt", "--lab", folder, "--ca-file", proxmox.ca_file, "--role", "worker=control-plane")
    assert result.exit_code == 2
    assert "have an odd number" in result.stdout
    assert "Nothing was written." in result.stderr
    assert (folder / "machines.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "is not trusted"),
        (("--insecure", "--endpoint", "https://127.0.0.1:1"), "does not answer (Connection refused)"),
        (("--insecure", "nsa"), "Proxmox has no machine 'nsa'"),
        (("--insecure", "--endpoint", "http://127.0.0.1:8006"), "it must be like https://"),
    ],
)
def test_what_cannot_be_asked_ends_with_2_and_one_sentence(
    homelab: Homelab, folder: Path, proxmox: Emulator, arguments: tuple[str, ...], sentence: str
) -> None:
    assert proxmox.endpoint
    result = homelab("adopt", "--lab", folder, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    *before, said = result.stderr.splitlines()
    assert sentence in said
    assert ["is not checked" in each for each in before] == [True] * ("--insecure" in arguments)
    report = json.loads(homelab("adopt", "--lab", folder, *arguments, "--format", "json").stdout)
    assert sentence in report["message"]


def test_a_token_that_proxmox_does_not_know_is_told_and_not_shown(
    homelab: Homelab, folder: Path, proxmox: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROXMOX_VE_API_TOKEN", "homelab@pve!pulumi=hunter2")
    result = homelab("adopt", "--lab", folder, "--ca-file", proxmox.ca_file)
    assert result.exit_code == 2
    assert "401 invalid token value!" in result.stderr
    assert "hunter2" not in result.stderr


def test_a_token_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROXMOX_VE_API_TOKEN", raising=False)
    with pytest.raises(NotAnswered, match="set PROXMOX_VE_API_TOKEN"):
        proxmox_of("prod", "https://127.0.0.1:1", None, False)


def test_the_endpoint_is_that_of_the_labs_stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PROXMOX_VE_API_TOKEN", "a@pve!b=c")
    assert "192.168.1.127" in str(vars(proxmox_of("prod", None, None, False)))
    with pytest.raises(NotAnswered, match="Where is Proxmox"):
        proxmox_of(str(tmp_path / "prod"), None, None, False)

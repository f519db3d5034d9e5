"""The content of `machines.yaml` stays as it is, to the byte; more machines come after it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.adopt.entry import Entry
from operations.adopt.file import Edited, NotExtendable, extended, write_file
from plan.live.inventory import HostDisk, HostMachine

DISK = HostDisk("scsi0", "local-lvm:vm-300-disk-0", "local-lvm", 32 << 30)
CSI = HostDisk("scsi3", "local-lvm:vm-9999-pvc-1", "local-lvm", 10 << 30, is_csi=True)
VALUES: dict[str, Any] = {
    "vmid": 300,
    "description": "The NAS: # 1, 'quoted'",
    "disks": [{"interface": "scsi0", "storage": "local-lvm", "size": "32Gi"}],
    "interfaces": [{"network": "home", "mac_address": "52:54:00:12:34:56"}, {"network": "lab"}],
    "pci_devices": ["t4", "quadro"],
    "adopt": True,
}
HAND = """\
# Mine
router:   # the first
    vmid: 100
    disks: [ {interface: scsi0, storage: 'local-lvm',size: 16Gi} ]

# Kept for later:
# old: {}
"""


def entry(name: str = "nas", *disks: HostDisk) -> Entry:
    machine = HostMachine(
        vmid=300,
        name=name,
        host="pve",
        is_running=True,
        cores=1,
        sockets=1,
        memory_mib=512,
        balloon_mib=None,
        disks=(DISK, *disks),
        interfaces=(),
    )
    return Entry(machine, name, VALUES, ())


@pytest.mark.parametrize("text", [HAND, HAND.rstrip("\n"), f"{HAND}\n", HAND.replace("\n", "\r\n")])
def test_every_byte_of_what_was_there_stays(text: str) -> None:
    after = extended(text, [entry(), entry("other")])
    assert after.startswith(text)
    said = yaml.safe_load(after)
    assert list(said) == ["router", "nas", "other"]
    assert said["nas"] == said["other"] == VALUES
    assert ("\r\n" in text) == ("\r\n" in after)
    assert after.count("\n") == after.count("\r\n") or "\r" not in after
    assert after.endswith("\n")
    assert not after.endswith("\n\n")


def test_an_entry_is_written_as_by_hand() -> None:
    assert (
        extended(HAND, [entry()]).removeprefix(HAND)
        == """
nas:
  vmid: 300
  description: "The NAS: # 1, 'quoted'"
  disks: [{interface: scsi0, storage: local-lvm, size: 32Gi}]
  interfaces:
    - {network: home, mac_address: "52:54:00:12:34:56"}
    - {network: lab}
  pci_devices: [t4, quadro]
  adopt: true
"""
    )


def test_volumes_of_the_csi_driver_are_named_and_not_listed() -> None:
    text = extended("", [entry("nas", CSI)])
    assert "  #   scsi3 local-lvm:vm-9999-pvc-1 (10Gi)\n  disks: [{interface: scsi0" in text
    assert yaml.safe_load(text)["nas"]["disks"] == VALUES["disks"]


@pytest.mark.parametrize("text", ["", "\n", "{}\n", "# Mine\n{}\n", "--- {}\n", "# Mine\n", "---\n"])
def test_a_file_that_says_nothing_yet_gets_its_first_machine(text: str) -> None:
    after = extended(text, [entry()])
    assert yaml.safe_load(after) == {"nas": VALUES}
    assert ("# Mine" in text) == ("# Mine" in after)


def test_an_empty_file_says_what_an_editor_completes_it_from() -> None:
    assert extended("", [entry()]).startswith("# yaml-language-server: $schema=../../schema/machines.json\nnas:\n")


def test_machines_that_are_indented_stay_so() -> None:
    assert yaml.safe_load(extended("  router:\n    vmid: 100\n", [entry()])).keys() == {"router", "nas"}


@pytest.mark.parametrize("text", ["{router: {vmid: 100}}\n", "router: [\n", "- router\n", "router\n"])
def test_what_cannot_be_added_to_is_refused(text: str) -> None:
    with pytest.raises(NotExtendable):
        extended(text, [entry()])


def test_a_file_is_replaced_in_one_step_and_keeps_its_mode(tmp_path: Path) -> None:
    file, link = tmp_path / "machines.yaml", tmp_path / "link.yaml"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o640)
    link.symlink_to(file)
    write_file(link, "new\r\n", "old")
    assert file.read_bytes() == b"new\r\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.yaml", "machines.yaml"]


def test_a_file_that_cannot_be_replaced_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "machines.yaml"
    file.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(file, "new", "old")
    assert file.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["machines.yaml"]


@pytest.mark.parametrize("meanwhile", ["edited", "old\n", None])
def test_an_edit_that_was_made_meanwhile_is_kept(meanwhile: str | None, tmp_path: Path) -> None:
    file = tmp_path / "machines.yaml"
    if meanwhile is not None:
        file.write_text(meanwhile, encoding="utf-8")
    with pytest.raises(Edited, match="was edited meanwhile; nothing was written"):
        write_file(file, "new", "old")
    assert (file.read_text(encoding="utf-8") if file.exists() else None) == meanwhile


def test_of_two_runs_at_once_none_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "machines.yaml"
    file.write_text("old", encoding="utf-8")
    write_file(file, "first", "old")
    with pytest.raises(Edited):
        write_file(file, "second", "old")
    assert file.read_text(encoding="utf-8") == "first"

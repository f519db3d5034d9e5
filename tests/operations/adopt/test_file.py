"""The content of `machines.yaml` stays as it is, to the byte; more machines come after it."""

from typing import Any

import pytest
import yaml

from operations.adopt.entry import Entry
from operations.adopt.file import NotExtendable, extended
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

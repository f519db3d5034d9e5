"""A running machine takes over some changes at once; the others wait for its next start."""

from typing import Any

import pytest

from tests.rehearsal.proxmox.asking import Proxmox, with_machine


def waiting(proxmox: Proxmox) -> set[str]:
    return {each["key"] for each in proxmox.get("nodes/pve/qemu/201/pending") if each.keys() & {"pending", "delete"}}


@pytest.mark.parametrize(
    ("settings", "waits"),
    [
        ({"name": "b", "tags": "x", "onboot": 1, "description": "d", "protection": 1, "startup": "order=2"}, set()),
        ({"memory": 8192, "cores": 4, "cpu": "host", "machine": "q35"}, {"memory", "cores", "cpu", "machine"}),
        ({"net1": "virtio,bridge=vmbr0"}, set()),
        ({"scsi1": "local-lvm:8"}, set()),
        ({"sata1": "local-lvm:8"}, {"sata1"}),
        ({"scsi0": "local-lvm:vm-201-disk-0,iothread=1,mbps_rd=100"}, set()),
        ({"scsi0": "local-lvm:vm-201-disk-0,iothread=0"}, {"scsi0"}),
        ({"balloon": 0}, {"balloon"}),
        ({"balloon": 2048}, set()),
        ({"agent": "enabled=1"}, {"agent"}),
        ({"delete": "cores"}, {"cores"}),
        ({"cores": 2}, set()),
    ],
)
def test_what_waits(settings: dict[str, Any], waits: set[str]) -> None:
    running, off = with_machine(running=True), with_machine()
    assert running.configure(201, **settings).status == 200
    assert waiting(running) == waits
    assert off.configure(201, **settings).status == 200
    assert waiting(off) == set()


def test_the_configuration_shows_what_will_be_unless_the_current_one_is_asked_for() -> None:
    proxmox = with_machine(running=True)
    proxmox.configure(201, memory=8192)
    assert proxmox.get("nodes/pve/qemu/201/config")["memory"] == "8192"
    assert proxmox.get("nodes/pve/qemu/201/config", current=1)["memory"] == "4096"


@pytest.mark.parametrize("how", ["reboot", "stop", "shutdown"])
def test_a_restart_applies_what_waited(how: str) -> None:
    proxmox = with_machine(running=True)
    proxmox.configure(201, memory=8192)
    assert proxmox.ended("POST", f"nodes/pve/qemu/201/status/{how}") == "OK"
    assert proxmox.state.machines[201].config["memory"] == "8192"
    assert proxmox.state.machines[201].running is (how == "reboot")


def test_numbers_are_numbers_and_memory_is_text() -> None:
    proxmox = with_machine()
    proxmox.configure(201, cores="4", sockets="1", memory="8192", balloon="0", onboot="1", numa="0", cpuunits="100")
    config = proxmox.get("nodes/pve/qemu/201/config")
    assert [config[key] for key in ("cores", "sockets", "balloon", "onboot", "numa", "cpuunits")] == [
        4,
        1,
        0,
        1,
        0,
        100,
    ]
    assert config["memory"] == "8192"


def test_a_network_card_gets_an_address_and_keeps_one_that_is_given() -> None:
    proxmox = with_machine()
    proxmox.configure(201, net0="model=virtio,bridge=vmbr0,firewall=0,tag=20", net1="virtio=bc:24:11:00:00:09,bridge=a")
    config = proxmox.get("nodes/pve/qemu/201/config")
    assert config["net0"] == "virtio=BC:24:11:00:C9:00,bridge=vmbr0,firewall=0,tag=20"
    assert config["net1"] == "virtio=BC:24:11:00:00:09,bridge=a"


def test_a_drive_that_goes_leaves_the_boot_order() -> None:
    proxmox = with_machine(boot="order=scsi0;ide2", ide2="none,media=cdrom")
    proxmox.configure(201, delete="scsi0")
    assert proxmox.state.machines[201].config["boot"] == "order=ide2"

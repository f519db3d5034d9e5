"""Answers of Proxmox about its machines, as plain values."""

from collections.abc import Mapping
from ipaddress import IPv4Interface
from typing import Any

import pytest

from operations.clients.proxmox import Refused
from operations.clients.proxmox_inventory import read_inventory
from plan.live.inventory import HostDevice, HostDisk, HostInterface, HostMachine, Inventory, PendingChange, Startup

GIB = 1 << 30


class Answers:
    """Proxmox with one machine, which is running; an exception is raised."""

    def __init__(self, config: Mapping[str, Any], **others: Any) -> None:
        guest = {"type": "qemu", "vmid": 201, "node": "pve", "name": config.get("name"), "status": "running"}
        self.answers: dict[str, Any] = {
            "cluster/resources": [guest],
            "nodes/pve/qemu/201/pending": [{"key": key, "value": value} for key, value in config.items()],
            "nodes/pve/qemu/201/status/current": {"status": "running", "ha": {"managed": 0}},
            **{path.replace("__", "/"): answer for path, answer in others.items()},
        }

    def get(self, path: str, /, **_query: str | int) -> Any:
        answer = self.answers[path.replace("nodes/pve/qemu/201/agent/", "")]
        if isinstance(answer, Exception):
            raise answer
        return answer


def machine(config: Mapping[str, Any], **others: Any) -> HostMachine:
    return read_inventory(Answers(config, **others)).machines[201]


def test_a_bare_configuration_has_proxmoxs_defaults() -> None:
    assert machine({"name": "bare"}) == HostMachine(
        vmid=201,
        name="bare",
        host="pve",
        is_running=True,
        cores=1,
        sockets=1,
        memory_mib=512,
        balloon_mib=None,
        disks=(),
        interfaces=(),
        starts_with_host=False,
        agent_is_on=False,
    )


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"sockets": 2, "cores": 4}, {"sockets": 2, "cores": 4}),
        ({"memory": "8192"}, {"memory_mib": 8192}),
        ({"memory": "current=4096"}, {"memory_mib": 4096}),
        ({"memory": 8192, "balloon": 4096}, {"balloon_mib": 4096}),
        ({"memory": 8192, "balloon": 0}, {"balloon_mib": None}),
        ({"memory": 8192, "balloon": 8192}, {"balloon_mib": None}),
        ({"startup": "order=10,up=90,down=180"}, {"startup": Startup(10, 90, 180)}),
        ({"startup": "3,down=5"}, {"startup": Startup(3, None, 5)}),
        ({"onboot": 1}, {"starts_with_host": True}),
        ({"lock": "backup"}, {"lock": "backup"}),
        ({"description": "The NAS\n"}, {"description": "The NAS\n"}),
    ],
)
def test_a_setting_is_read(config: dict[str, Any], expected: dict[str, Any]) -> None:
    found = machine(config)._asdict()
    assert {key: found[key] for key in expected} == expected


def test_disks_are_those_of_the_machine_and_the_first_is_booted_from() -> None:
    found = machine(
        {
            "scsi0": "local-lvm:vm-201-disk-1,size=100G",
            "scsi1": "local-lvm:vm-201-disk-0,discard=on,mbps_rd=150,mbps_wr=120.5,size=256G",
            "scsi10": "nfs:201/vm-201-disk-2.qcow2,size=512M",
            "sata3": "file=local-lvm:vm-201-disk-3,mbps=40,size=1T",
            "virtio0": "/dev/disk/by-id/ata-1,size=4000G",
            "ide2": "local-lvm:vm-201-cloudinit,media=cdrom",
            "ide0": "none,media=cdrom",
            "sata5": "local-lvm:vm-201-cloudinit",
            "efidisk0": "local-lvm:vm-201-disk-4,efitype=4m,size=4M",
            "tpmstate0": "local-lvm:vm-201-disk-5,size=4M",
            "unused0": "local-lvm:vm-201-disk-6",
            "scsihw": "virtio-scsi-pci",
            "boot": "order=scsi1;ide2;net0",
        }
    )
    assert found.disks == (
        HostDisk("scsi1", "local-lvm:vm-201-disk-0", "local-lvm", 256 * GIB, 150, 120),
        HostDisk("sata3", "local-lvm:vm-201-disk-3", "local-lvm", 1024 * GIB, 40, 40),
        HostDisk("scsi0", "local-lvm:vm-201-disk-1", "local-lvm", 100 * GIB),
        HostDisk("scsi10", "nfs:201/vm-201-disk-2.qcow2", "nfs", GIB // 2),
        HostDisk("virtio0", "/dev/disk/by-id/ata-1", None, 4000 * GIB),
    )


def test_an_old_boot_disk_comes_first() -> None:
    config = {"scsi0": "a:vm-201-disk-0,size=1G", "sata0": "a:vm-201-disk-1,size=1G", "bootdisk": "scsi0", "boot": "c"}
    assert [disk.slot for disk in machine(config).disks] == ["scsi0", "sata0"]


@pytest.mark.parametrize(
    ("drive", "is_csi"),
    [
        ("local-lvm:vm-9999-pvc-0b1c,backup=0,iothread=1,wwn=0x5056432d49443033,size=10G", True),
        ("local-lvm:vm-9999-pvc-0b1c,size=10G", True),
        ("nfs:9999/vm-9999-pvc-0b1c.raw,size=10G", True),
        ("local-lvm:renamed,wwn=0x5056432D49443033,size=10G", True),
        ("local-lvm:vm-201-disk-1,wwn=0x5000c500a1b2c3d4,size=10G", False),
        ("local-lvm:vm-201-disk-pvc,size=10G", False),
    ],
)
def test_volumes_of_the_csi_driver_are_told_by_name_or_wwn(drive: str, is_csi: bool) -> None:
    (disk,) = machine({"scsi4": drive}).disks
    assert disk.is_csi is is_csi


def test_an_address_is_what_cloud_init_sets_or_else_what_the_agent_says() -> None:
    agent = {
        "result": [
            {"name": "lo", "ip-addresses": [{"ip-address": "127.0.0.1", "ip-address-type": "ipv4", "prefix": 8}]},
            {
                "name": "eth1",
                "hardware-address": "bc:24:11:00:00:02",
                "ip-addresses": [
                    {"ip-address": "10.0.20.7", "ip-address-type": "ipv4", "prefix": 22},
                    {"ip-address": "fe80::1", "ip-address-type": "ipv6", "prefix": 64},
                ],
            },
            {"name": "cni0", "hardware-address": "00:00:00:00:00:01"},
        ]
    }
    found = machine(
        {
            "agent": "1,fstrim_cloned_disks=1",
            "net0": "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1",
            "net1": "e1000=bc:24:11:00:00:02,bridge=vmbr1,tag=20",
            "net2": "virtio=BC:24:11:00:00:03",
            "ipconfig0": "ip=192.168.1.5/24,gw=192.168.1.1",
            "ipconfig1": "ip=dhcp",
        },
        **{"network-get-interfaces": agent},
    )
    assert found.interfaces == (
        HostInterface("net0", "vmbr0", None, "BC:24:11:00:00:01", (IPv4Interface("192.168.1.5/24"),)),
        HostInterface("net1", "vmbr1", 20, "BC:24:11:00:00:02", (IPv4Interface("10.0.20.7/22"),), is_reported=True),
        HostInterface("net2", None, None, "BC:24:11:00:00:03"),
    )
    assert found.agent_problem is None


@pytest.mark.parametrize(("status", "refused"), [(500, False), (403, True)])
def test_an_agent_that_does_not_answer_is_noted(status: int, refused: bool) -> None:
    silence = Refused("agent", status, "QEMU guest agent is not running")
    found = machine({"agent": "enabled=1"}, **{"network-get-interfaces": silence})
    assert (found.agent_is_on, found.agent_problem) == (True, "QEMU guest agent is not running")
    assert found.agent_was_refused is refused


@pytest.mark.parametrize(("config", "status"), [({"agent": "1"}, "stopped"), ({"agent": "0"}, "running")])
def test_an_agent_is_asked_only_where_one_may_answer(config: dict[str, Any], status: str) -> None:
    found = machine(config, nodes__pve__qemu__201__status__current={"status": status, "lock": "snapshot"})
    assert (found.agent_problem, found.lock) == (None, "snapshot")


def test_what_the_next_start_changes_is_told_and_taken_for_done() -> None:
    pending = [
        {"key": "memory", "value": "4096", "pending": "8192"},
        {"key": "cores", "value": 2, "pending": 2},
        {"key": "net0", "value": "virtio=BC:24:11:00:00:01,bridge=vmbr0", "delete": 1},
        {"key": "scsi0", "pending": "a:vm-201-disk-0,size=1G"},
    ]
    found = machine({}, nodes__pve__qemu__201__pending=pending)
    assert (found.memory_mib, found.interfaces, [disk.slot for disk in found.disks]) == (8192, (), ["scsi0"])
    assert found.pending == (
        PendingChange("memory", "4096", "8192"),
        PendingChange("net0", "virtio=BC:24:11:00:00:01,bridge=vmbr0", None),
        PendingChange("scsi0", None, "a:vm-201-disk-0,size=1G"),
    )


def test_high_availability_is_noted() -> None:
    assert machine({}, nodes__pve__qemu__201__status__current={"status": "running", "ha": {"managed": 1}}).is_ha_managed


def test_a_passed_device_is_told_by_its_mapping_or_its_address() -> None:
    config = {"hostpci0": "mapping=t4,pcie=1", "hostpci1": "0000:07:00.0,pcie=1", "hostpci2": "mapping=gone"}
    mapping = {"map": ["id=1,node=other,path=x", "id=10de:1eb8,node=pve,path=0000:06:00.0"]}
    refusal = Refused("cluster/mapping/pci/gone", 403, "no")
    found = machine(config, cluster__mapping__pci__t4=mapping, cluster__mapping__pci__gone=refusal)
    details = {"id": "10de:1eb8", "node": "pve", "path": "0000:06:00.0"}
    assert found.devices == (
        HostDevice("hostpci0", "t4", details=details),
        HostDevice("hostpci1", None, "0000:07:00.0"),
        HostDevice("hostpci2", "gone"),
    )


def test_templates_and_containers_are_counted_and_no_machines() -> None:
    guests = [
        {"type": "qemu", "vmid": 2000, "node": "pve", "template": 1},
        {"type": "lxc", "vmid": 150, "node": "pve"},
    ]
    assert read_inventory(Answers({}, cluster__resources=guests)) == Inventory({}, {}, templates=1, containers=1)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Refused("pending", 595, "No route to host"), "pending: 595 No route to host"),
        ([{"key": "cores", "value": "many"}], "its configuration is not understood"),
        ([{"value": 1}], "its configuration is not understood"),
    ],
)
def test_a_machine_that_cannot_be_read_is_not_left_out_in_silence(answer: Any, reason: str) -> None:
    inventory = read_inventory(Answers({}, nodes__pve__qemu__201__pending=answer))
    assert inventory.machines == {}
    assert reason in inventory.unread[201]


def test_only_what_is_wanted_is_read() -> None:
    assert read_inventory(Answers({"name": "nas"}), lambda vmid, name: (vmid, name) != (201, "nas")).machines == {}

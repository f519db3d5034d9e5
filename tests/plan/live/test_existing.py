"""Differences between a lab and existing machines are reported, each with a fix, and nothing else is."""

from dataclasses import replace
from ipaddress import IPv4Interface
from typing import Any, NamedTuple

import pytest

from config.lab import Lab
from config.machine import Machine
from plan.live import host_findings, missing_findings
from plan.live.inventory import (
    HostDevice,
    HostDisk,
    HostInterface,
    HostMachine,
    PendingChange,
    Startup,
)
from plan.model import Finding
from tests.plan.codes import codes_made_in
from tests.plan.labs import lab_of

GIB = 1 << 30
EVERY_KIND = lab_of("every_kind")
LAB = replace(
    EVERY_KIND, machines={name: each.model_copy(update={"adopt": True}) for name, each in EVERY_KIND.machines.items()}
)


def as_stated(lab: Lab, name: str, machine: Machine) -> HostMachine:
    """The machine just as the lab says."""
    networks = lab.networks.networks
    return HostMachine(
        vmid=machine.vmid,
        name=name,
        host=machine.host,
        is_running=True,
        cores=machine.vcpus,
        sockets=1,
        memory_mib=machine.memory.mib,
        balloon_mib=None,
        disks=tuple(
            HostDisk(
                slot=disk.interface,
                volume=f"{disk.storage}:vm-{machine.vmid}-disk-{index}",
                storage=disk.storage,
                size=disk.size,
                read_mb_per_second=disk.read_mb_per_second,
                write_mb_per_second=disk.write_mb_per_second,
            )
            for index, disk in enumerate(machine.disks)
        ),
        interfaces=tuple(
            HostInterface(
                slot=f"net{index}",
                bridge=networks[each.network].bridge,
                vlan=networks[each.network].vlan,
                mac_address=each.mac_address or f"BC:24:11:00:00:{machine.vmid % 256:02X}",
                addresses=(IPv4Interface(f"{each.address}/22"),) if each.address else (),
            )
            for index, each in enumerate(machine.interfaces)
        ),
        devices=tuple(HostDevice(f"hostpci{index}", name) for index, name in enumerate(machine.pci_devices)),
        startup=Startup(machine.start.order, machine.start.up_seconds, machine.start.down_seconds),
        agent_is_on=machine.guest_agent,
    )


HOST = {machine.vmid: as_stated(LAB, name, machine) for name, machine in LAB.machines.items()}
WORKER = HOST[202]
GPU = HOST[201]
CSI = HostDisk("scsi7", "local-lvm:vm-9999-pvc-1", "local-lvm", 10 * GIB, is_csi=True)


def disk(number: int = 0, **changes: Any) -> HostDisk:
    return WORKER.disks[number]._replace(**changes)


def net(**changes: Any) -> tuple[HostInterface, ...]:
    return (WORKER.interfaces[0]._replace(**changes),)


class Case(NamedTuple):
    """A machine that is not as the lab says."""

    code: str
    when: str
    severity: str
    host: HostMachine
    path: str
    says: tuple[str, ...]
    fix: str


CASES = (
    Case(
        "AGENT-DIFFERS",
        "Proxmox thinks that there is none",
        "warning",
        WORKER._replace(agent_is_on=False),
        "machines.worker.guest_agent",
        ("guest_agent of worker is true",),
        "`qm set 202 --agent 1`",
    ),
    Case(
        "AGENT-DIFFERS",
        "the lab says that there is none",
        "warning",
        HOST[100]._replace(agent_is_on=True),
        "machines.router.guest_agent",
        ("guest_agent of router is false",),
        "write guest_agent: true",
    ),
    Case(
        "AGENT-SILENT",
        "it does not answer",
        "error",
        WORKER._replace(agent_problem="QEMU guest agent is not running"),
        "machines.worker.guest_agent",
        ("QEMU guest agent is not running", "15 minutes"),
        "on pve: `qm set 202 --agent 0`",
    ),
    Case(
        "AGENT-UNCHECKED",
        "the token may not ask",
        "warning",
        WORKER._replace(agent_problem="Permission check failed", agent_was_refused=True),
        "machines.worker.guest_agent",
        ("could not be checked: Permission check failed",),
        "VM.GuestAgent.Audit",
    ),
    Case(
        "CHANGES-PENDING",
        "a restart brings them",
        "warning",
        WORKER._replace(pending=(PendingChange("cores", "4", "8"), PendingChange("ide2", "none", None))),
        "machines.worker",
        ("cores 4 -> 8; ide2 none -> not set",),
        "`qm set 202 --revert cores,ide2`",
    ),
    Case(
        "CPU-SOCKETS",
        "there are two",
        "error",
        WORKER._replace(cores=4, sockets=2),
        "machines.worker.vcpus",
        ("2 sockets of 4 cores", "would be 16 vCPUs"),
        "`qm set 202 --sockets 1 --cores 8`",
    ),
    Case(
        "DISK-ELSEWHERE",
        "it is on another storage",
        "error",
        WORKER._replace(disks=(disk(storage="local", volume="local:202/vm-202-disk-0.qcow2"),)),
        "machines.worker.disks.0.storage",
        ("scsi0 of worker is not on local-lvm, but is local:202/vm-202-disk-0.qcow2",),
        "write storage: local",
    ),
    Case(
        "DISK-ELSEWHERE",
        "it is a physical disk",
        "error",
        WORKER._replace(disks=(disk(storage=None, volume="/dev/disk/by-id/ata-1"),)),
        "machines.worker.disks.0.storage",
        ("is /dev/disk/by-id/ata-1",),
        "leave the machine out",
    ),
    Case(
        "DISK-MISSING",
        "its slot has a volume of the CSI driver",
        "error",
        WORKER._replace(disks=(CSI._replace(slot="scsi0"),)),
        "machines.worker.disks.0",
        ("worker has no disk scsi0 on pve: that is local-lvm:vm-9999-pvc-1, a volume of the CSI driver",),
        "write the disks that it has: []",
    ),
    Case(
        "DISK-NOT-LISTED",
        "there is another",
        "error",
        WORKER._replace(disks=(disk(), disk(slot="scsi1", volume="local-lvm:vm-202-disk-1", size=5 * GIB), CSI)),
        "machines.worker.disks",
        ("a disk scsi1 on pve (local-lvm:vm-202-disk-1)",),
        "write the disks that it has: [{interface: scsi0, storage: local-lvm, size: 128Gi}, "
        "{interface: scsi1, storage: local-lvm, size: 5Gi}]",
    ),
    Case(
        "DISK-NOT-LISTED",
        "it is another machine's, by its name",
        "error",
        WORKER._replace(disks=(disk(), disk(slot="scsi1", volume="local-lvm:vm-7-disk-0"))),
        "machines.worker.disks",
        ("local-lvm:vm-7-disk-0",),
        "find out whose it is",
    ),
    Case(
        "DISK-SHRINKS",
        "it is larger than stated",
        "error",
        WORKER._replace(disks=(disk(size=300 * GIB),)),
        "machines.worker.disks.0.size",
        ("is 128Gi in the file and 300Gi on pve", "no tool makes a disk smaller"),
        "write size: 300Gi",
    ),
    Case(
        "DISK-SIZE-UNKNOWN",
        "Proxmox does not say",
        "warning",
        WORKER._replace(disks=(disk(size=None),)),
        "machines.worker.disks.0.size",
        ("128Gi could not be checked",),
        "`qm disk rescan --vmid 202`",
    ),
    Case(
        "DISK-SPEED-DIFFERS",
        "the lab says more",
        "warning",
        GPU._replace(disks=(GPU.disks[0]._replace(read_mb_per_second=100),)),
        "machines.worker-gpu.disks.0.read_mb_per_second",
        ("is 150 in the file and 100 on pve",),
        "write read_mb_per_second: 100",
    ),
    Case(
        "DISK-SPEED-DIFFERS",
        "there is no limit",
        "warning",
        GPU._replace(disks=(GPU.disks[0]._replace(write_mb_per_second=None),)),
        "machines.worker-gpu.disks.0.write_mb_per_second",
        ("is 120 in the file and unlimited on pve",),
        "take write_mb_per_second out",
    ),
    Case(
        "DISK-TO-GROW",
        "it is smaller than stated",
        "error",
        WORKER._replace(disks=(disk(size=100 * GIB),)),
        "machines.worker.disks.0.size",
        ("is 128Gi in the file and 100Gi on pve",),
        "on pve: `qm disk resize 202 scsi0 128G`",
    ),
    Case(
        "HARDWARE-DIFFERS",
        "vCPUs do",
        "warning",
        WORKER._replace(cores=4),
        "machines.worker.vcpus",
        ("is 8 in the file and 4 on pve: an `up` writes 8; it has it from its next start",),
        "write vcpus: 4",
    ),
    Case(
        "HARDWARE-DIFFERS",
        "memory does",
        "warning",
        WORKER._replace(memory_mib=6000),
        "machines.worker.memory",
        ("is 32Gi in the file and 6000Mi on pve",),
        "write memory: 6000Mi",
    ),
    Case(
        "HARDWARE-DIFFERS",
        "the start order does",
        "warning",
        WORKER._replace(startup=Startup(order=3)),
        "machines.worker.start",
        ("{order: 21, up_seconds: 60, down_seconds: 120} in the file and {order: 3} on pve", "nothing restarts"),
        "write start: {order: 3}",
    ),
    Case(
        "MACHINE-DIFFERS",
        "it has another name",
        "error",
        WORKER._replace(name="nas"),
        "machines.worker.vmid",
        ("VMID 202 is nas on pve",),
        "write vmid, name and host as they are",
    ),
    Case(
        "MACHINE-HA-MANAGED",
        "it may move",
        "error",
        WORKER._replace(is_ha_managed=True),
        "machines.worker.host",
        ("moves worker on its own",),
        "`ha-manager remove vm:202`",
    ),
    Case(
        "MACHINE-LOCKED",
        "a backup runs",
        "error",
        WORKER._replace(lock="backup"),
        "machines.worker",
        ("worker is locked (backup)",),
        "`qm unlock 202`",
    ),
    Case(
        "MEMORY-BALLOONS",
        "it may be shrunk",
        "error",
        WORKER._replace(balloon_mib=4096),
        "machines.worker.memory",
        ("from 32Gi to 4Gi",),
        "`qm set 202 --balloon 0`",
    ),
    Case(
        "NETWORK-DIFFERS",
        "it is on another VLAN",
        "warning",
        WORKER._replace(interfaces=net(vlan=30)),
        "machines.worker.interfaces.0",
        ("VLAN 30 of bridge vmbr1 where nodes is VLAN 20 of bridge vmbr1",),
        "write what it has",
    ),
    Case(
        "NETWORK-DIFFERS",
        "it has another address",
        "warning",
        WORKER._replace(interfaces=net(addresses=(IPv4Interface("10.0.20.9/22"),))),
        "machines.worker.interfaces.0",
        ("the address 10.0.20.9",),
        "write what it has",
    ),
    Case(
        "NETWORK-DIFFERS",
        "it has another MAC address",
        "warning",
        HOST[100]._replace(
            interfaces=(HOST[100].interfaces[0]._replace(mac_address="BC:24:11:00:00:99"), HOST[100].interfaces[1])
        ),
        "machines.router.interfaces.0",
        ("the MAC address BC:24:11:00:00:99",),
        "write what it has",
    ),
    Case(
        "NETWORK-DIFFERS",
        "it has more of them",
        "warning",
        WORKER._replace(interfaces=(*WORKER.interfaces, *net(slot="net1"))),
        "machines.worker.interfaces",
        ("1 interfaces in the file and 2 on pve",),
        "write those that it has",
    ),
    Case(
        "NOT-STARTED-WITH-HOST",
        "it stays off",
        "warning",
        WORKER._replace(starts_with_host=False),
        "machines.worker.start",
        ("pve does not start worker",),
        "`qm set 202 --onboot 1`",
    ),
    Case(
        "PCI-DEVICE-BY-ADDRESS",
        "it is passed through without its mapping",
        "error",
        GPU._replace(devices=(HostDevice("hostpci0", None, "06:00"),)),
        "machines.worker-gpu.pci_devices",
        ("hostpci0 of worker-gpu is passed through by its address, 06:00",),
        "make a mapping t4 of it (Datacenter, Resource Mappings), then, on pve, from its next start: "
        "`qm set 201 --hostpci0 mapping=t4,pcie=1`",
    ),
    Case(
        "PCI-DEVICE-NOT-LISTED",
        "the lab does not list it",
        "error",
        WORKER._replace(devices=(HostDevice("hostpci0", "quadro"),)),
        "machines.worker.pci_devices",
        ("quadro is passed through to worker",),
        "write pci_devices: [quadro]",
    ),
    Case(
        "PCI-DEVICE-NOT-PASSED",
        "the machine does not have it",
        "error",
        GPU._replace(devices=()),
        "machines.worker-gpu.pci_devices",
        ("t4 is not passed through to worker-gpu",),
        "`qm set 201 --hostpci0 mapping=t4,pcie=1`",
    ),
)


def findings(*changed: HostMachine, lab: Lab = LAB) -> list[Finding]:
    return list(host_findings(lab, HOST | {each.vmid: each for each in changed}))


def test_nothing_is_said_of_machines_that_are_as_stated() -> None:
    assert findings() == []
    assert findings(lab=EVERY_KIND) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}: {case.when}")
def test_a_difference_is_said_and_nothing_else(case: Case) -> None:
    (finding,) = findings(case.host)
    assert (finding.code, finding.severity) == (case.code, case.severity)
    assert ".".join(map(str, finding.path)) == case.path
    assert LAB.place(finding.path)
    for part in case.says:
        assert part in finding.message
    assert case.fix in finding.fix


def test_a_disk_that_two_machines_write_to_is_an_error_of_both() -> None:
    found = findings(WORKER._replace(disks=(disk(), disk(slot="scsi3", volume=GPU.disks[0].volume))))
    shared = [each for each in found if each.code == "DISK-ATTACHED-TWICE"]
    assert [each.path for each in shared] == [("machines", "worker-gpu", "disks"), ("machines", "worker", "disks")]
    assert "local-lvm:vm-201-disk-0 (scsi0 of worker-gpu and scsi3 of worker)" in shared[0].message


def test_a_disk_in_two_slots_of_one_machine_is_an_error() -> None:
    found = findings(WORKER._replace(disks=(disk(), disk(slot="scsi3"))))
    assert "DISK-ATTACHED-TWICE" in {each.code for each in found}


def test_there_is_a_case_for_every_finding() -> None:
    tried = {case.code for case in CASES} | {"DISK-ATTACHED-TWICE", "MACHINE-MISSING"}
    assert tried == codes_made_in("plan.live")


def test_volumes_of_the_csi_driver_come_and_go() -> None:
    assert findings(WORKER._replace(disks=(disk(), CSI, CSI._replace(slot="scsi8", volume="x:vm-9999-pvc-2")))) == []


def test_the_power_cycle_of_a_created_machine_is_told() -> None:
    (finding,) = findings(WORKER._replace(cores=4), lab=EVERY_KIND)
    assert "an `up` writes 8, and restarts it" in finding.message


@pytest.mark.parametrize("change", [{"sockets": 2, "cores": 4}, {"starts_with_host": False}])
def test_what_an_up_corrects_on_a_created_machine_is_no_finding(change: dict[str, Any]) -> None:
    assert findings(WORKER._replace(**change), lab=EVERY_KIND) == []


def test_another_machine_with_the_vmid_of_one_to_create_is_not_compared() -> None:
    assert findings(WORKER._replace(name="nas", cores=1), lab=EVERY_KIND) == []


@pytest.mark.parametrize("address", ["0000:06:00.0", "0000:06:00", "06:00.0", "06:00"])
def test_a_device_is_known_by_every_form_of_its_address(address: str) -> None:
    (finding,) = findings(GPU._replace(devices=(HostDevice("hostpci0", None, address),)))
    assert "mapping=t4" in finding.fix


def test_a_finding_about_what_its_shape_says_points_to_the_machine() -> None:
    prod = lab_of("prod")
    host = as_stated(prod, "k8s-node2", prod.machines["k8s-node2"])
    (finding,) = host_findings(prod, {202: host._replace(cores=4)})
    assert finding.path == ("machines", "k8s-node2")


def test_a_machine_to_adopt_that_is_not_there_is_an_error() -> None:
    seen = HOST.keys() - {202}
    (finding,) = missing_findings(LAB, seen)
    assert (finding.code, finding.path) == ("MACHINE-MISSING", ("machines", "worker", "vmid"))
    assert list(missing_findings(EVERY_KIND, seen)) == []

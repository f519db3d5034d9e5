"""The emulator refuses what Proxmox refuses, in its words."""

from typing import Any

import pytest

from rehearsal.proxmox import Machine, PciMapping
from tests.rehearsal.proxmox.asking import Proxmox, with_machine

T4 = "id=10de:1eb8,node=pve,path=0000:06:00.0,iommugroup=34,subsystem-id=10de:12a2"
NO_IMAGE = "local:import/no.qcow2"
NO_MACHINE = "Configuration file 'nodes/pve/qemu-server/999.conf' does not exist"


@pytest.mark.parametrize(
    ("method", "path", "parameters", "status", "message"),
    [
        ("GET", "qemu/999/config", {}, 500, NO_MACHINE),
        ("GET", "qemu/999/status/current", {}, 500, NO_MACHINE),
        ("GET", "nothing", {}, 501, "Method 'GET /nodes/pve/nothing' not implemented"),
        ("GET", "storage/none/status", {}, 500, "storage 'none' does not exist"),
        ("GET", f"storage/local/content/{NO_IMAGE}", {}, 500, f"volume '{NO_IMAGE}' does not exist"),
        ("GET", "tasks/UPID:none/status", {}, 400, "Parameter verification failed."),
        ("GET", "network/vmbr9", {}, 400, "Parameter verification failed."),
        ("GET", "qemu/201/agent/network-get-interfaces", {}, 500, "No QEMU guest agent configured"),
        ("PUT", "qemu/201/config", {}, 500, "no options specified"),
        ("PUT", "qemu/201/config", {"memroy": 1}, 400, "Parameter verification failed."),
        ("PUT", "qemu/201/config", {"boot": "order=scsi7"}, 500, "invalid bootorder: device 'scsi7' does not exist'"),
        ("PUT", "qemu/201/config", {"hostpci0": "host=0000:06:00,pcie=1"}, 500,
         "only root can set 'hostpci0' config for non-mapped devices"),
        ("PUT", "qemu/201/config", {"args": "-nodefaults"}, 500, "only root can set 'args' config"),
        ("PUT", "qemu/201/config", {"balloon": 9999}, 500,
         "balloon value too large (must be smaller than assigned memory)"),
        ("PUT", "qemu/201/config", {"scsi1": "local-lvm:vm-201-disk-7"}, 500,
         "volume 'local-lvm:vm-201-disk-7' does not exist"),
        ("POST", "qemu/201/clone", {"newid": 201}, 500, "unable to create VM 201: config file already exists"),
        ("POST", "qemu", {"vmid": 201}, 500, "unable to create VM 201 - VM 201 already exists on node 'pve'"),
        ("POST", "storage/local-lvm/download-url", {"content": "import", "filename": "a.qcow2", "url": "u"}, 500,
         "can't upload to storage type 'lvmthin', not a file based storage!"),
    ],
)  # fmt: skip
def test_a_request_is_refused(method: str, path: str, parameters: dict[str, Any], status: int, message: str) -> None:
    answered = with_machine().ask(method, f"nodes/pve/{path}", **parameters)
    assert (answered.status, answered.message) == (status, message)


def test_a_parameter_that_is_unknown_is_named() -> None:
    errors = with_machine().configure(201, memroy=4096).body["errors"]
    assert "memroy" in errors


@pytest.mark.parametrize(
    ("path", "parameters", "ending"),
    [
        ("PUT qemu/201/resize", {"disk": "scsi0", "size": "16G"}, "shrinking disks is not supported"),
        ("PUT qemu/201/resize", {"disk": "scsi5", "size": "16G"}, "disk 'scsi5' does not exist"),
        ("PUT qemu/201/resize", {"disk": "ide2", "size": "16G"}, "you can't resize a cdrom"),
        ("POST qemu", {"vmid": 300, "scsi0": f"local-lvm:0,import-from={NO_IMAGE}"},
         f"unable to create VM 300 - cannot import from '{NO_IMAGE}' - volume '{NO_IMAGE}' does not exist"),
        ("POST qemu", {"vmid": 300, "scsi0": "none:8"}, "unable to create VM 300 - storage 'none' does not exist"),
    ],
)  # fmt: skip
def test_a_task_ends_with_its_error(path: str, parameters: dict[str, Any], ending: str) -> None:
    proxmox = with_machine(ide2="none,media=cdrom")
    method, _, rest = path.partition(" ")
    before = proxmox.state.model_dump(exclude={"tasks"})
    assert proxmox.ended(method, f"nodes/pve/{rest}", **parameters) == ending
    assert proxmox.state.model_dump(exclude={"tasks"}) == before
    upid = next(iter(proxmox.state.tasks))
    assert proxmox.get(f"nodes/pve/tasks/{upid}/log")[-1]["t"] == f"TASK ERROR: {ending}"


def test_a_machine_that_is_protected_keeps_its_disks_and_its_life() -> None:
    proxmox = with_machine(protection=1)
    disk = proxmox.configure(201, delete="scsi0")
    assert disk.message == "can't remove drive 'scsi0' - protection mode enabled"
    life = proxmox.ask("DELETE", "nodes/pve/qemu/201/", purge=1)
    assert life.message == "can't remove VM 201 - protection mode enabled"
    assert "scsi0" in proxmox.state.machines[201].config


def test_a_machine_that_runs_is_not_destroyed() -> None:
    answered = with_machine(running=True).ask("DELETE", "nodes/pve/qemu/201")
    assert answered.message == "VM 201 is running - destroy failed"


def test_a_machine_in_a_backup_is_locked() -> None:
    assert with_machine(lock="backup").configure(201, cores=4).message == "VM is locked (backup)"


def test_a_token_without_the_privilege_is_told_which() -> None:
    proxmox = Proxmox({"/": ["VM.Audit"], "/vms/201": ["VM.Audit", "VM.Config.CPU", "VM.Config.Options"]})
    proxmox.state.machines[201] = Machine(node="pve", config={"name": "a"})
    denied = {
        "memory": "Permission check failed (/vms/201, VM.Config.Memory)",
        "scsi0": "Permission check failed (/vms/201, VM.Config.Disk)",
        "startup": "Permission check failed (/, Sys.Modify)",
        "ciuser": "Permission check failed (/vms/201, VM.Config.Cloudinit|VM.Config.Network)",
    }
    for setting, message in denied.items():
        answered = proxmox.configure(201, **{setting: "local-lvm:8" if setting == "scsi0" else "1"})
        assert (answered.status, answered.message) == (403, message)
    assert proxmox.configure(201, cores=4).status == 200


def test_a_network_is_used_with_a_privilege_on_its_vlan() -> None:
    proxmox = Proxmox({"/": ["VM.Config.Network"]})
    proxmox.state.machines[201] = Machine(node="pve", config={})
    answered = proxmox.configure(201, net0="virtio,bridge=vmbr1,tag=20")
    assert answered.message == "Permission check failed (/sdn/zones/localnetwork/vmbr1/20, SDN.Use)"


@pytest.mark.parametrize(
    ("config", "ending"),
    [
        ({"machine": "q35", "ide3": "none,media=cdrom"}, "start failed: QEMU exited with code 1"),
        ({"machine": "pc", "hostpci0": "mapping=t4,pcie=1"}, "q35 machine model is not enabled"),
        ({"hostpci0": "mapping=none"}, "PCI device mapping not found for 'none'"),
        ({"scsi1": "local-lvm:vm-9999-pvc-lost,size=1G"}, "no such logical volume pve/vm-9999-pvc-lost"),
        ({"cicustom": "user=local:snippets/no.yaml"}, "volume 'local:snippets/no.yaml' does not exist"),
        ({"template": 1}, "you can't start a vm if it's a template"),
    ],
)
def test_a_machine_does_not_start(config: dict[str, Any], ending: str) -> None:
    proxmox = with_machine(**config)
    proxmox.state.pci_mappings["t4"] = PciMapping(map=[T4])
    assert proxmox.ended("POST", "nodes/pve/qemu/201/status/start") == ending
    assert not proxmox.state.machines[201].running


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        (T4.replace(",iommugroup=34", ""), "missing expected property 'iommugroup' for device '0000:06:00.0'"),
        (T4.replace("=34", "=35"), "'iommugroup' does not match for 't4' (34 != 35)"),
        (T4.replace("12a2", "12a3"), "'subsystem-id' does not match for 't4' (10de:12a2 != 10de:12a3)"),
        (T4.replace("06:", "07:"), "pci device '0000:07:00.0' not found"),
    ],
)
def test_a_mapping_says_what_the_hardware_says(mapping: str, problem: str) -> None:
    proxmox = with_machine(machine="q35", hostpci0="mapping=t4,pcie=1")
    proxmox.state.pci_mappings["t4"] = PciMapping(map=[mapping])
    ending = proxmox.ended("POST", "nodes/pve/qemu/201/status/start")
    assert ending == f"PCI device mapping invalid (hardware probably changed): {problem}"


def test_a_card_is_in_one_running_machine() -> None:
    proxmox = with_machine(machine="q35", hostpci0="mapping=t4,pcie=1")
    proxmox.state.pci_mappings["t4"] = PciMapping(map=[T4])
    proxmox.state.machines[202] = proxmox.state.machines[201].model_copy(deep=True)
    assert proxmox.ended("POST", "nodes/pve/qemu/201/status/start") == "OK"
    ending = proxmox.ended("POST", "nodes/pve/qemu/202/status/start")
    assert ending == "PCI device '0000:06:00.0' already in use by VMID '201'"

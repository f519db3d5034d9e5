"""Changes to the volumes behind a machine's drives."""

import pytest

from rehearsal.proxmox import Machine, Volume
from tests.rehearsal.proxmox.asking import GIB, Proxmox, with_machine

IMAGE = "local:import/noble.qcow2"


def with_image() -> Proxmox:
    proxmox = Proxmox()
    proxmox.state.volumes[IMAGE] = Volume(size=3584 << 20, content="import", format="qcow2", data="ubuntu")
    return proxmox


def made(proxmox: Proxmox, vmid: int = 300, **config: str) -> Machine:
    assert proxmox.ended("POST", "nodes/pve/qemu", vmid=vmid, **config) == "OK"
    return proxmox.state.machines[vmid]


def test_a_size_in_gigabytes_makes_a_volume() -> None:
    proxmox = Proxmox()
    machine = made(proxmox, scsi0="file=local-lvm:8,size=8589934592,iothread=1,cache=none")
    assert machine.config["scsi0"] == "local-lvm:vm-300-disk-0,cache=none,iothread=1,size=8G"
    assert proxmox.state.volumes["local-lvm:vm-300-disk-0"].size == 8 * GIB


def test_an_image_is_imported_with_its_own_size() -> None:
    proxmox = with_image()
    machine = made(proxmox, scsi0=f"file=local-lvm:0,import-from={IMAGE},size=34359738368")
    assert machine.config["scsi0"] == "local-lvm:vm-300-disk-0,size=3584M"
    assert proxmox.state.volumes["local-lvm:vm-300-disk-0"].data == "ubuntu"


def test_firmware_and_cloud_init_get_volumes_of_their_own() -> None:
    machine = made(Proxmox(), efidisk0="file=local-lvm:1,efitype=4m,format=raw", ide2="file=local-lvm:cloudinit,")
    assert machine.config["efidisk0"] == "local-lvm:vm-300-disk-0,efitype=4m,size=4M"
    assert machine.config["ide2"] == "local-lvm:vm-300-cloudinit,media=cdrom"


def test_a_disk_on_files_lies_in_a_folder_of_the_machine() -> None:
    proxmox = Proxmox()
    proxmox.state.storages["local"].content.append("images")
    assert made(proxmox, scsi0="local:8,format=qcow2").config["scsi0"] == "local:300/vm-300-disk-0.qcow2,size=8G"


def test_a_drive_written_again_without_its_size_keeps_it() -> None:
    proxmox = with_machine()
    assert proxmox.configure(201, scsi0="file=local-lvm:vm-201-disk-0,backup=1").status == 200
    assert proxmox.state.machines[201].config["scsi0"] == "local-lvm:vm-201-disk-0,backup=1,size=32G"


def test_a_resize_in_bytes_is_shown_with_a_unit() -> None:
    proxmox = with_machine()
    assert proxmox.ended("PUT", "nodes/pve/qemu/201/resize", disk="scsi0", size=str(64 * GIB)) == "OK"
    assert proxmox.state.machines[201].config["scsi0"] == "local-lvm:vm-201-disk-0,iothread=1,size=64G"
    assert proxmox.ended("PUT", "nodes/pve/qemu/201/resize", disk="scsi0", size="+8G") == "OK"
    assert proxmox.state.volumes["local-lvm:vm-201-disk-0"].size == 72 * GIB


def test_deleting_what_is_not_there_is_no_error() -> None:
    assert with_machine().configure(201, delete="net1,net2,serial3,cpulimit").status == 200


@pytest.mark.parametrize("running", [False, True])
def test_a_disk_taken_away_is_kept_as_unused(running: bool) -> None:
    proxmox = with_machine(running=running)
    proxmox.configure(201, delete="scsi0")
    assert proxmox.state.machines[201].config["unused0"] == "local-lvm:vm-201-disk-0"
    assert proxmox.state.volumes["local-lvm:vm-201-disk-0"].data == "what 201 wrote"


def test_an_unused_disk_taken_away_is_deleted() -> None:
    proxmox = with_machine()
    proxmox.configure(201, delete="scsi0")
    proxmox.configure(201, delete="unused0")
    assert "local-lvm:vm-201-disk-0" not in proxmox.state.volumes


def test_a_sata_disk_of_a_running_machine_stays_until_it_stops() -> None:
    proxmox = with_machine(running=True)
    proxmox.state.machines[201].config["sata0"] = proxmox.state.machines[201].config.pop("scsi0")
    proxmox.configure(201, delete="sata0")
    assert "sata0" in proxmox.get("nodes/pve/qemu/201/config", current=1)
    assert "sata0" not in proxmox.get("nodes/pve/qemu/201/config")
    assert proxmox.ended("POST", "nodes/pve/qemu/201/status/stop") == "OK"
    assert proxmox.state.machines[201].config["unused0"] == "local-lvm:vm-201-disk-0"


def test_a_cloud_init_drive_taken_away_is_deleted_and_can_be_made_again() -> None:
    proxmox = with_machine()
    proxmox.configure(201, ide2="local-lvm:cloudinit")
    refused = proxmox.configure(201, ide0="local-lvm:cloudinit")
    assert refused.message == "ide0 - cloud-init drive is already attached at 'ide2'"
    proxmox.configure(201, delete="ide2")
    assert "local-lvm:vm-201-cloudinit" not in proxmox.state.volumes
    assert proxmox.configure(201, ide2="local-lvm:cloudinit").status == 200


def test_a_template_renames_its_disks() -> None:
    proxmox = with_machine()
    assert proxmox.ended("POST", "nodes/pve/qemu/201/template") == "OK"
    assert proxmox.state.machines[201].config["scsi0"] == "local-lvm:base-201-disk-0,iothread=1,size=32G"
    assert "local-lvm:base-201-disk-0" in proxmox.state.volumes
    assert proxmox.ask("POST", "nodes/pve/qemu/201/template").message == "you can't convert a template to a template"


def test_a_clone_has_copies_of_the_disks_and_another_address() -> None:
    proxmox = with_machine(net0="virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=20", protection=1)
    proxmox.configure(201, ide2="local-lvm:cloudinit")
    assert proxmox.ended("POST", "nodes/pve/qemu/201/clone", newid=202, name="copy", full=1) == "OK"
    config = proxmox.state.machines[202].config
    assert config["scsi0"] == "local-lvm:vm-202-disk-0,iothread=1,size=32G"
    assert proxmox.state.volumes["local-lvm:vm-202-disk-0"].data == "what 201 wrote"
    assert (config["name"], config["protection"]) == ("copy", 1)
    assert str(config["net0"]).endswith(",bridge=vmbr0,tag=20")
    assert "BC:24:11:00:00:01" not in str(config["net0"])
    assert str(config["ide2"]).startswith("local-lvm:vm-202-cloudinit,")


def test_destroying_a_machine_takes_only_its_own_volumes() -> None:
    proxmox = with_machine()
    proxmox.state.volumes |= {
        "local-lvm:vm-201-disk-9": Volume(size=GIB),
        "local-lvm:vm-2010-disk-0": Volume(size=GIB),
        "local-lvm:vm-9999-pvc-a": Volume(size=GIB),
    }
    proxmox.state.machines[201].config["scsi3"] = "local-lvm:vm-9999-pvc-a,size=1G"
    assert proxmox.ended("DELETE", "nodes/pve/qemu/201/", destroy_unreferenced_disks=1, purge=1) == "OK"
    assert list(proxmox.state.volumes) == ["local-lvm:vm-2010-disk-0", "local-lvm:vm-9999-pvc-a"]


def test_a_volume_that_no_configuration_names_is_kept_unless_asked() -> None:
    proxmox = with_machine()
    proxmox.state.volumes["local-lvm:vm-201-disk-9"] = Volume(size=GIB)
    proxmox.ended("DELETE", "nodes/pve/qemu/201/", destroy_unreferenced_disks=0)
    assert list(proxmox.state.volumes) == ["local-lvm:vm-201-disk-9"]


def test_a_moved_disk_leaves_the_old_one_unused() -> None:
    proxmox = with_machine()
    proxmox.state.storages["slow"] = proxmox.state.storages["local-lvm"].model_copy()
    assert proxmox.ended("POST", "nodes/pve/qemu/201/move_disk", disk="scsi0", storage="slow") == "OK"
    config = proxmox.state.machines[201].config
    assert (config["scsi0"], config["unused0"]) == (
        "slow:vm-201-disk-0,iothread=1,size=32G",
        "local-lvm:vm-201-disk-0",
    )

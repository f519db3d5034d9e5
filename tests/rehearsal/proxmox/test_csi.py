"""Volumes that the CSI driver plugs into a node behind everybody's back."""

import pytest

from rehearsal.proxmox import Refusal, csi
from tests.rehearsal.proxmox.asking import GIB, with_machine

VOLUME = "local-lvm:vm-9999-pvc-a"


def test_volumes_take_the_next_free_slot_from_one_to_twenty_nine() -> None:
    proxmox = with_machine()
    proxmox.state.machines[201].config["scsi2"] = "local-lvm:vm-201-disk-0,size=32G"
    slots = [csi.attach(proxmox.state, 201, f"{VOLUME}{number}", GIB) for number in range(28)]
    assert (slots[:3], slots[-1]) == (["scsi1", "scsi3", "scsi4"], "scsi29")
    with pytest.raises(Refusal, match="no free lun found"):
        csi.attach(proxmox.state, 201, "local-lvm:vm-9999-pvc-more", GIB)


def test_a_volume_that_is_attached_stays_where_it_is() -> None:
    proxmox = with_machine()
    assert csi.attach(proxmox.state, 201, VOLUME, GIB) == csi.attach(proxmox.state, 201, VOLUME, GIB)


def test_an_update_that_takes_the_drive_away_keeps_the_data() -> None:
    proxmox = with_machine(running=True)
    slot = csi.attach(proxmox.state, 201, VOLUME, GIB)
    assert proxmox.configure(201, delete=slot).status == 200
    config = proxmox.state.machines[201].config
    assert slot not in config
    assert not any(key.startswith("unused") for key in config)
    assert proxmox.state.volumes[VOLUME].data == VOLUME


def test_a_detached_volume_can_be_attached_elsewhere() -> None:
    proxmox = with_machine()
    proxmox.state.machines[202] = proxmox.state.machines[201].model_copy(deep=True)
    csi.attach(proxmox.state, 201, VOLUME, GIB)
    csi.detach(proxmox.state, 201, VOLUME)
    assert csi.attach(proxmox.state, 202, VOLUME, GIB) == "scsi1"
    assert VOLUME not in str(proxmox.state.machines[201].config)

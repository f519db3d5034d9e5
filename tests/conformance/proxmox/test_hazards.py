"""Hazards of the provider that an owner would not expect, and the protection from each.

Effects of the Pulumi bridge alone cannot be seen here: that it fills in omitted blocks, and that every preview shows a
difference in `disks[].speed`, so that `disks` is part of each update.
"""

from typing import Any

from plan.model import VirtualMachine
from rehearsal.proxmox import Emulator, Fault, Machine, Volume
from tests.conformance.proxmox.resources import MACHINE, MAPPING, machine
from tests.conformance.proxmox.terraform import Resources, Terraform
from tests.operations.preflight.hosts import ask, found
from tests.plan.labs import plan_of

WORKER: VirtualMachine = next(each for each in plan_of("small").machines if each.role == "worker")
CLAIM = "local-lvm:vm-9999-pvc-a"
UNPROTECTED = {"protection": False}
"""Proxmox's own protection would prevent the harm; these tests show what the provider asks for."""


def worker(**changed: Any) -> Resources:
    return {MACHINE: {"worker": machine(WORKER, **changed)}}


def running_worker(terraform: Terraform, **changed: Any) -> Machine:
    """The worker, created, with a volume that the CSI driver attached, and nothing asked yet."""
    terraform.declare(worker(**changed))
    terraform.must_apply()
    terraform.proxmox.attach_volume(WORKER.vmid, CLAIM)
    terraform.proxmox.requests.clear()
    return terraform.proxmox.state.machines[WORKER.vmid]


def larger_disk() -> list[dict[str, Any]]:
    (disk,) = WORKER.properties["disks"]
    return [disk | {"size": disk["size"] * 2}]


def attached(terraform: Terraform) -> bool:
    return CLAIM in str(terraform.proxmox.state.machines[WORKER.vmid].config)


def settings_sent(terraform: Terraform) -> list[set[str]]:
    return [set(each.form) for each in terraform.proxmox.requests.writes]


def test_an_update_of_disks_detaches_what_the_csi_driver_attached(terraform: Terraform) -> None:
    running_worker(terraform, ignore=(), **UNPROTECTED)
    terraform.declare(worker(ignore=(), disks=larger_disk(), **UNPROTECTED))
    terraform.apply()
    assert not attached(terraform)
    assert any(each.form.get("delete") == "scsi1" for each in terraform.proxmox.requests.writes)
    assert terraform.proxmox.state.volumes[CLAIM].data == CLAIM


def test_ignoring_disks_keeps_them_attached(terraform: Terraform) -> None:
    running_worker(terraform, **UNPROTECTED)
    terraform.declare(worker(disks=larger_disk(), **UNPROTECTED))
    terraform.must_apply()
    assert terraform.proxmox.requests.writes == []
    assert attached(terraform)


def test_protection_in_proxmox_keeps_them_attached_too(terraform: Terraform) -> None:
    running_worker(terraform, ignore=())
    terraform.declare(worker(ignore=(), disks=larger_disk()))
    assert "can't remove drive 'scsi1' - protection mode enabled" in words(terraform.apply().output)
    assert attached(terraform)


def test_more_memory_restarts_the_machine_once_and_keeps_its_volumes(terraform: Terraform) -> None:
    before = running_worker(terraform).starts
    terraform.declare(worker(memory={"dedicated": 65536, "floating": 0}))
    terraform.must_apply()
    found = terraform.proxmox.state.machines[WORKER.vmid]
    assert (found.config["memory"], found.pending, found.starts) == ("65536", {}, before + 1)
    assert settings_sent(terraform) == [{"balloon", "memory", "name"}, {"forceStop", "timeout"}, {"timeout"}]
    assert attached(terraform)


def test_another_cloud_init_file_replaces_the_machine(terraform: Terraform) -> None:
    first = dict(WORKER.properties["initialization"]) | {"user_data_file_id": "local:snippets/a.yaml"}
    second = first | {"user_data_file_id": "local:snippets/b.yaml"}
    for name in ("a", "b"):
        terraform.proxmox.state.volumes[f"local:snippets/{name}.yaml"] = Volume(size=1, content="snippets")
    running_worker(terraform, ignore=(), initialization=first, **UNPROTECTED)
    own_disk = f"local-lvm:vm-{WORKER.vmid}-disk-0"
    terraform.proxmox.state.volumes[own_disk].data = "what the machine wrote"
    terraform.declare(worker(initialization=second, **UNPROTECTED))
    terraform.must_apply()
    assert terraform.proxmox.requests.writes == []
    terraform.declare(worker(ignore=("disks",), initialization=second, **UNPROTECTED))
    terraform.must_apply()
    assert "DELETE" in [each.method for each in terraform.proxmox.requests.writes]
    assert terraform.proxmox.state.volumes[own_disk].data == "ubuntu"
    assert terraform.proxmox.state.volumes[CLAIM].data == CLAIM


def test_protection_in_proxmox_stops_a_replacement_but_not_the_machine_from_being_stopped(
    terraform: Terraform,
) -> None:
    found = running_worker(terraform, ignore=())
    terraform.declare(worker(ignore=("disks",), clone=dict(WORKER.properties["clone"]) | {"vm_id": 9001}))
    assert "can't remove VM 101 - protection mode enabled" in words(terraform.apply().output)
    assert not found.running


def test_a_deletion_takes_the_machine_and_none_of_the_volumes_attached_to_it(terraform: Terraform) -> None:
    running_worker(terraform, **UNPROTECTED)
    terraform.declare({})
    terraform.must_apply()
    assert WORKER.vmid not in terraform.proxmox.state.machines
    left = {each for each, volume in terraform.proxmox.state.volumes.items() if volume.content == "images"}
    assert left == {CLAIM, "local-lvm:base-9000-disk-0", "local-lvm:vm-9000-cloudinit"}


def test_a_smaller_disk_is_refused_after_everything_else_was_written(terraform: Terraform) -> None:
    running_worker(terraform, ignore=(), **UNPROTECTED)
    (disk,) = WORKER.properties["disks"]
    smaller = [disk | {"size": 32}]
    terraform.declare(worker(ignore=(), disks=smaller, description="changed", **UNPROTECTED))
    assert not terraform.apply().succeeded
    assert terraform.proxmox.state.machines[WORKER.vmid].config["description"] == "changed"
    assert terraform.proxmox.state.volumes[f"local-lvm:vm-{WORKER.vmid}-disk-0"].size == disk["size"] << 30


def test_a_clone_with_a_smaller_disk_than_its_template_is_refused(terraform: Terraform) -> None:
    (disk,) = WORKER.properties["disks"]
    terraform.declare(worker(disks=[disk | {"size": 2}]))
    assert "is lower than current size" in words(terraform.apply().output)


def test_a_clone_with_its_disk_elsewhere_than_its_template_is_refused(terraform: Terraform) -> None:
    (disk,) = WORKER.properties["disks"]
    terraform.declare(worker(disks=[disk | {"interface": "scsi1"}], boot_orders=["scsi1"]))
    assert "invalid bootorder: device 'scsi1' does not exist" in words(terraform.apply().output)


def test_of_a_protected_template_nothing_can_be_cloned(terraform: Terraform) -> None:
    """The clone is protected as its template is, and the provider cannot take the cloud-init drive away from it."""
    terraform.proxmox.state.machines[9000].config["protection"] = 1
    terraform.declare(worker())
    assert "can't remove drive 'ide2' - protection mode enabled" in words(terraform.apply().output)


def test_a_cdrom_on_ide3_keeps_a_q35_machine_from_starting(terraform: Terraform) -> None:
    terraform.declare(worker(machine="q35", cdrom={"interface": "ide3", "file_id": "none"}))
    assert "QEMU exited with code 1" in terraform.apply().output
    assert not terraform.proxmox.state.machines[WORKER.vmid].running


def test_a_token_may_not_pass_a_device_through_by_its_address(terraform: Terraform) -> None:
    raw = [{"device": "hostpci0", "id": "0000:06:00.0", "pcie": True, "rombar": True}]
    terraform.declare(worker(machine="q35", hostpcis=raw))
    assert "only root can set 'hostpci0' config for non-mapped devices" in words(terraform.apply().output)


def test_rombar_left_out_is_sent_as_zero(terraform: Terraform) -> None:
    location = {
        "id": "10de:1eb8",
        "node": "pve",
        "path": "0000:06:00.0",
        "iommu_group": 34,
        "subsystem_id": "10de:12a2",
    }
    device = [{"device": "hostpci0", "mapping": "t4", "pcie": True}]
    resources = dict(worker(machine="q35", hostpcis=device))
    resources[MACHINE]["worker"]["depends_on"] = [f"{MAPPING}.t4"]  # pyright: ignore[reportIndexIssue]
    terraform.declare(resources | {MAPPING: {"t4": {"name": "t4", "map": [location]}}})
    terraform.must_apply()
    assert "rombar=0" in str(terraform.proxmox.state.machines[WORKER.vmid].config["hostpci0"])


def test_a_machine_without_an_agent_is_stopped_hard(terraform: Terraform) -> None:
    off = dict(WORKER.properties["agent"]) | {"enabled": False}
    running_worker(terraform, agent=off)
    terraform.declare(worker(agent=off, cpu=dict(WORKER.properties["cpu"]) | {"cores": 2}))
    terraform.must_apply()
    assert [each.path.rpartition("/")[2] for each in terraform.proxmox.requests.writes] == ["config", "stop", "start"]


def test_an_import_without_anything_ignored_stops_a_machine_without_an_agent_hard(terraform: Terraform) -> None:
    host = terraform.proxmox.state
    disk = f"local-lvm:vm-{WORKER.vmid}-disk-0"
    host.volumes[disk] = Volume(size=128 << 30, data="what the machine wrote")
    config = {
        "name": "router",
        "cores": 2,
        "memory": "2048",
        "scsi0": f"{disk},size=128G",
        "watchdog": "model=i6300esb",
    }
    host.machines[WORKER.vmid] = Machine(node="pve", running=True, config=config)
    off = dict(WORKER.properties["agent"]) | {"enabled": False}
    adopted = worker(ignore=("clone", "initialization"), clone=None, initialization=None, agent=off)
    terraform.declare(adopted, imports={f"{MACHINE}.worker": f"pve/{WORKER.vmid}"})
    terraform.must_apply()
    assert [each.path.rpartition("/")[2] for each in terraform.proxmox.requests.writes][-2:] == ["stop", "start"]
    assert host.machines[WORKER.vmid].starts == 1
    assert host.volumes[disk].data == "what the machine wrote"


def test_a_machine_with_a_taken_vmid_is_not_cloned_over_the_other(terraform: Terraform) -> None:
    before = somebody_elses(terraform.proxmox)
    terraform.declare(worker())
    assert "config file already exists" in words(terraform.apply().output)
    assert terraform.proxmox.state.machines[WORKER.vmid] == before


def test_a_clone_that_is_tried_again_sets_up_the_machine_that_has_its_vmid(terraform: Terraform) -> None:
    """Proxmox refuses the second try as well, and the provider takes the refusal for the success of the first."""
    somebody_elses(terraform.proxmox)
    terraform.declare(worker(clone=dict(WORKER.properties["clone"]) | {"retries": 2}))
    terraform.must_apply()
    config = terraform.proxmox.state.machines[WORKER.vmid].config
    assert (config["name"], config["memory"]) == ("somebody-elses", str(WORKER.memory.mib))


def test_a_clone_whose_answer_is_lost_is_not_tried_again_and_preflight_says_what_to_do(terraform: Terraform) -> None:
    terraform.proxmox.faults.append(Fault("cut-after", "POST", ".*/clone"))
    terraform.declare(worker(clone=dict(WORKER.properties["clone"]) | {"retries": 3}))
    assert not terraform.apply().succeeded
    assert len([each for each in terraform.proxmox.requests.writes if each.path.endswith("/clone")]) == 1
    (finding,) = (each for each in found(ask(plan_of("small"), terraform.proxmox)) if WORKER.name in each.path)
    assert (finding.code, f"`qm destroy {WORKER.vmid}`" in finding.fix) == ("MACHINE-HALF-MADE", True)


def test_a_machine_made_with_a_taken_vmid_takes_over_the_one_that_has_it(terraform: Terraform) -> None:
    """The provider tries again after the error, and takes `already exists` for the success of its first attempt."""
    before = somebody_elses(terraform.proxmox)
    disk = str(before.config["scsi0"]).partition(",")[0]
    terraform.declare(worker(clone=None))
    terraform.must_apply()
    assert terraform.proxmox.state.machines[WORKER.vmid] == before.model_copy(update={"running": True, "starts": 1})
    terraform.declare({})
    terraform.must_apply()
    assert disk not in terraform.proxmox.state.volumes


def test_a_template_made_with_a_taken_vmid_turns_the_machine_that_has_it_into_a_template(terraform: Terraform) -> None:
    somebody_elses(terraform.proxmox)
    terraform.declare(worker(clone=None, template=True, started=False))
    terraform.must_apply()
    found = terraform.proxmox.state.machines[WORKER.vmid]
    assert (found.config["name"], found.config["template"]) == ("somebody-elses", 1)


def somebody_elses(proxmox: Emulator) -> Machine:
    """A machine that has the worker's VMID."""
    disk = f"local-lvm:vm-{WORKER.vmid}-disk-0"
    proxmox.state.volumes[disk] = Volume(size=64 << 30, data="somebody else's")
    config = {"name": "somebody-elses", "memory": "2048", "cores": 2, "scsi0": f"{disk},size=64G"}
    proxmox.state.machines[WORKER.vmid] = Machine(node="pve", config=config)
    return proxmox.state.machines[WORKER.vmid].model_copy(deep=True)


def words(output: str) -> str:
    """The output, without the frame and the line breaks of an error."""
    return " ".join(output.replace("│", " ").split())

"""Machines that run become entries that the loader takes, or are left out with the reason."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from config.lab import Lab
from config.load import InvalidLab, load_draft, load_lab
from config.machine import Machine
from config.writing import write_lab
from operations.adopt.entry import Entry, Surroundings, describe
from operations.adopt.machines import Adoption, NotKnown, adopt
from operations.clients.proxmox import NotAnswered
from operations.clients.proxmox_inventory import read_inventory
from rehearsal.proxmox import Fault, PciMapping, State
from rehearsal.proxmox import Machine as HostMachine
from tests.operations.adopt.hosts import adoption, as_stated, asked, configure
from tests.plan.labs import FOLDERS, lab_of

NAS = {
    "name": "nas",
    "cores": 2,
    "memory": "4096",
    "onboot": 1,
    "agent": "1",
    "boot": "order=scsi0",
    "scsi0": "local-lvm:vm-300-disk-0,size=32G",
    "net0": "virtio=BC:24:11:00:03:00,bridge=vmbr1,tag=20",
    "ipconfig0": "ip=10.0.20.150/22,gw=10.0.20.1",
    "startup": "order=40,up=10,down=60",
}

SHED = """\
    cores: 4
    threads: 8
    memory: 32Gi
    reserved_memory: 2Gi
    disks: {nvme: {size: 1T, medium: ssd}}
    storages: {local-lvm: {type: lvmthin, disk: nvme, size: 800G}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a lab with one adopted machine and three that are to be created."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


@pytest.fixture
def state() -> State:
    """A host on which everything is as the lab says, and a machine that it does not know."""
    return with_machine(as_stated(lab_of("every_kind")))


def with_machine(state: State, vmid: int = 300, *, agent: bool = True, address: str = "", **config: Any) -> State:
    """The state with another machine; None takes a setting away."""
    disk = f"local-lvm:vm-{vmid}-disk-0,size=32G"
    settings = {key: value for key, value in (NAS | {"scsi0": disk} | config).items() if value is not None}
    addresses = [address] if address else []
    state.machines[vmid] = HostMachine(
        node="pve", config=settings, running=True, guest_agent=agent, addresses=addresses
    )
    return state


def left_out(found: Adoption) -> list[tuple[str, str]]:
    """Reasons for which the only machine that is left out is not added."""
    (machine,) = found.left_out
    assert found.added == ()
    assert found.after == found.before
    assert found.errors
    return [(reason.message, reason.fix) for reason in machine.reasons]


def bare(machine: Machine) -> dict[str, Any]:
    """A machine as Proxmox knows it: without the template that it would be recreated from, with its MAC addresses."""
    interfaces = [each.model_copy(update={"mac_address": None}) for each in machine.interfaces]
    return dict(
        machine.model_copy(
            update={"template": None, "shape": None, "allocatable": None, "interfaces": tuple(interfaces)}
        )
    )


@pytest.mark.parametrize("name", ["prod", "small", "every_kind"])
def test_a_lab_is_written_down_again_as_it_was(name: str, tmp_path: Path) -> None:
    lab = lab_of(name)
    folder = Path(shutil.copytree(FOLDERS[name], tmp_path / name))
    (folder / "machines.yaml").write_text("# Nothing yet\n", encoding="utf-8")
    (folder / "shapes.yaml").unlink(missing_ok=True)
    roles = {each: machine.role for each, machine in lab.machines.items()}
    found = adoption(folder, as_stated(lab, adopted_only=False), **roles)
    write_lab(found.file.parent, {found.file.name: found.after})
    again = load_lab(folder)
    assert {each: bare(row) for each, row in again.machines.items()} == {
        each: bare(row.model_copy(update={"adopt": True})) for each, row in lab.machines.items()
    }
    assert not found.errors
    assert [each.findings for each in found.added] == [()] * len(lab.machines)


def test_a_machine_is_added_and_the_lab_loads(folder: Path, state: State) -> None:
    found = adoption(folder, state)
    assert [each.entry.name for each in found.added] == ["nas"]
    assert found.known == ("router",)
    assert (found.findings, found.errors) == ((), False)
    assert found.after.startswith(found.before)
    machine = found.lab.machines["nas"]
    assert (machine.vcpus, machine.memory.mib, machine.role, machine.adopt) == (2, 4096, "appliance", True)


def test_a_second_run_adds_nothing(folder: Path, state: State) -> None:
    found = adoption(folder, state)
    write_lab(found.file.parent, {found.file.name: found.after})
    again = adoption(folder, state)
    assert (again.added, again.after) == ((), again.before)
    assert again.known == ("router", "nas")
    assert (again.findings, again.errors) == ((), False)


def test_nothing_is_written_by_looking(folder: Path, state: State) -> None:
    before = (folder / "machines.yaml").read_bytes()
    adoption(folder, state)
    assert (folder / "machines.yaml").read_bytes() == before


def test_proxmox_is_only_asked(folder: Path, state: State) -> None:
    with asked(state) as (proxmox, api):
        adopt(folder, api)
        assert {request.method for request in proxmox.requests} == {"GET"}


@pytest.mark.parametrize(
    ("config", "message", "fix"),
    [
        ({"name": "My_NAS"}, "its name is 'My_NAS'", "`qm set 300 --name my-nas`"),
        ({"name": None}, "it has no name", "`qm set 300 --name machine-300`"),
        ({"name": "worker"}, "the file has another machine of its name, with VMID 202", "`qm set 300 --name ...`"),
        ({"scsi0": None}, "it has no disk of its own", "leave it to Proxmox"),
        ({"scsi1": "/dev/disk/by-id/ata-1,size=1T"}, "scsi1 is the physical disk /dev/disk/by-id/ata-1", "leave it"),
        ({"ide1": "local-lvm:vm-300-disk-1,size=1G"}, "ide1 is an IDE disk", "attach it as scsi"),
        ({"scsi1": "fast:vm-300-disk-1,size=1G"}, "scsi1 is on fast, which site.yaml does not know", "fast: {type:"),
        (
            {"scsi1": "local-lvm:vm-300-disk-1"},
            "Proxmox does not say how large scsi1 is",
            "`qm disk rescan --vmid 300`",
        ),
        (
            {"scsi0": "local-lvm:vm-300-disk-0,size=2252M"},
            "scsi0 has 2252Mi, and sizes here are whole Gi",
            "on pve: `qm disk resize 300 scsi0 3G`",
        ),
        ({"net0": None, "ipconfig0": None}, "it has no network interface", "leave it"),
        ({"net0": "virtio=BC:24:11:00:03:00"}, "net0 is on no bridge", "leave it"),
        (
            {"net0": "virtio=BC:24:11:00:03:00,bridge=vmbr1,tag=30", "ipconfig0": "ip=10.0.30.5/24"},
            "net0 is on VLAN 30 of bridge vmbr1, for which networks.yaml has no network",
            "under networks: NAME: {bridge: vmbr1, vlan: 30, cidr: 10.0.30.0/24, description: ...}",
        ),
        (
            {"net0": "virtio=BC:24:11:00:03:00,bridge=vmbr9", "ipconfig0": None},
            "net0 is on bridge vmbr9, for which networks.yaml has no network",
            "under bridges: vmbr9: {hosts: [pve]}, and under networks: NAME: {bridge: vmbr9, cidr: 192.0.2.0/24,",
        ),
        (
            {"ipconfig0": "ip=10.9.9.9/24"},
            "with the address 10.9.9.9/24, which is in none of its networks (nodes 10.0.20.0/22)",
            "correct the cidr in networks.yaml",
        ),
        (
            {"hostpci0": "mapping=quadro,pcie=1"},
            "hostpci0 is the mapping quadro, which site.yaml does not know",
            'quadro: {path: "0000:07:00.0", id: 10de:1cb3, iommu_group: 35, description: ...}',
        ),
        ({"hostpci0": "0000:06:00.0,pcie=1"}, "is passed through by its address", "mapping=t4,pcie=1"),
        ({"lock": "backup"}, "nas is locked (backup)", "`qm unlock 300`"),
        ({"balloon": 1024}, "from 4Gi to 1Gi", "`qm set 300 --balloon 0`"),
        ({"sockets": 2}, "2 sockets of 2 cores", "`qm set 300 --sockets 1 --cores 4`"),
        (
            {"ipconfig0": "ip=10.0.20.101/22"},
            "address 10.0.20.101 is taken by machines.worker-gpu.interfaces.0.address",
            "correct that first",
        ),
    ],
)
def test_what_cannot_be_described_or_is_not_safe_is_left_out(
    folder: Path, state: State, config: dict[str, Any], message: str, fix: str
) -> None:
    state.pci_mappings["quadro"] = PciMapping(map=["id=10de:1cb3,node=pve,path=0000:07:00.0,iommugroup=35"])
    configure(state, 300, config)
    reasons = left_out(adoption(folder, state))
    assert any(message in each for each, _ in reasons), reasons
    assert any(fix in each for _, each in reasons), reasons


def test_an_agent_that_does_not_answer_keeps_a_machine_out(folder: Path, state: State) -> None:
    state.machines[300].guest_agent = False
    ((message, _),) = left_out(adoption(folder, state))
    assert "QEMU guest agent is not running" in message
    assert "15 minutes" in message


def test_a_machine_on_another_host_is_left_out(folder: Path, state: State) -> None:
    state.hosts["pve2"] = state.hosts["pve"]
    state.machines[300].node = "pve2"
    ((message, _),) = left_out(adoption(folder, state))
    assert message == "it is on pve2, which site.yaml does not know"


def test_a_machine_that_cannot_be_read_is_told(folder: Path, state: State) -> None:
    with asked(state) as (proxmox, api):
        proxmox.faults.append(Fault("error", path="nodes/pve/qemu/300/pending"))
        found = adopt(folder, api)
    assert "it could not be read: nodes/pve/qemu/300/pending: 500 cluster not ready" in left_out(found)[0][0]


def test_one_that_is_left_out_does_not_keep_others_from_being_added(folder: Path, state: State) -> None:
    with_machine(
        state, 301, name="taken", ipconfig0="ip=10.0.20.101/22", net0="virtio=BC:24:11:00:03:01,bridge=vmbr1,tag=20"
    )
    with_machine(state, 302, name="Bad", ipconfig0=None)
    with_machine(
        state,
        303,
        name="twin",
        scsi0="local-lvm:vm-303-disk-0,size=32G",
        ipconfig0="ip=10.0.20.151/22",
        net0="virtio=BC:24:11:00:03:00,bridge=vmbr1,tag=20",
    )
    found = adoption(folder, state)
    assert [each.entry.name for each in found.added] == ["nas"]
    assert {each.name: each.reasons[0].message for each in found.left_out} == {
        "Bad": "its name is 'Bad', and names here are lower-case letters, digits and hyphens",
        "taken": found.left_out[0].reasons[0].message,
        "twin": found.left_out[2].reasons[0].message,
    }
    assert "MAC address BC:24:11:00:03:00 is taken by machines.nas" in found.left_out[2].reasons[0].message


def test_volumes_of_the_csi_driver_are_left_out(folder: Path, state: State) -> None:
    with asked(state) as (proxmox, api):
        proxmox.attach_volume(300, "local-lvm:vm-9999-pvc-1")
        found = adopt(folder, api)
    assert "vm-9999-pvc-1 (10Gi)" in found.after
    assert [disk.interface for disk in found.lab.machines["nas"].disks] == ["scsi0"]


@pytest.mark.parametrize(
    ("config", "role", "why"),
    [
        ({"name": "worker3"}, "worker", "it is named like worker, and in nodes"),
        ({"name": "k8s-node7"}, "worker", "by its name, and because it is in nodes"),
        ({"name": "k8s-cp1"}, "control-plane", "by its name"),
        (
            {"name": "worker3", "ipconfig0": "ip=192.168.1.9/24", "net0": "virtio=BC:24:11:00:03:00,bridge=vmbr0"},
            "appliance",
            "it has no address in nodes",
        ),
        ({"name": "nodered"}, "appliance", "--role nodered=worker"),
    ],
)
def test_a_role_is_told_by_evidence(folder: Path, state: State, config: dict[str, Any], role: str, why: str) -> None:
    configure(state, 300, config)
    (entry,) = [each for each in described(folder, state) if each.machine.vmid == 300]
    assert entry.values["role"] == role
    assert why in entry.notes[0]


def described(folder: Path, state: State) -> list[Entry]:
    """The entries as they are described, before the lab is asked whether it loads with them."""
    lab = Surroundings.of(load_draft(folder))
    assert lab
    with asked(state) as (_, api):
        machines = read_inventory(api).machines
    found = [describe(lab, machine, None) for machine in machines.values()]
    return [each for each in found if isinstance(each, Entry)]


def test_a_role_that_its_owner_says_goes_before_evidence(folder: Path, state: State) -> None:
    found = adoption(folder, state, "nas", nas="worker")
    assert found.lab.machines["nas"].role == "worker"
    assert found.added[0].entry.notes == ()


def test_an_address_that_the_agent_says_is_to_be_checked(folder: Path, state: State) -> None:
    with_machine(state, ipconfig0="ip=dhcp", address="10.0.20.160")
    (added,) = adoption(folder, state).added
    assert added.entry.values["interfaces"][0]["address"] == "10.0.20.160"
    assert "address 10.0.20.160: its guest agent says so; make sure that it is always that" in added.entry.notes


def test_an_address_that_nodes_share_is_nobodys(folder: Path, state: State) -> None:
    with_machine(state, ipconfig0="ip=dhcp", address="10.0.20.205")
    (added,) = adoption(folder, state).added
    assert "address" not in added.entry.values["interfaces"][0]
    assert "net0 has no address in the file: its guest agent says 10.0.20.205" in added.entry.notes


def test_a_machine_without_a_start_order_starts_last_and_that_is_told(folder: Path, state: State) -> None:
    configure(state, 300, {"startup": None})
    (added,) = adoption(folder, state).added
    assert added.entry.values["start"] == {"order": 22, "up_seconds": 0, "down_seconds": 180}
    assert [each.code for each in added.findings] == ["HARDWARE-DIFFERS"]


def test_only_the_machines_that_are_named_are_looked_at(folder: Path, state: State) -> None:
    with_machine(state, 301, name="other")
    assert [each.entry.name for each in adoption(folder, state, "nas").added] == ["nas"]
    assert adoption(folder, state, "301").known == ()


def test_a_machine_that_proxmox_does_not_have_is_told(folder: Path, state: State) -> None:
    with pytest.raises(NotKnown, match="Proxmox has no machine 'nsa'; did you mean 'nas'"):
        adoption(folder, state, "nsa")


def test_a_token_that_sees_nothing_is_told(folder: Path, state: State) -> None:
    state.machines = {}
    with pytest.raises(NotAnswered, match=r"give it VM\.Audit on /vms"):
        adoption(folder, state)


def test_what_the_file_has_is_compared_and_not_written(folder: Path, state: State) -> None:
    configure(state, 100, {"scsi0": "local-lvm:vm-100-disk-0,size=10G", "cores": 4})
    found = adoption(folder, state, "router")
    assert [each.code for each in found.findings] == ["HARDWARE-DIFFERS", "DISK-TO-GROW"]
    assert found.errors
    assert found.after == found.before


def test_a_machine_to_adopt_that_is_gone_is_told(folder: Path, state: State) -> None:
    del state.machines[100]
    assert [each.code for each in adoption(folder, state).findings] == ["MACHINE-MISSING"]


@pytest.mark.parametrize("file", ["site.yaml", "machines.yaml", "services/queue.yaml"])
def test_a_lab_that_is_not_valid_is_left_alone(folder: Path, state: State, file: str) -> None:
    path = folder / file
    path.write_text(f"{path.read_text(encoding='utf-8')}\nmistake: 1\n", encoding="utf-8")
    with pytest.raises(InvalidLab) as invalid:
        adoption(folder, state)
    assert {problem.place.file for problem in invalid.value.problems} == {str(path)}


def test_places_are_those_of_the_real_files(folder: Path, state: State) -> None:
    lab: Lab = adoption(folder, state).lab
    place = lab.place(("machines", "router", "vcpus"))
    assert place
    assert place.file == str(folder / "machines.yaml")


@pytest.mark.parametrize("own", [True, False])
def test_a_proxmox_of_its_own_has_vmids_of_its_own(folder: Path, own: bool) -> None:
    lab = load_lab(folder)
    (vmid,) = sorted(each.vmid for each in lab.machines.values() if each.adopt)[:1]
    site = folder / "site.yaml"
    endpoint = "    endpoint: https://192.0.2.77:8006/\n" if own else ""
    shed = "  shed:\n    address: 192.0.2.77\n" + endpoint + SHED
    site.write_text(site.read_text("utf-8").replace("hosts:\n", f"hosts:\n{shed}", 1), "utf-8")
    state = as_stated(load_lab(folder))
    state.machines.clear()
    with_machine(state, vmid)
    state.machines[vmid].node = "shed"
    found = adoption(folder, state)
    assert bool(found.known) is not own
    assert [each.host for each in found.left_out] == (["shed"] if own else []), "its bridge is not in the lab"
    missing = {str(each.path[1]) for each in found.findings}
    assert (missing == set()) is own, "machines of another Proxmox are not missing here"

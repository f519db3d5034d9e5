"""A machine is declared as planned, protected, adopted where it exists, and after the one before it."""

import pulumi_proxmoxve as proxmoxve

from components.virtual_machine import VirtualMachine, VirtualMachineArgs
from plan import model
from tests.components import plans
from tests.recording.recorder import Recording, plain, record

TYPE = "proxmoxve:index/vmLegacy:VmLegacy"
MAPPING = "proxmoxve:hardware/mapping/pci:Pci"


def declared(*machines: model.VirtualMachine) -> Recording:
    def program() -> None:
        provider = proxmoxve.Provider("proxmox", endpoint="https://192.0.2.10:8006/")
        after: tuple[proxmoxve.VmLegacy, ...] = ()
        for machine in machines:
            args = VirtualMachineArgs(machine=machine, provider=provider, after=after)
            after = (VirtualMachine(machine.name, args).resource,)

    return record(program)


def test_every_planned_property_reaches_the_provider_under_its_own_name() -> None:
    machine = declared(plans.machine("node1", 201, "worker")).get(TYPE, "node1")
    assert machine.inputs == plain(
        {
            "name": "node1",
            "nodeName": "pve",
            "vmId": 201,
            "bootOrders": ["scsi0"],
            "cpu": {"cores": 4, "type": "host"},
            "agent": {"enabled": True, "waitForIp": {"ipv4": True}},
            "hostpcis": [{"device": "hostpci0", "mapping": "tesla-t4", "rombar": True}],
        }
    )


def test_a_machine_is_protected_and_its_disks_are_left_alone() -> None:
    machine = declared(plans.machine("node1", 201, "worker")).get(TYPE, "node1")
    assert machine.protect
    assert machine.ignore_changes == ("disks", "bootOrders", "cpu.numa")


def test_only_a_machine_that_exists_is_imported() -> None:
    recording = declared(plans.machine("old", 101, "appliance", adopted=True), plans.machine("new", 102, "appliance"))
    assert recording.get(TYPE, "old").import_id == "pve/101"
    assert recording.get(TYPE, "new").import_id == ""


def test_a_machine_waits_for_its_pci_mappings() -> None:
    recording = declared(plans.machine("node1", 201, "worker", pci_mappings=(plans.GPU,)))
    mapping = recording.get(MAPPING, "tesla-t4")
    assert recording.get(TYPE, "node1").dependencies == {mapping.urn}
    assert mapping.inputs["maps"][0]["iommuGroup"] == 34


def test_machines_change_one_after_the_other() -> None:
    recording = declared(*(plans.machine(f"node{number}", 200 + number, "worker") for number in (1, 2, 3)))
    first, second, third = (recording.get(TYPE, f"node{number}") for number in (1, 2, 3))
    assert [machine.dependencies for machine in (first, second, third)] == [set(), {first.urn}, {second.urn}]

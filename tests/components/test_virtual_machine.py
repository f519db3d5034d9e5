"""A machine is declared as planned, protected, adopted where it exists, and after the one before it."""

import pulumi
import pulumi_proxmoxve as proxmoxve

from components.virtual_machine import VirtualMachine, VirtualMachineArgs
from plan import model
from tests.components import plans
from tests.recording.recorder import Recording, plain, record, secret_value

TYPE = "proxmoxve:index/vmLegacy:VmLegacy"
SNIPPET = "proxmoxve:index/fileLegacy:FileLegacy"
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


def test_a_machine_is_protected_never_deleted_and_its_disks_are_left_alone() -> None:
    machine = declared(plans.machine("node1", 201, "worker")).get(TYPE, "node1")
    assert machine.protect
    assert machine.retain_on_delete
    assert machine.ignore_changes == ("disks", "bootOrders", "memory.keepHugepages")


def test_only_a_machine_that_exists_is_imported() -> None:
    recording = declared(plans.machine("old", 101, "appliance", adopted=True), plans.machine("new", 102, "appliance"))
    assert recording.get(TYPE, "old").import_id == "pve/101"
    assert recording.get(TYPE, "new").import_id == ""


def test_a_machine_waits_for_its_pci_mappings() -> None:
    recording = declared(plans.machine("node1", 201, "worker", pci_mappings=(plans.GPU,)))
    mapping = recording.get(MAPPING, "tesla-t4")
    assert recording.get(TYPE, "node1").dependencies == {mapping.urn}
    assert mapping.inputs["maps"][0]["iommuGroup"] == 34


def with_snippet() -> Recording:
    def program() -> None:
        provider = proxmoxve.Provider("proxmox", endpoint="https://192.0.2.10:8006/")
        machine = plans.machine("node1", 201, "worker", snippets=(plans.snippet("node1", "join-token"),))
        token = pulumi.Output.secret("abcdef.0123456789abcdef")
        VirtualMachine("node1", VirtualMachineArgs(machine=machine, provider=provider, secrets={"join-token": token}))

    return record(program)


def test_a_machine_waits_for_its_snippets_which_hold_its_secrets() -> None:
    recording = with_snippet()
    snippet = recording.get(SNIPPET, "node1.yaml")
    assert recording.get(TYPE, "node1").dependencies == {snippet.urn}
    assert snippet.inputs["contentType"] == "snippets"
    assert (snippet.inputs["nodeName"], snippet.inputs["datastoreId"]) == ("pve", "local")
    assert snippet.inputs["sourceRaw"]["fileName"] == "node1.yaml"
    content = secret_value(snippet.inputs["sourceRaw"]["data"])
    assert content == "#cloud-config\njoin-token: abcdef.0123456789abcdef\n"


def test_a_snippet_is_written_once_and_stays() -> None:
    """Each field of its source replaces it, and one that is deleted after it was rewritten would be gone."""
    snippet = with_snippet().get(SNIPPET, "node1.yaml")
    assert snippet.ignore_changes == ("sourceRaw",)
    assert snippet.protect
    assert snippet.delete_before_replace


def test_a_snippet_is_shown_to_nobody() -> None:
    snippet = with_snippet().get(SNIPPET, "node1.yaml")
    assert "sourceRaw" in snippet.secret_outputs
    assert snippet.inputs["fileMode"] == "0600"
    assert snippet.inputs["uploadMode"] == "sftp"


def test_machines_change_one_after_the_other() -> None:
    recording = declared(*(plans.machine(f"node{number}", 200 + number, "worker") for number in (1, 2, 3)))
    first, second, third = (recording.get(TYPE, f"node{number}") for number in (1, 2, 3))
    assert [machine.dependencies for machine in (first, second, third)] == [set(), {first.urn}, {second.urn}]

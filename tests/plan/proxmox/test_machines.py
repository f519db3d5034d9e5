"""Nothing about a machine is left to the provider, and nothing that its owner set is taken away."""

import inspect
from dataclasses import replace
from typing import Any

import pulumi_proxmoxve
import pytest

from config.node import Taint
from plan.changes.provider_rules import ARGUMENTS
from plan.cluster.kubeadm import join_documents
from plan.cluster.nodes import plan_nodes
from plan.model import VirtualMachine
from plan.proxmox.machines import plan_machines
from tests.plan.labs import lab_of, plan_of

BLOCKS = {
    "agent",
    "bios",
    "boot_orders",
    "cdrom",
    "cpu",
    "disks",
    "machine",
    "memory",
    "network_devices",
    "operating_system",
    "scsi_hardware",
    "serial_devices",
    "startup",
    "vga",
}
"""Values that the provider fills in where they are left out: cores=1, qemu64, 512 MiB, agent off, `other`, 8 GiB on
local-lvm, a CD-ROM on ide3 with which q35 does not start."""

NOT_FOUND_ON_ADOPTION = {"agent", "cdrom", "disks", "operating_system", "serial_devices", "watchdog"}
"""With these ignored an import writes nothing; without them it stops the machine hard."""

SWITCHES = {
    "delete_unreferenced_disks_on_destroy",
    "migrate",
    "purge_on_destroy",
    "reboot",
    "reboot_after_update",
    "stop_on_destroy",
}
"""Arguments that tell the provider how to go about it, and describe no machine."""


def parameters(block: type) -> set[str]:
    """The fields of a block of the provider."""
    return set(inspect.signature(block.__init__).parameters) - {"__self__"}


def machines() -> list[Any]:
    """The machines of the lab that exists, of the same built from nothing, of the small one and of the mixed one."""
    plans = {
        "prod": plan_of("prod"),
        "prod-anew": plan_of("prod", adopt=False),
        "small": plan_of("small"),
        "every_kind": plan_of("every_kind"),
    }
    return [pytest.param(each, id=f"{name}-{each.name}") for name, plan in plans.items() for each in plan.machines]


ALL = machines()
every_machine = pytest.mark.parametrize("machine", ALL)
adopted = pytest.mark.parametrize("machine", [each for each in ALL if each.values[0].adopted])
created = pytest.mark.parametrize("machine", [each for each in ALL if not each.values[0].adopted])


def machine_of(lab: str, name: str, *, adopt: bool = True) -> VirtualMachine:
    return next(machine for machine in plan_of(lab, adopt=adopt).machines if machine.name == name)


@every_machine
def test_every_block_is_written_out(machine: VirtualMachine) -> None:
    properties = machine.properties
    assert properties.keys() >= BLOCKS
    assert not [name for name in BLOCKS if properties[name] in (None, {}, [], "")]
    assert properties["cpu"] == {"cores": machine.vcpus, "sockets": 1, "type": "host", "numa": False}
    assert properties["memory"] == {"dedicated": machine.memory.mib, "floating": 0}
    assert properties["cdrom"] == {"interface": "ide0", "file_id": "none"}
    assert {"enabled", "timeout", "trim", "type"} <= properties["agent"].keys()
    for disk in properties["disks"]:
        assert {"interface", "datastore_id", "size", "file_format", "discard", "iothread", "backup"} <= disk.keys()
    for device in properties["network_devices"]:
        assert {"bridge", "model", "firewall"} <= device.keys()


@every_machine
def test_no_suffix_is_added_to_its_name(machine: VirtualMachine) -> None:
    assert machine.properties["name"] == machine.name
    assert machine.properties["vm_id"] == machine.vmid
    assert machine.properties["node_name"] == machine.host


@every_machine
def test_an_update_never_touches_disks_or_replaces_the_machine(machine: VirtualMachine) -> None:
    """Any change of `disks` detaches every volume that the CSI driver attached."""
    assert {"disks", "clone", "initialization"} <= set(machine.ignore_changes)
    assert machine.properties["protection"] is True


@every_machine
def test_it_boots_from_its_first_disk(machine: VirtualMachine) -> None:
    assert machine.properties["boot_orders"] == [machine.properties["disks"][0]["interface"]]


@every_machine
def test_nobody_waits_for_an_agent_that_is_not_there(machine: VirtualMachine) -> None:
    agent = machine.properties["agent"]
    assert agent["wait_for_ip"]["disabled"] is not agent["enabled"]


@adopted
def test_an_adopted_machine_is_imported_and_left_as_it_is(machine: VirtualMachine) -> None:
    assert machine.import_id == f"{machine.host}/{machine.vmid}"
    assert set(machine.ignore_changes) >= NOT_FOUND_ON_ADOPTION
    assert not {"clone", "initialization", "efi_disk"} & machine.properties.keys()
    assert machine.properties["reboot_after_update"] is False
    assert machine.pci_mappings == ()


@adopted
def test_of_an_adopted_machine_only_what_its_owner_stated_is_updated(machine: VirtualMachine) -> None:
    arguments = {each for each in ARGUMENTS if not each.startswith("timeout_")} - SWITCHES - {"cpu", "memory"}
    arguments |= {f"cpu.{each}" for each in parameters(pulumi_proxmoxve.VmLegacyCpuArgs)}
    arguments |= {f"memory.{each}" for each in parameters(pulumi_proxmoxve.VmLegacyMemoryArgs)}
    left = {"name", "node_name", "vm_id", "startup", "cpu.cores", "memory.dedicated"}
    assert arguments - set(machine.ignore_changes) == left
    assert set(machine.ignore_changes) <= arguments


def test_a_template_that_an_adopted_machine_states_is_for_the_day_on_which_it_is_made_anew() -> None:
    machine = machine_of("prod", "k8s-master")
    stated = lab_of("prod").machines["k8s-master"]
    machines = {**lab_of("prod").machines, "k8s-master": stated.model_copy(update={"template": None})}
    assert stated.template
    assert machine in plan_machines(replace(lab_of("prod"), machines=machines))


@created
def test_a_created_machine_is_cloned_and_set_up(machine: VirtualMachine) -> None:
    properties = machine.properties
    assert machine.import_id is None
    assert properties["clone"]["full"] is True
    assert properties["clone"]["vm_id"] in {9000, 2000}
    assert properties["initialization"]["interface"] == "ide2"
    assert len(properties["initialization"]["ip_configs"]) == len(properties["network_devices"])
    assert machine.ignore_changes == ("disks", "clone", "initialization")


def test_without_adoption_the_whole_lab_is_created() -> None:
    assert {machine.adopted for machine in plan_of("prod").machines} == {True}
    assert {machine.adopted for machine in plan_of("prod", adopt=False).machines} == {False}


@pytest.mark.parametrize(("lab", "name"), [("prod", "k8s-node1"), ("every_kind", "worker-gpu")])
def test_a_gpu_is_passed_through_by_its_mapping(lab: str, name: str) -> None:
    machine = machine_of(lab, name, adopt=False)
    properties = machine.properties
    (device,) = properties["hostpcis"]
    (mapping,) = machine.pci_mappings
    assert (properties["machine"], properties["bios"]) == ("q35", "ovmf")
    assert properties["efi_disk"] == {
        "datastore_id": "local-lvm",
        "type": "4m",
        "pre_enrolled_keys": False,
        "file_format": "raw",
    }
    assert properties["memory"]["floating"] == 0
    assert device == {"device": "hostpci0", "mapping": mapping.name, "pcie": True, "rombar": True, "xvga": False}
    assert "id" not in device
    (place,) = mapping.properties["maps"]
    assert (place["id"], place["node"], place["path"]) == ("10de:1eb8", "pve", "0000:06:00.0")


def test_a_mapping_holds_what_proxmox_compares_at_every_start() -> None:
    (mapping,) = machine_of("every_kind", "worker-gpu").pci_mappings
    (place,) = mapping.properties["maps"]
    assert (place["iommu_group"], place["subsystem_id"]) == (34, "10de:12a2")


def test_an_adopted_machine_with_a_gpu_keeps_the_device_that_it_has() -> None:
    machine = machine_of("prod", "k8s-node1")
    assert machine.adopted
    assert "hostpcis" in machine.ignore_changes


def test_a_machine_without_a_device_is_an_ordinary_one() -> None:
    properties = machine_of("small", "worker1").properties
    assert (properties["machine"], properties["bios"], properties["hostpcis"]) == ("pc", "seabios", [])
    assert "efi_disk" not in properties


def test_network_devices_are_on_their_bridge_and_vlan() -> None:
    assert machine_of("every_kind", "router").properties["network_devices"] == [
        {"bridge": "vmbr0", "model": "virtio", "firewall": False, "mac_address": "BC:24:11:00:00:01"},
        {"bridge": "vmbr1", "model": "virtio", "firewall": False, "vlan_id": 20},
    ]


def test_a_created_machine_gets_its_address_gateway_and_nameservers() -> None:
    set_up = machine_of("every_kind", "worker").properties["initialization"]
    assert set_up["ip_configs"] == [{"ipv4": {"address": "10.0.20.102/22", "gateway": "10.0.20.1"}}]
    assert set_up["dns"] == {"domain": "every.example", "servers": ["10.0.20.1"]}


def test_disk_speed_is_limited_as_stated() -> None:
    (disk,) = machine_of("every_kind", "worker-gpu").properties["disks"]
    assert disk["speed"] == {"read": 150, "write": 120}
    assert disk["size"] == 128


def test_machines_come_in_the_order_in_which_their_host_starts_them() -> None:
    orders = [machine.properties["startup"]["order"] for machine in plan_machines(lab_of("prod"))]
    assert orders == sorted(orders)
    assert [machine.name for machine in plan_of("every_kind").machines] == ["router", "master", "worker-gpu", "worker"]


def test_devices_of_several_hosts_with_one_name_are_one_mapping() -> None:
    lab = lab_of("every_kind")
    second = lab.machines["worker-gpu"].model_copy(update={"vmid": 299, "host": "other", "template": None})
    hosts = {**lab.site.hosts, "other": lab.site.hosts["pve"]}
    site = lab.site.model_copy(update={"hosts": hosts})
    both = {**lab.machines, "worker-gpu-2": second.model_copy(update={"template": "ubuntu"})}
    machines = {each.name: each for each in plan_machines(replace(lab, site=site, machines=both))}
    owners = [each for each in machines.values() if each.pci_mappings]
    (mapping,) = (mapping for each in owners for mapping in each.pci_mappings)
    assert [place["node"] for place in mapping.properties["maps"]] == ["pve", "other"]
    assert machines["worker-gpu-2"].properties["hostpcis"][0]["mapping"] == mapping.name


def test_usb_devices_of_several_hosts_with_one_name_are_one_mapping() -> None:
    lab = lab_of("every_key")
    together = {name: host.model_copy(update={"endpoint": None}) for name, host in lab.site.hosts.items()}
    site = lab.site.model_copy(update={"hosts": together})
    machines = {each.name: each for each in plan_machines(replace(lab, site=site))}
    zigbee, meter = machines["home-assistant"].usb_mappings
    assert [(place["node"], place["path"]) for place in zigbee.properties["maps"]] == [
        ("attic", "1-2.3"),
        ("cellar", "1-4"),
    ]
    assert "path" not in meter.properties["maps"][0]
    assert machines["sensors"].usb_mappings == ()
    assert machines["sensors"].properties["usbs"] == [{"mapping": "zigbee", "usb3": True}]


def test_each_proxmox_has_mappings_of_its_own() -> None:
    machines = {each.name: each for each in plan_of("every_key").machines}
    (own,) = machines["sensors"].usb_mappings
    assert (own.name, own.host) == ("zigbee", "cellar")
    assert [place["node"] for place in own.properties["maps"]] == ["cellar"]
    first, _ = machines["home-assistant"].usb_mappings
    assert (first.name, first.host, len(first.properties["maps"])) == ("zigbee", None, 1)


def test_a_created_node_gets_its_labels_and_taints_when_it_joins() -> None:
    lab = lab_of("every_kind")
    taints = {"only": Taint(value="media"), "critical": Taint(effect="NoExecute")}
    marked = lab.machines["worker"].model_copy(update={"labels": {"disk": "large"}, "taints": taints})
    changed = replace(lab, machines={**lab.machines, "worker": marked})
    (node,) = (each for each in plan_nodes(changed) if each.name == "worker")
    assert (node.labels["disk"], node.taints) == ("large", {"only": "media", "critical:NoExecute": ""})
    registration = join_documents(changed, "worker", marked)[0]["nodeRegistration"]
    assert {"key": "only", "value": "media", "effect": "NoSchedule"} in registration["taints"]
    assert {"key": "critical", "value": "", "effect": "NoExecute"} in registration["taints"]
    assert registration["kubeletExtraArgs"][1]["value"].endswith(",disk=large")

"""The machines of the labs are made, adopted and deleted by the real provider."""

from pathlib import Path

from plan.model import VirtualMachine
from rehearsal.proxmox import Emulator, Machine, Volume, emulator
from tests.conformance.proxmox.conftest import add_template, host_for, host_with_template, write_snippets
from tests.conformance.proxmox.resources import (
    MACHINE,
    MAPPING,
    USB_MAPPING,
    everything,
    in_terraform,
    machine,
    mappings,
)
from tests.conformance.proxmox.terraform import Resources, Terraform
from tests.plan.labs import plan_of

IOMMU_GROUP = 34


def test_the_small_lab_is_created_and_a_second_run_writes_nothing(terraform: Terraform) -> None:
    planned = plan_of("small").machines
    terraform.declare({MACHINE: {each.name: machine(each) for each in planned}})
    terraform.must_apply()
    found = terraform.proxmox.state.machines
    for each in planned:
        assert found[each.vmid].running
        assert found[each.vmid].pending == {}
        assert found[each.vmid].config["cores"] == each.vcpus
        assert found[each.vmid].config["memory"] == str(each.memory.mib)
    assert_second_run_writes_nothing(terraform)


def test_the_small_lab_is_created_from_an_empty_host_with_its_template(
    environment: dict[str, str], tmp_path: Path
) -> None:
    plan = plan_of("small")
    state = host_for(plan)
    with emulator(state) as proxmox:
        terraform = Terraform(tmp_path, environment, proxmox)
        terraform.declare(everything(plan))
        terraform.must_apply()
        for each in plan.templates:
            assert state.machines[each.properties["vm_id"]].config["template"] == 1
        for each in plan.machines:
            (disk,) = each.properties["disks"]
            volume = state.volumes[f"local-lvm:vm-{each.vmid}-disk-0"]
            assert (volume.data in state.downloads, volume.size) == (True, disk["size"] << 30)
            assert state.machines[each.vmid].running
        assert_second_run_writes_nothing(terraform)


def test_the_gpu_node_of_prod_is_created_with_its_card(terraform: Terraform) -> None:
    planned = gpu_node()
    terraform.declare(with_card(terraform.proxmox, planned, iommu_group=IOMMU_GROUP))
    terraform.must_apply()
    found = terraform.proxmox.state.machines[planned.vmid]
    assert found.running
    assert found.config["hostpci0"] == "mapping=tesla-t4,pcie=1,rombar=1,x-vga=0"
    assert {key: found.config[key] for key in ("machine", "bios", "balloon")} == {
        "machine": "q35",
        "bios": "ovmf",
        "balloon": 0,
    }
    assert "efitype=4m" in str(found.config["efidisk0"])
    assert_second_run_writes_nothing(terraform)


def test_a_card_whose_mapping_lacks_the_iommu_group_is_never_started(terraform: Terraform) -> None:
    planned = gpu_node()
    terraform.declare(with_card(terraform.proxmox, planned, iommu_group=None))
    assert "missing expected property 'iommugroup'" in terraform.apply().output
    assert not terraform.proxmox.state.machines[planned.vmid].running


def test_a_machine_is_created_with_the_usb_devices_that_are_mapped_for_it(terraform: Terraform) -> None:
    planned = next(each for each in plan_of("every_key").machines if each.name == "home-assistant")
    add_template(terraform.proxmox.state, planned.properties["clone"]["vm_id"])
    here = {"node_name": "pve", "clone": planned.properties["clone"] | {"node_name": "pve"}}
    mapped = {
        each.name: in_terraform(
            dict(each.properties) | {"maps": [place | {"node": "pve"} for place in each.properties["maps"][:1]]}
        )
        for each in planned.usb_mappings
    }
    first = [f"{USB_MAPPING}.{name}" for name in mapped]
    terraform.declare({USB_MAPPING: mapped, MACHINE: {planned.name: machine(planned, **here) | {"depends_on": first}}})
    terraform.must_apply()
    config = terraform.proxmox.state.machines[planned.vmid].config
    assert [config[f"usb{index}"] for index in range(2)] == ["mapping=zigbee,usb3=1", "mapping=meter,usb3=1"]
    assert_second_run_writes_nothing(terraform)


def test_prod_is_adopted_as_it_runs(terraform: Terraform) -> None:
    planned = plan_of("prod").machines
    host = terraform.proxmox.state
    for each in planned:
        put_on_host(terraform.proxmox, each)
    before = host.model_copy(deep=True)
    terraform.declare(
        {MACHINE: {each.name: machine(each) for each in planned}},
        imports={f"{MACHINE}.{each.name}": str(each.import_id) for each in planned},
    )
    terraform.must_apply()
    written = [(each.method, each.path, set(each.form)) for each in terraform.proxmox.requests.writes]
    assert all(method == "PUT" and settings == {"name"} for method, _, settings in written)
    assert (host.machines, host.volumes) == (before.machines, before.volumes)
    assert_second_run_writes_nothing(terraform)


def test_a_certificate_is_verified(environment: dict[str, str], tmp_path: Path) -> None:
    resources = {"proxmox_virtual_environment_pool": {"k8s": {"pool_id": "k8s"}}}
    alone = {key: value for key, value in environment.items() if key != "TF_REATTACH_PROVIDERS"}
    with emulator(host_with_template()) as proxmox:
        trusting = Terraform(tmp_path, alone | {"SSL_CERT_FILE": str(proxmox.ca_file)}, proxmox, insecure=False)
        trusting.declare(resources)
        trusting.must_apply()
        doubting = Terraform(tmp_path, alone, proxmox, insecure=False)
        doubting.declare(resources)
        assert "certificate signed by unknown authority" in doubting.plan().output


def assert_second_run_writes_nothing(terraform: Terraform) -> None:
    terraform.proxmox.requests.clear()
    terraform.must_apply()
    assert terraform.proxmox.requests.writes == []


def gpu_node() -> VirtualMachine:
    """The machine with the card, as it would be created."""
    return next(each for each in plan_of("prod", adopt=False).machines if each.pci_mappings)


def with_card(proxmox: Emulator, planned: VirtualMachine, *, iommu_group: int | None) -> Resources:
    """The machine and its mapping, on a host that has the template which it is cloned from."""
    add_template(proxmox.state, planned.properties["clone"]["vm_id"])
    (mapping,) = planned.pci_mappings
    (location,) = mapping.properties["maps"]
    location = {key: value for key, value in location.items() if key != "iommu_group"}
    grouped = location | ({"iommu_group": iommu_group} if iommu_group is not None else {})
    write_snippets(proxmox.state, [planned])
    node = machine(planned) | {"depends_on": [f"{MAPPING}.{mapping.name}"]}
    mapped = mappings(planned) | {mapping.name: in_terraform(dict(mapping.properties) | {"maps": [grouped]})}
    return {MAPPING: mapped, MACHINE: {planned.name: node}}


def put_on_host(proxmox: Emulator, planned: VirtualMachine) -> None:
    """A machine that was made by hand: what the lab states is so, and the rest is otherwise than we would have it."""
    properties = planned.properties
    (disk,) = properties["disks"]
    volume = f"local-lvm:vm-{planned.vmid}-disk-0"
    proxmox.state.volumes[volume] = Volume(size=disk["size"] << 30, data=f"what {planned.name} wrote")
    start = properties["startup"]
    proxmox.state.machines[planned.vmid] = Machine(
        node=planned.host,
        running=True,
        config={
            "name": planned.name,
            "cores": planned.vcpus,
            "memory": str(planned.memory.mib),
            "startup": f"order={start['order']},up={start['up_delay']},down={start['down_delay']}",
            "boot": f"order={disk['interface']}",
            disk["interface"]: f"{volume},discard=ignore,size={disk['size']}G",
            "ide2": "none,media=cdrom",
            "net0": f"virtio=BC:24:11:00:00:{planned.vmid % 100:02},bridge=vmbr0,firewall=1",
            "ostype": "l26",
            "onboot": 1,
            "scsihw": "virtio-scsi-single",
            "watchdog": "model=i6300esb",
            "agent": "1" if properties["agent"]["enabled"] else "0",
            "numa": 0,
        },
    )
    for number in range(3):
        proxmox.attach_volume(planned.vmid, f"local-lvm:vm-9999-pvc-{planned.name}-{number}")

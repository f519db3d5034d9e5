"""Templates made of a cloud image."""

from plan.model import MachineTemplate
from tests.plan.labs import lab_of, plan_of
from tests.plan.proxmox.test_machines import BLOCKS


def template() -> MachineTemplate:
    (planned,) = plan_of("small").templates
    return planned


def test_the_image_is_pinned_by_its_checksum_and_never_fetched_again() -> None:
    image = template().image
    assert image["checksum_algorithm"] == "sha256"
    assert len(image["checksum"]) == 64
    assert image["overwrite"] is False
    assert image["content_type"] == "import"
    assert image["file_name"].endswith(".qcow2"), "Proxmox tells the format by the name"


def test_the_template_is_made_of_the_image() -> None:
    properties, image = template().properties, template().image
    (disk,) = properties["disks"]
    assert disk["import_from"] == f"{image['datastore_id']}:import/{image['file_name']}"
    assert disk["size"] == 8
    assert "file_id" not in disk, "a change of it replaces the template"
    assert (properties["template"], properties["started"], properties["on_boot"]) == (True, False, False)


def test_every_block_is_written_out() -> None:
    properties = template().properties
    assert properties.keys() >= BLOCKS - {"startup"}
    assert not [name for name in BLOCKS - {"startup", "network_devices"} if properties[name] in (None, {}, [], "")]
    assert template().ignore_changes == ("disks",)


def test_clones_get_the_firmware_that_they_need_from_a_template_that_has_neither() -> None:
    assert (template().properties["bios"], template().properties["machine"]) == ("seabios", "pc")
    assert "efi_disk" not in template().properties


def test_machines_are_cloned_from_it_and_boot_from_its_disk() -> None:
    properties = template().properties
    for machine in plan_of("small").machines:
        assert machine.properties["clone"]["vm_id"] == properties["vm_id"]
        assert machine.properties["boot_orders"] == properties["boot_orders"]


def test_a_template_that_is_on_its_host_is_not_made() -> None:
    assert plan_of("every_kind").templates == ()
    assert lab_of("every_kind").site.templates

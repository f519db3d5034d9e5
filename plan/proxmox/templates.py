"""Templates that are made of a cloud image, for machines to be cloned from.

A template has SeaBIOS and the machine type pc, and clones that need more get it as they are made. It has no network and
no cloud-init drive either: each clone gets its own.
"""

from typing import Any

from config.lab import Lab
from config.site import CloudImage, Template
from plan.model import MachineTemplate
from plan.proxmox.hardware import ALIKE, agent, cpu, disk, memory
from plan.proxmox.machines import TAG

IGNORED = ("disks",)
"""Every preview shows a difference in them (docs/facts.md, Disks). A template is never replaced: clones that exist
have nothing to do with it, and for another image there is another template."""

DOWNLOAD_SECONDS = 3600
MEBIBYTES = 2048
"""A template never runs; its clones say what they have."""


def plan_templates(lab: Lab) -> tuple[MachineTemplate, ...]:
    """The templates that are not on their host already, in the order of the file."""
    return tuple(
        MachineTemplate(
            name=name,
            host=template.host,
            image=_image(lab, name, template, image),
            properties=_properties(lab, name, template, image),
            ignore_changes=IGNORED,
            endpoint=lab.site.endpoint_of(template.host),
        )
        for name, template in lab.site.templates.items()
        if (image := template.image)
    )


def _image(lab: Lab, name: str, template: Template, image: CloudImage) -> dict[str, Any]:
    return {
        "content_type": "import",
        "datastore_id": lab.site.hosts[template.host].file_storage,
        "node_name": template.host,
        "url": image.url,
        "file_name": _file_name(name),
        "checksum": image.sha256,
        "checksum_algorithm": "sha256",
        "overwrite": False,
        "upload_timeout": DOWNLOAD_SECONDS,
        "verify": True,
    }


def _file_name(template: str) -> str:
    """Proxmox takes the format of an image from the end of its name, and publishers call qcow2 images .img."""
    return f"{template}.qcow2"


def _properties(lab: Lab, name: str, template: Template, image: CloudImage) -> dict[str, Any]:
    source = f"{lab.site.hosts[template.host].file_storage}:import/{_file_name(name)}"
    return {
        "name": name,
        "node_name": template.host,
        "vm_id": template.vmid,
        "description": template.description,
        "tags": [TAG, "template"],
        "on_boot": False,
        "started": False,
        "template": True,
        "bios": "seabios",
        "machine": "pc",
        "boot_orders": [template.disk],
        "agent": agent(enabled=True),
        "cpu": cpu(1),
        "memory": memory(MEBIBYTES),
        "disks": [disk(template.disk, template.storage, image.disk_size, {}) | {"import_from": source}],
        "network_devices": [],
        "hostpcis": [],
        "reboot_after_update": False,
        "stop_on_destroy": False,
        **ALIKE,
    }

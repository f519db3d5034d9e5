"""`site.yaml`: the hardware. Proxmox hosts with their memory, disks, storages and PCI devices."""

from typing import Annotated, Literal

from pydantic import Field

from config.model import Address, Model, Name, Reason, Text, text_like
from config.quantity import MemoryQuantity

PciPath = Annotated[
    str,
    text_like(
        r"^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}(\.[0-9a-f])?$", "a PCI address in lower case, for example 0000:06:00.0"
    ),
]
PciId = Annotated[
    str, text_like(r"^[0-9a-f]{4}:[0-9a-f]{4}$", "a vendor and device id in lower case, for example 10de:1eb8")
]
Domain = Annotated[str, text_like(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", "a domain in lower case, for example lab.example")]


class Disk(Model):
    """A physical disk or RAID volume of a host."""

    size: MemoryQuantity
    medium: Literal["ssd", "hdd"]


class Storage(Model):
    """A Proxmox storage: where disks, images or snippets can be put."""

    type: Literal["dir", "lvmthin", "lvm", "zfspool", "nfs"]
    disk: Name
    """The physical disk that it lies on. Storages that share a disk share its bandwidth."""
    size: MemoryQuantity | None = None
    """Its capacity. Left out, the planner reports that growth could not be checked."""


class PciDevice(Model):
    """A PCI device that can be passed through to one machine."""

    path: PciPath
    """Its address on the host, lower case, for example 0000:06:00.0 (`pvesh get /nodes/NODE/hardware/pci`)."""
    id: PciId
    """Vendor and device id, for example 10de:1eb8 for a Tesla T4."""
    subsystem_id: PciId | None = None
    iommu_group: Annotated[int, Field(ge=0)] | None = None
    """Proxmox compares it with the hardware at every start. Left out, the mapping is incomplete and a warning."""
    description: Text
    video_memory_mib: Annotated[int, Field(gt=0)] | None = None
    """Usable video memory in MiB, for a GPU."""


class HostOvercommit(Model):
    """How far the machines of a host may exceed it before the planner calls it an error."""

    memory_percent: Annotated[int, Field(ge=50)] = 100
    vcpus_per_thread: Annotated[int, Field(ge=1)] = 4
    reason: Reason | None = None
    """Required when memory may exceed what is installed."""


class Host(Model):
    """A Proxmox VE host (a node of the Proxmox API)."""

    address: Address
    cores: Annotated[int, Field(gt=0)]
    threads: Annotated[int, Field(gt=0)]
    memory: MemoryQuantity
    """Installed memory."""
    reserved_memory: MemoryQuantity | None = None
    """What the hypervisor itself needs (ZFS ARC, daemons, overhead of each VM). Left out, it is not checked."""
    disks: dict[Name, Disk]
    storages: dict[Name, Storage]
    pci_devices: dict[Name, PciDevice] = {}
    overcommit: HostOvercommit = HostOvercommit()


class Template(Model):
    """A Proxmox template that new machines are cloned from."""

    vmid: Annotated[int, Field(ge=100, le=999_999_999)]
    host: Name
    storage: Name
    description: Text


class Site(Model):
    """The hardware of the lab."""

    domain: Domain
    """The domain under which services are reachable."""
    timezone: Text = "Etc/UTC"
    hosts: Annotated[dict[Name, Host], Field(min_length=1)]
    templates: dict[Name, Template] = {}

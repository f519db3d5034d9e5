"""`site.yaml`: the hardware. Proxmox hosts with their memory, disks, storages and PCI devices."""

from typing import Annotated, Literal

from pydantic import Field

from config.endpoint import ENDPOINT
from config.format import FIRST_FORMAT
from config.machine import DiskInterface
from config.model import Address, Model, Name, Prose, Reason, Text, text_like
from config.quantity import DiskSize, Memory, MemoryPool, MemoryQuantity
from config.schedule import Schedule, Timezone

PciPath = Annotated[
    str,
    text_like(
        r"^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}(\.[0-9a-f])?$", "a PCI address in lower case, for example 0000:06:00.0"
    ),
]
PciId = Annotated[
    str, text_like(r"^[0-9a-f]{4}:[0-9a-f]{4}$", "a vendor and device id in lower case, for example 10de:1eb8")
]
UsbId = Annotated[
    str, text_like(r"^[0-9a-f]{4}:[0-9a-f]{4}$", "a vendor and product id in lower case, for example 10c4:ea60")
]
UsbPath = Annotated[str, text_like(r"^\d+-\d+(\.\d+)*$", "a bus and its port, for example 1-2.3")]
Endpoint = Annotated[str, text_like(rf"^{ENDPOINT}$", "the address of an API, for example https://192.0.2.10:8006/")]
ImageUrl = Annotated[str, text_like(r"^https://[^\s/?#]+/[^\s?#]+$", "an https:// address without ? and #")]
Sha256 = Annotated[str, text_like(r"^[0-9a-f]{64}$", "a SHA-256 checksum: 64 hexadecimal digits in lower case")]
SshKey = Annotated[
    str,
    text_like(
        r"^(sk-)?(ssh|ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}( [^\r\n]+)?$",
        "a public key in one line, for example ssh-ed25519 AAAA... me@laptop",
    ),
]
Domain = Annotated[str, text_like(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", "a domain in lower case, for example lab.example")]


class Disk(Model):
    """A physical disk or RAID volume of a host."""

    size: DiskSize
    """Its usable size."""
    medium: Literal["ssd", "hdd"]
    """A hard disk or an SSD."""
    raid: Literal[0, 1, 5, 6, 10] | None = None
    """The level, where it is a RAID volume. It bears the loss of a disk in it; it is no copy of what is deleted."""
    write_mb_per_second: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    """Steady write speed, measured, in MB/s. Left out, the planner does not say how far machines that share it
    can slow each other down."""


OWN_PARTS = ("lvm", "lvmthin")
"""Types of storages that share no space with another: a volume group or thin pool has partitions of its own."""


class Storage(Model):
    """A Proxmox storage: where disks, images or snippets can be put."""

    type: Literal["dir", "lvmthin", "lvm", "zfspool", "nfs"]
    """Its type in Proxmox, for example lvmthin."""
    disk: Name
    """The physical disk that it is on. Storages that share a disk share its bandwidth."""
    size: DiskSize | None = None
    """Its capacity. Left out, the planner reports that growth could not be checked."""
    path: Annotated[str, text_like(r"^/", "an absolute path, for example /srv/nfs")] | None = None
    """Of a folder that the host exports by NFS: with it the planner knows on which disk an NFS volume is."""


class PciDevice(Model):
    """A PCI device that can be passed through to one machine."""

    path: PciPath
    """Its address on the host, lower case, for example 0000:06:00.0 (`pvesh get /nodes/NODE/hardware/pci`)."""
    id: PciId
    """Vendor and device id, for example 10de:1eb8 for a Tesla T4."""
    subsystem_id: PciId | None = None
    """Vendor and device of the subsystem, for example 10de:12a2."""
    iommu_group: Annotated[int, Field(ge=0, le=65_535)] | None = None
    """Proxmox compares it with the hardware at every start. Left out, the mapping is incomplete and a warning."""
    description: Prose
    """A sentence on the device, for people."""
    video_memory_mib: Annotated[int, Field(gt=0, le=100_000_000)] | None = None
    """Usable video memory in MiB, for a GPU."""
    budget_mib: Annotated[int, Field(gt=0, le=100_000_000)] | None = None
    """Video memory in MiB that pods may ask for, less than it has by what the driver needs; left out, it is
    `platform.gpu.video_memory_mib` of the cluster."""


class UsbDevice(Model):
    """A USB device that can be passed through to one machine."""

    id: UsbId
    """Vendor and product, for example 10c4:ea60 (`lsusb` on the host)."""
    path: UsbPath | None = None
    """The port that it is in, for example 1-2.3; left out, whichever it is in. Needed to tell two alike apart."""
    description: Prose
    """A sentence on the device, for people."""


class HostOvercommit(Model):
    """How far the machines of a host may exceed it before the planner calls it an error."""

    memory_percent: Annotated[int, Field(ge=50, le=10_000)] = 100
    """The most memory of all machines, in percent of the installed memory."""
    vcpus_per_thread: Annotated[int, Field(ge=1, le=10_000)] = 4
    """The most virtual CPUs of all machines for each thread."""
    reason: Reason | None = None
    """Required when memory may exceed what is installed."""


class Host(Model):
    """A Proxmox VE host (a node of the Proxmox API)."""

    address: Address
    """Its address."""
    endpoint: Endpoint | None = None
    """Address of its API, where another Proxmox than that of the stack's `homelab:proxmoxEndpoint` has the host. Its
    token is `homelab:proxmoxApiToken-HOST` of the stack."""
    ssh_port: Annotated[int, Field(ge=1, le=65535)] = 22
    """Where SSH is, by which the files of cloud-init are written."""
    cores: Annotated[int, Field(gt=0, le=8_192)]
    """Cores of its processors."""
    threads: Annotated[int, Field(gt=0, le=8_192)]
    """Threads of its processors."""
    memory: MemoryPool
    """Installed memory."""
    reserved_memory: MemoryQuantity | None = None
    """Memory that the hypervisor itself needs (ZFS ARC, daemons, overhead of each VM). Left out, it is not checked."""
    zfs_cache: MemoryQuantity | None = None
    """The most that the cache of ZFS takes (`zfs_arc_max`), a part of `reserved_memory`; left out, half of `memory`
    where a storage is of type zfspool."""
    disks: dict[Name, Disk]
    """Physical disks and RAID volumes, by name, for example nvme0."""
    storages: dict[Name, Storage]
    """Storages of Proxmox, by name."""
    file_storage: Name | None = None
    """The storage, of type dir or nfs, for cloud images and for the files of cloud-init: its content types in Proxmox
    include import and snippets. Needed where nodes are created."""
    pci_devices: dict[Name, PciDevice] = {}
    """PCI devices that machines may get, by the name of their mapping."""
    usb_devices: dict[Name, UsbDevice] = {}
    """USB devices that machines may get, by the name of their mapping."""
    overcommit: HostOvercommit = HostOvercommit()
    """How far machines may exceed it."""


class CloudImage(Model):
    """A disk image in qcow2 format, pinned by its address and its checksum."""

    url: ImageUrl
    """Of one release, not of the latest one: what is behind it never changes."""
    sha256: Sha256
    """Checksum of the file: another file is refused."""
    disk_size: DiskSize = Memory.parse("8Gi")
    """Size of the template's disk: no less than the image's, and no more than that of any clone."""


class Template(Model):
    """A Proxmox template that new machines are cloned from: Ubuntu 24.04 with cloud-init, SeaBIOS and i440fx."""

    vmid: Annotated[int, Field(ge=100, le=999_999_999)]
    """Number of the template on its Proxmox."""
    host: Name
    """The host that it is on."""
    storage: Name
    """The storage of its disk."""
    disk: DiskInterface = "scsi0"
    """Interface of its disk; a clone boots from the same."""
    image: CloudImage | None = None
    """Image that it is made of; left out, it is on the host already. It is never replaced: another image is another
    template."""
    description: Prose
    """A sentence on the template, for people."""


class MachineBackup(Model):
    """A backup job of Proxmox. It leaves out the volumes that the CSI driver attaches."""

    schedule: Schedule
    """When it runs, as cron writes it."""
    to: Text
    """A storage of the host, or the name of a backup server."""
    machines: tuple[Name, ...] = ()
    """Left out, all machines."""


def token_variable(host: str) -> str:
    """The variable of the environment with the API token of a host that has an endpoint of its own."""
    return f"PROXMOX_VE_API_TOKEN_{host.upper().replace('-', '_')}"


class Site(Model):
    """The hardware of the lab."""

    format: Annotated[int, Field(ge=FIRST_FORMAT, le=1000)] | None = None
    """The format of the lab's files. Left out, they are read as the newest one; `homelab migrate` takes them for the
    first."""
    domain: Domain
    """The domain under which services are reachable."""
    timezone: Timezone = "Etc/UTC"
    """Time zone of schedules, for example Europe/Berlin."""
    ssh_keys: tuple[SshKey, ...] = ()
    """Public keys that may log in to created nodes. Without a key nobody can, and nobody has to."""
    hosts: dict[Name, Host]
    """None where all nodes are outside of Proxmox."""
    templates: dict[Name, Template] = {}
    """Templates that machines are cloned from, by name."""
    machine_backups: dict[Name, MachineBackup] = {}
    """Backup jobs of Proxmox, by name."""

    def endpoint_of(self, host: str) -> str | None:
        """The endpoint of a host's own; None for that of the stack's settings. One that ends without a slash is the
        same as with it."""
        stated = self.hosts[host].endpoint if host in self.hosts else None
        return stated and f"{stated.rstrip('/')}/"

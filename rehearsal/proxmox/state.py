"""State of the emulated Proxmox, as plain data: it can be read from a file, inspected, and written."""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

GIB = 1 << 30


class Data(BaseModel):
    """A value that may change; a misspelt key is refused."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class Host(Data):
    """A node of the Proxmox cluster."""

    memory: int = 256 * GIB
    """Bytes."""
    memory_used: int = 16 * GIB
    """Bytes in use, whatever runs: what `status` reports."""
    ksm_shared: int = 0
    cores: int = 16
    threads: int = 32
    sockets: int = 2
    cpu_model: str = "Intel(R) Xeon(R) CPU"
    clock_offset: int = 0
    """Seconds by which its clock is ahead."""
    thin_pools: list[dict[str, Any]] = []
    """As `disks/lvmthin` lists them: lv, vg, lv_size, used, metadata_size, metadata_used (bytes)."""
    pci_devices: list[dict[str, Any]] = []
    """As `hardware/pci` lists them: id, vendor, device, subsystem_vendor, subsystem_device, iommugroup, class."""
    interfaces: dict[str, dict[str, Any]] = {}
    """Network interfaces by name, with the fields that `network` lists."""


class Storage(Data):
    """A storage, and how full it is."""

    type: Literal["dir", "lvm", "lvmthin", "zfspool", "nfs"]
    content: list[str]
    """Of images, rootdir, iso, vztmpl, backup, snippets and import."""
    total: int = 1000 * GIB
    used: int = 0
    path: str | None = None
    vgname: str | None = None
    thinpool: str | None = None
    nodes: list[str] | None = None
    """Where it is; None is everywhere."""
    shared: bool = False
    enabled: bool = True
    active: bool = True


class Volume(Data):
    """A disk or a file on a storage; whose it is follows from its name."""

    size: int
    """Bytes."""
    content: Literal["images", "import", "iso", "vztmpl", "snippets", "backup"] = "images"
    format: str = "raw"
    text: str | None = None
    """Content of a snippet."""
    data: str = ""
    """Mark of a disk's content: a copy has that of its source."""
    ctime: int = 1767225600


Setting = str | int


class Machine(Data):
    """A virtual machine."""

    node: str
    config: dict[str, Setting]
    """As in its configuration file; `lock` is among it."""
    pending: dict[str, Setting | None] = {}
    """Changes at the next start; None removes a setting."""
    running: bool = False
    guest_agent: bool = True
    """Whether an agent in the guest answers, once the configuration allows it."""
    addresses: list[str] = []
    """Addresses that the agent reports; without any, those of cloud-init."""
    starts: int = 0
    """How often it was started."""


class Pool(Data):
    """A resource pool."""

    comment: str = ""
    machines: list[int] = []
    storages: list[str] = []


class PciMapping(Data):
    """A PCI device under a name."""

    map: list[str]
    description: str = ""


class UsbMapping(Data):
    """A USB device under a name."""

    map: list[str]
    description: str = ""


class Token(Data):
    """An API token."""

    secret: str
    privileges: dict[str, list[str]]
    """By path, for all below it too; what is granted on a deeper path replaces them."""
    privileges_here: dict[str, list[str]] = {}
    """By path, for that path alone."""


class Task(Data):
    """A job in the background."""

    node: str
    type: str
    id: str
    user: str
    starttime: int
    exitstatus: str | None = None
    """None while it runs."""
    log: list[str] = []


class Download(Data):
    """Answer of a web server for a URL."""

    filename: str
    size: int = 600 << 20
    """Bytes of the file; a disk image unpacks to `virtual_size`."""
    virtual_size: int = 3584 << 20
    mimetype: str = "application/octet-stream"
    sha256: str | None = None


class State(Data):
    """Everything."""

    release: str = "9.2"
    version: str = "9.2.6"
    hosts: dict[str, Host] = {}
    storages: dict[str, Storage] = {}
    volumes: dict[str, Volume] = {}
    """By volume id, for example `local-lvm:vm-201-disk-0`."""
    machines: dict[int, Machine] = {}
    pools: dict[str, Pool] = {}
    pci_mappings: dict[str, PciMapping] = {}
    usb_mappings: dict[str, UsbMapping] = {}
    tokens: dict[str, Token] = {}
    """By id, for example `homelab@pve!pulumi`."""
    users: dict[str, str] = {}
    """Passwords of those who may ask for a ticket; each may do everything."""
    downloads: dict[str, Download] = {}
    """By URL."""
    tasks: dict[str, Task] = {}
    """By UPID."""
    task_seconds: float = Field(default=0.0, ge=0)
    """How long a task takes; 0 is done before the request is answered."""

    @classmethod
    def read(cls, path: Path) -> "State":
        """A state in YAML or JSON. Raises OSError, yaml.YAMLError or pydantic.ValidationError."""
        return cls.model_validate(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))

    def dump(self) -> dict[str, Any]:
        """Everything that differs from the defaults, as YAML and JSON can hold it."""
        return self.model_dump(mode="json", exclude_defaults=True)

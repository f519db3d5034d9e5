"""Answers of Proxmox, as far as they are used. Numbers may be written as strings, and truth as 0 and 1."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Config = dict[str, Any]
"""The configuration of a machine or container, by key."""
Permissions = dict[str, dict[str, bool]]
"""By path the privileges, each with whether it is inherited from there."""


class Answer(BaseModel):
    """Base of the answers; fields that are not used are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class Version(Answer):
    """`version`."""

    version: str


class Node(Answer):
    """An entry of `nodes`."""

    node: str
    status: str = "unknown"


class Guest(Answer):
    """An entry of `cluster/resources?type=vm`: a machine or a container."""

    vmid: int
    node: str
    type: str
    name: str = ""
    status: str = "unknown"
    template: bool = False
    maxmem: int = 0
    memhost: int | None = None
    """Memory of the host that it holds, since Proxmox 9."""
    tags: str = ""

    @property
    def runs(self) -> bool:
        return self.status == "running"

    def __str__(self) -> str:
        kind = "template" if self.template else "container" if self.type == "lxc" else "machine"
        return f"the {kind} {self.name or 'without a name'} ({self.vmid}) on {self.node}"


class Memory(Answer):
    """Bytes."""

    total: int
    used: int
    available: int | None = None


class SharedPages(Answer):
    """Bytes that are stored once for several machines."""

    shared: int = 0


class Processors(Answer):
    """All sockets together."""

    cores: int
    cpus: int


class NodeStatus(Answer):
    """`nodes/{node}/status`."""

    memory: Memory
    cpuinfo: Processors
    ksm: SharedPages = SharedPages()


class Clock(Answer):
    """`nodes/{node}/time`."""

    time: int


class Sample(Answer):
    """An entry of `nodes/{node}/rrddata`."""

    time: int
    arcsize: float | None = None
    """Bytes of the ZFS cache."""


class StorageConfig(Answer):
    """An entry of `storage`."""

    storage: str
    type: str
    vgname: str | None = None
    thinpool: str | None = None


class StorageStatus(Answer):
    """An entry of `nodes/{node}/storage`."""

    storage: str
    type: str
    content: str = ""
    enabled: bool = True
    active: bool = True
    total: int = 0
    avail: int = 0


class ThinPool(Answer):
    """An entry of `nodes/{node}/disks/lvmthin`; bytes."""

    lv: str
    vg: str
    lv_size: int
    used: int
    metadata_size: int
    metadata_used: int


class Volume(Answer):
    """An entry of `nodes/{node}/storage/{storage}/content`."""

    volid: str
    size: int = 0


class PciDevice(Answer):
    """An entry of `nodes/{node}/hardware/pci`."""

    id: str
    vendor: str
    device: str
    subsystem_vendor: str | None = None
    subsystem_device: str | None = None
    iommugroup: int = -1
    """-1 without an IOMMU."""


class PciMapping(Answer):
    """An entry of `cluster/mapping/pci`."""

    id: str
    map: list[str] = []


class NetworkInterface(Answer):
    """An entry of `nodes/{node}/network`."""

    iface: str
    type: str
    active: bool = False
    bridge_vlan_aware: bool = False
    bridge_vids: str | None = None
    bridge_ports: str | None = None
    ovs_ports: str | None = None
    address: str | None = None


class AgentAddress(Answer):
    """One address of an interface in a guest."""

    address: str = Field(alias="ip-address")


class AgentInterface(Answer):
    """An interface in a guest."""

    addresses: list[AgentAddress] = Field(default=[], alias="ip-addresses")


class AgentInterfaces(Answer):
    """`nodes/{node}/qemu/{vmid}/agent/network-get-interfaces`."""

    result: list[AgentInterface]

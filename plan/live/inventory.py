"""Machines that Proxmox runs, as plain values: the counterpart of a lab's machines."""

from collections.abc import Mapping
from ipaddress import IPv4Interface
from typing import NamedTuple


class HostDisk(NamedTuple):
    """A disk in a slot of a machine. CD-ROMs, cloud-init, EFI and TPM drives are none."""

    slot: str
    """For example `scsi0`."""
    volume: str
    """For example `local-lvm:vm-201-disk-0`, or the path of a physical disk."""
    storage: str | None
    """None for a physical disk."""
    size: int | None
    """Bytes; None where the configuration does not say."""
    read_mb_per_second: int | None = None
    write_mb_per_second: int | None = None
    is_csi: bool = False
    """The CSI driver made and attached it."""


class HostInterface(NamedTuple):
    """A network interface of a machine."""

    slot: str
    bridge: str | None
    vlan: int | None
    mac_address: str | None
    addresses: tuple[IPv4Interface, ...] = ()
    """Addresses from cloud-init, or else from the guest agent."""
    is_reported: bool = False
    """Whether the guest agent reported it: it may be a lease."""


class HostDevice(NamedTuple):
    """A PCI device that is passed through to a machine."""

    slot: str
    mapping: str | None
    """The name of its mapping; None where it is passed through by its address."""
    address: str = ""
    details: Mapping[str, str] = {}
    """Properties of the device in the mapping, as far as they could be read: path, id, subsystem-id, iommugroup."""


class Startup(NamedTuple):
    """When a machine is started with its host, as far as that is set."""

    order: int | None = None
    up_seconds: int | None = None
    down_seconds: int | None = None


class PendingChange(NamedTuple):
    """A setting that changes when the machine is started again; None is not set."""

    key: str
    now: str | None
    then: str | None


class HostMachine(NamedTuple):
    """A virtual machine as its host has it configured: pending changes included."""

    vmid: int
    name: str
    host: str
    is_running: bool
    cores: int
    """Of each socket."""
    sockets: int
    memory_mib: int
    balloon_mib: int | None
    """Down to what ballooning may shrink it; None where its size is fixed."""
    disks: tuple[HostDisk, ...]
    """The one that is booted from comes first."""
    interfaces: tuple[HostInterface, ...]
    devices: tuple[HostDevice, ...] = ()
    startup: Startup = Startup()
    starts_with_host: bool = True
    agent_is_on: bool = True
    agent_problem: str | None = None
    """Proxmox's error in place of the guest agent's answer; None where it answered, or was not asked."""
    agent_was_refused: bool = False
    """`agent_problem` is that the token may not ask."""
    lock: str | None = None
    """For example `backup`."""
    is_ha_managed: bool = False
    pending: tuple[PendingChange, ...] = ()
    description: str = ""

    @property
    def vcpus(self) -> int:
        """Virtual CPUs of all sockets."""
        return self.cores * self.sockets

    @property
    def own_disks(self) -> tuple[HostDisk, ...]:
        """Its disks without the volumes of the CSI driver."""
        return tuple(disk for disk in self.disks if not disk.is_csi)


class Inventory(NamedTuple):
    """The machines of a Proxmox host or cluster, by VMID; templates and containers are none."""

    machines: Mapping[int, HostMachine]
    unread: Mapping[int, str]
    """Why others could not be read."""
    templates: int
    containers: int

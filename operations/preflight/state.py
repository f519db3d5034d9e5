"""State of a live Proxmox: each part is there, or says why it could not be read."""

from collections.abc import Mapping
from typing import NamedTuple

from operations.preflight.answers import (
    Config,
    Guest,
    NetworkInterface,
    NodeStatus,
    PciDevice,
    PciMapping,
    StorageConfig,
    StorageStatus,
    ThinPool,
    Volume,
)
from operations.preflight.host_keys import HostKeys
from plan.live.inventory import Inventory


class Unread(NamedTuple):
    """A part that could not be read."""

    reason: str
    """Proxmox's words, or what was wrong with its answer."""
    lacks_privilege: bool = False
    """The token may not read it."""


class HostState(NamedTuple):
    """One host."""

    status: NodeStatus | Unread
    clock_ahead: float | Unread
    """Seconds by which its clock is ahead of this machine's, at the least; 0 within what can be measured."""
    zfs_cache: int | None
    """Bytes, where the host reports them."""
    storages: Mapping[str, StorageStatus] | Unread
    thin_pools: tuple[ThinPool, ...] | Unread
    volumes: Mapping[str, tuple[Volume, ...] | Unread]
    """Disks of machines, by thin storage."""
    pci_devices: Mapping[str, PciDevice] | Unread
    """By path."""
    interfaces: Mapping[str, NetworkInterface] | Unread
    snippets: Mapping[str, int] | Unread
    """Sizes in bytes by volume, of the storages that files of cloud-init are written to."""
    keys: HostKeys | Unread


class State(NamedTuple):
    """A Proxmox, or the cluster that it belongs to."""

    version: str
    nodes: Mapping[str, str] | Unread
    """Status by name."""
    privileges: Mapping[str, Mapping[str, bool] | Unread]
    """Privileges of the token on each path that matters, and whether deeper paths inherit them."""
    guests: Mapping[int, Guest] | Unread
    """Machines and containers of the whole cluster that the token may see."""
    configs: Mapping[int, Config | Unread]
    addresses: Mapping[int, tuple[str, ...] | Unread]
    """Addresses from guest agents, of running machines that have one."""
    inventory: Inventory | Unread
    """The machines among them, with their hardware."""
    storage_configs: Mapping[str, StorageConfig] | Unread
    pci_mappings: Mapping[str, PciMapping] | Unread
    hosts: Mapping[str, HostState]
    """Hosts of the lab that are online."""

    def may(self, path: str, privilege: str) -> bool:
        """Whether the token has a privilege on a path that was asked about."""
        granted = self.privileges.get(path, Unread(""))
        return not isinstance(granted, Unread) and privilege in granted

    def sees_all(self, path: str, privilege: str) -> bool:
        """Whether it has it on everything below the path too: lists leave out what a token may not see."""
        granted = self.privileges.get(path, Unread(""))
        return not isinstance(granted, Unread) and granted.get(privilege, False)

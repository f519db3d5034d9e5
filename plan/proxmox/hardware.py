"""Blocks of the provider's VM resource that machines and templates have alike.

The provider fills in what is left out (an 8 GiB disk, a CD-ROM on ide3 with which a q35 machine cannot start,
`qemu64`, 512 MiB; docs/facts.md, Omitted blocks), so nothing is left out.
"""

from collections.abc import Mapping
from typing import Any

ALIKE: Mapping[str, Any] = {
    "protection": True,
    "scsi_hardware": "virtio-scsi-pci",
    "tablet_device": True,
    "keyboard_layout": "en-us",
    "cdrom": {"interface": "ide0", "file_id": "none"},
    "operating_system": {"type": "l26"},
    "serial_devices": [{"device": "socket"}],
    "vga": {"type": "serial0"},
}


def agent(*, enabled: bool) -> dict[str, Any]:
    """The guest agent. With it, the provider waits for an address: at most 15 minutes, and then warns and continues."""
    return {
        "enabled": enabled,
        "timeout": "15m",
        "trim": True,
        "type": "virtio",
        "wait_for_ip": {"disabled": not enabled, "ipv4": enabled},
    }


def cpu(vcpus: int) -> dict[str, Any]:
    """Virtual CPUs of the host's own type."""
    return {"cores": vcpus, "sockets": 1, "type": "host", "numa": False}


def memory(mib: int) -> dict[str, Any]:
    """Memory of a fixed size: ballooning is off."""
    return {"dedicated": mib, "floating": 0}


def disk(interface: str, storage: str, size: int, speed: Mapping[str, int | None]) -> dict[str, Any]:
    """A disk of `size` bytes, and what it may `read` and `write` in MB/s."""
    return {
        "interface": interface,
        "datastore_id": storage,
        "size": size >> 30,
        "discard": "on",
        "ssd": False,
        "iothread": False,
        "backup": True,
        "replicate": True,
        "cache": "none",
        "aio": "io_uring",
        "file_format": "raw",
        "speed": {name: limit for name, limit in speed.items() if limit is not None},
    }

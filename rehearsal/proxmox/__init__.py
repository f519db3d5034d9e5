"""An emulated Proxmox VE 9.2, good enough that the provider of the machines cannot tell.

    with emulator(Path("state.yaml")) as proxmox:
        ProxmoxHost(proxmox.endpoint, proxmox.token, verify=str(proxmox.ca_file))

`proxmox.state` is all that it knows, as plain data: hosts, storages with their fill, volumes, machines, templates,
pools, PCI mappings, tokens with their privileges, tasks. It can be looked into and changed while the emulator runs.
`proxmox.requests` is what was asked, `proxmox.faults` takes faults, and `proxmox.attach_volume` does
what the CSI driver does. By hand: `python -m rehearsal.proxmox`.
"""

from rehearsal.proxmox.access import PRIVILEGES
from rehearsal.proxmox.answers import Refusal
from rehearsal.proxmox.emulator import Emulator, emulator
from rehearsal.proxmox.faults import Fault
from rehearsal.proxmox.record import Request
from rehearsal.proxmox.state import (
    Download,
    Host,
    Machine,
    PciMapping,
    Pool,
    State,
    Storage,
    Token,
    UsbMapping,
    Volume,
)

__all__ = [
    "PRIVILEGES",
    "Download",
    "Emulator",
    "Fault",
    "Host",
    "Machine",
    "PciMapping",
    "Pool",
    "Refusal",
    "Request",
    "State",
    "Storage",
    "Token",
    "UsbMapping",
    "Volume",
    "emulator",
]

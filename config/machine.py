"""`machines.yaml`: the virtual machines."""

from typing import Annotated, Literal

from pydantic import Field

from config.model import Address, Model, Name, Text, text_like
from config.quantity import MemoryQuantity

DiskInterface = Annotated[
    str,
    text_like(r"^(scsi([0-9]|[12][0-9]|30)|sata[0-5]|virtio([0-9]|1[0-5]))$", "scsi0-30, sata0-5 or virtio0-15"),
]
MacAddress = Annotated[
    str, text_like(r"^([0-9A-F]{2}:){5}[0-9A-F]{2}$", "a MAC address in upper case, for example BC:24:11:00:00:01")
]
Vmid = Annotated[int, Field(ge=100, le=999_999_999)]


class MachineDisk(Model):
    """A disk that belongs to the machine. Volumes that the CSI driver attaches are not listed."""

    interface: DiskInterface
    storage: Name
    size: MemoryQuantity
    read_mb_per_second: Annotated[int, Field(gt=0)] | None = None
    write_mb_per_second: Annotated[int, Field(gt=0)] | None = None


class Interface(Model):
    """A network interface of a machine."""

    network: Name
    address: Address | None = None
    """Its address; left out, the machine gets one by DHCP or sets its own."""
    mac_address: MacAddress | None = None


class StartOrder(Model):
    """When Proxmox starts the machine with the host, and how long it waits."""

    order: Annotated[int, Field(ge=0)]
    up_seconds: Annotated[int, Field(ge=0)]
    down_seconds: Annotated[int, Field(ge=0)]


class Machine(Model):
    """A virtual machine."""

    vmid: Vmid
    host: Name
    role: Literal["control-plane", "worker", "appliance"]
    """`appliance` is a machine outside the Kubernetes cluster."""
    description: Text
    vcpus: Annotated[int, Field(gt=0)]
    memory: MemoryQuantity
    """Fixed size; ballooning is off."""
    disks: Annotated[tuple[MachineDisk, ...], Field(min_length=1)]
    """The first one is booted from."""
    interfaces: Annotated[tuple[Interface, ...], Field(min_length=1)]
    pci_devices: tuple[Name, ...] = ()
    """Devices of the host that are passed through. They pin the machine's whole memory."""
    start: StartOrder
    adopt: bool = False
    """The machine runs already: take it over without changing it."""
    guest_agent: bool = True
    template: Name | None = None
    """What a new machine is cloned from; required unless it is adopted."""

"""`machines.yaml`, the virtual machines, and `shapes.yaml`, what machines of one kind have in common."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from config.backup import StatedBackup
from config.kubernetes import LabelKey, LabelValue, ResourceName
from config.model import Address, Address6, Model, Name, Prose, Reason, text_like
from config.node import Allocatable, Taint
from config.quantity import DiskSize, MachineMemory

DiskInterface = Annotated[
    str,
    text_like(r"^(scsi([0-9]|[12][0-9]|30)|sata[0-5]|virtio([0-9]|1[0-5]))$", "scsi0-30, sata0-5 or virtio0-15"),
]
MacAddress = Annotated[
    str, text_like(r"^([0-9A-F]{2}:){5}[0-9A-F]{2}$", "a MAC address in upper case, for example BC:24:11:00:00:01")
]
MAX_VMID = 999_999_999
Vmid = Annotated[int, Field(ge=100, le=MAX_VMID)]


class MachineDisk(Model):
    """A disk that belongs to the machine. Volumes that the CSI driver attaches are not listed."""

    interface: DiskInterface
    """Where it is attached, for example scsi0."""
    storage: Name
    """A storage of the host."""
    size: DiskSize
    """Its size."""
    read_mb_per_second: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    """The most that may be read, in MB/s; left out, no limit."""
    write_mb_per_second: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    """The most that may be written, in MB/s; left out, no limit."""
    backup: StatedBackup | None = None
    """A copy made outside of the lab. Backup jobs of Proxmox stand in `site.yaml`."""
    no_backup: Reason | None = None
    """Why it needs no copy. The disks of workers need none: they are made anew from the lab's files."""


class Interface(Model):
    """A network interface of a machine."""

    network: Name
    """A network in `networks.yaml`."""
    address: Address | None = None
    """Its address; left out, the machine gets one by DHCP or sets its own."""
    ipv6: Address6 | None = None
    """Its address of IPv6; a node that is made in a cluster with both families has one."""
    mac_address: MacAddress | None = None
    """Left out, it follows from the VMID, unless the machine is adopted: then it is what it is on the host."""


class StartOrder(Model):
    """When Proxmox starts the machine with the host, and how long it waits."""

    order: Annotated[int, Field(ge=0, le=1_000_000)]
    """Machines of a host start by this number, the lowest first, and stop the other way."""
    up_seconds: Annotated[int, Field(ge=0, le=86_400)]
    """How long the host waits after its start before it starts the next one."""
    down_seconds: Annotated[int, Field(ge=0, le=86_400)]
    """How long the host waits for it to stop before it switches it off."""


class Shape(Model):
    """Settings that machines of one kind share, written like the first of them, number 1.

    The number at the end of a machine's name counts VMID, addresses and start order up from there.
    """

    vmid: Vmid
    """Number of the machine on its Proxmox."""
    host: Name
    """The host that it runs on."""
    role: Literal["control-plane", "worker", "appliance"]
    """`appliance` is a machine outside the Kubernetes cluster."""
    description: Prose
    """A sentence on the machine, for people; also its note in Proxmox."""
    vcpus: Annotated[int, Field(gt=0, le=8_192)]
    """Virtual CPUs, one socket."""
    memory: MachineMemory
    """Fixed size; ballooning is off."""
    disks: Annotated[tuple[MachineDisk, ...], Field(min_length=1)]
    """The first one is booted from."""
    interfaces: Annotated[tuple[Interface, ...], Field(min_length=1, max_length=32)]
    """Network interfaces, in their order."""
    start: StartOrder
    """When it is started and stopped with its host."""
    labels: dict[LabelKey, LabelValue] = {}
    """Labels of the node. A created one has them from its start; on one that runs they are counted, and not written."""
    taints: dict[LabelKey, Taint] = {}
    """Its taints by key, as `{dedicated: media}` or `{dedicated: {value: media, effect: NoExecute}}`; written like
    labels."""
    extended: dict[ResourceName, Annotated[int, Field(ge=0, le=100_000_000)]] = {}
    """Extended resources that a device plugin advertises on the node, for example `gpu.intel.com/i915`: counted, and
    not written. Those of the lab's shared GPUs follow from `pci_devices`."""
    guest_agent: bool = True
    """Whether the guest agent of QEMU runs in it."""
    template: Name | None = None
    """Template that a new machine is cloned from; required unless it is adopted."""


def _either_form(schema: dict[str, Any]) -> None:
    """A shape makes all other keys optional; without one, they are required."""
    schema["anyOf"] = [{"required": ["shape"]}, {"required": schema.pop("required")}]


class Machine(Shape):
    """A virtual machine: everything about it, or its shape and what is different."""

    model_config = ConfigDict(json_schema_extra=_either_form)

    shape: Name | None = None
    """Settings that it shares with others, in `shapes.yaml`. Keys of the machine itself replace the shape's."""
    pci_devices: tuple[Name, ...] = ()
    """Devices of the host that are passed through. They pin the machine's whole memory."""
    usb_devices: Annotated[tuple[Name, ...], Field(max_length=14)] = ()
    """USB devices of the host that are passed through, by their mappings."""
    adopt: bool = False
    """The machine runs already: take it over without changing it."""
    allocatable: Allocatable | None = None
    """How much of it is for pods, where it is a node that runs; left out, an estimate on the safe side."""

    def mac_address(self, index: int) -> str | None:
        """The MAC address of an interface; None where it is what it is on the host.

        Unless stated it is made of the VMID and the interface's index, and so as unique as VMIDs are. Addresses that
        begin with 02 are given by no vendor; those that Proxmox draws begin with BC:24:11.
        """
        stated = self.interfaces[index].mac_address
        if stated is not None or self.adopt:
            return stated
        return f"02:{self.vmid.to_bytes(4).hex(':')}:{index:02x}".upper()

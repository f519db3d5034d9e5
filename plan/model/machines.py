"""Virtual machines of a plan, and what they need to become nodes."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from config.quantity import Memory
from plan.model.placeholders import placeholders

EMPTY = "#cloud-config\n{}\n"
"""User data that do nothing: Proxmox starts no machine whose file is gone."""
EMPTIED = "-emptied"
"""End of the name of an emptied file in the state."""


class PciMapping(NamedTuple):
    """A PCI device under a name, so that an API token may pass it through."""

    name: str
    properties: Mapping[str, Any]
    """Arguments of the provider's PCI mapping resource."""
    host: str | None = None
    """The host whose own Proxmox it is in; None for that of the stack's settings."""


class UsbMapping(NamedTuple):
    """A USB device under a name, so that an API token may pass it through."""

    name: str
    properties: Mapping[str, Any]
    """Arguments of the provider's USB mapping resource."""
    host: str | None = None
    """The host whose own Proxmox it is in; None for that of the stack's settings."""


class Snippet(NamedTuple):
    """A file that cloud-init reads when a machine boots for the first time.

    A machine whose snippet has another name is replaced by the provider, so one that exists keeps its file.
    """

    name: str
    """Its identity, whatever its file is called: `worker1-user-data`."""
    file_name: str
    host: str
    storage: str
    content: str
    """With placeholders for secrets (`plan/model/placeholders.py`)."""

    @property
    def holds_keys(self) -> bool:
        """Whether it holds private keys of the cluster: the user data of a control plane do."""
        return any(name.endswith(".key") for name in placeholders(self.content))

    @property
    def emptied(self) -> "Snippet":
        """The file that is written over it once its machine is set up."""
        return self._replace(name=f"{self.name}{EMPTIED}", content=EMPTY)


class MachineTemplate(NamedTuple):
    """A template that the program makes from a cloud image; machines are cloned from it."""

    name: str
    host: str
    image: Mapping[str, Any]
    """Arguments of the provider's download resource."""
    properties: Mapping[str, Any]
    """Arguments of the provider's VM resource, every block written out."""
    ignore_changes: tuple[str, ...]
    endpoint: str | None = None
    """The API of its host's own Proxmox; None for that of the stack's settings."""


class VirtualMachine(NamedTuple):
    """A virtual machine, with everything that the provider needs."""

    name: str
    vmid: int
    host: str
    role: str
    vcpus: int
    memory: Memory
    adopted: bool
    properties: Mapping[str, Any]
    """Arguments of the provider's VM resource, every block written out."""
    ignore_changes: tuple[str, ...]
    """Properties that an update never touches."""
    import_id: str | None
    """The machine to adopt: `<host>/<vmid>`; None for one that is created."""
    pci_mappings: tuple[PciMapping, ...]
    """Mappings that have to exist before the machine."""
    usb_mappings: tuple[UsbMapping, ...] = ()
    """The same for USB devices."""
    endpoint: str | None = None
    """The API of its host's own Proxmox; None for that of the stack's settings."""
    snippets: tuple[Snippet, ...] = ()
    """Its cloud-init, if it becomes a node of the cluster."""
    joins: bool = False
    """It joins the cluster, with a token of its own."""


class Authority(NamedTuple):
    """A certificate authority that signs itself."""

    name: Literal["cluster-ca", "etcd-ca", "front-proxy-ca"]
    common_name: str
    """Its name in kubeadm."""
    days: int
    """How long its certificate is valid."""


class Administrator(NamedTuple):
    """The client certificate in the kubeconfig, signed by the cluster's authority."""

    common_name: str
    organization: str
    """Its group."""
    days: int
    """How long it is valid."""
    renewed_days_before: int
    """An `up` within this many days of its end makes a new one."""


class Credentials(NamedTuple):
    """Keys and certificates of a cluster that the program makes."""

    cluster: str
    api_server: str
    """URL under which the administrator reaches the cluster."""
    authorities: tuple[Authority, ...]
    administrator: Administrator

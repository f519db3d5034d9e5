"""`storage.yaml`: the storage classes that services choose from."""

from typing import Annotated, Literal

from pydantic import Field

from config.backup import StatedBackup
from config.kubernetes import LabelValue, Provisioner
from config.model import Address, Model, Name, Prose, text_like

AccessMode = Literal["ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany", "ReadWriteOncePod"]
ONE_NODE: frozenset[AccessMode] = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})
"""Access modes with which a volume is on one node at a time."""


class BlockStorageClass(Model):
    """Block volumes on a Proxmox storage, attached to one node at a time. Each takes a volume slot."""

    backend: Literal["block"]
    """Block volumes of a Proxmox storage."""
    driver: Name
    """The service that installs the CSI driver."""
    storage: Name
    """The storage, on each host that has one of this name."""
    encrypted: bool = False
    """Whether nodes encrypt its volumes, with the key that the driver is given."""
    reclaim: Literal["Retain", "Delete"] = "Retain"
    """Whether a volume and its data stay when its claim is deleted."""
    existing: bool = False
    """Its StorageClass exists already, and is not written: it cannot be changed."""
    backup: StatedBackup | None = None
    """A copy of all volumes of the class, made outside of the cluster, for example by a backup of the disk."""
    description: Prose
    """A sentence on the class, for people."""


class NfsStorageClass(Model):
    """Folders on an NFS server, shared by any number of nodes. They take no volume slot."""

    backend: Literal["nfs"]
    """Folders of an NFS server."""
    driver: Name
    """The service that installs the CSI driver."""
    server: Address
    """Its address."""
    path: Annotated[str, text_like(r"^/", "an absolute path, for example /srv/nfs")]
    """The folder in which each volume gets one of its own."""
    reclaim: Literal["Retain", "Delete"] = "Retain"
    """Whether a volume and its data stay when its claim is deleted."""
    existing: bool = False
    """Its StorageClass exists already, and is not written: it cannot be changed."""
    backup: StatedBackup | None = None
    """A copy of all volumes of the class, made outside of the cluster, for example by a backup of the disk."""
    description: Prose
    """A sentence on the class, for people."""


class OtherStorageClass(Model):
    """Volumes of any other driver (Ceph, Longhorn, SMB, local-path, ...), whose StorageClass something else makes.
    Where they lie and what they take of which disk is not checked, nor how many of them a node can have unless they
    take slots."""

    backend: Literal["other"]
    """Volumes of another driver."""
    provisioner: Provisioner
    """The name of its driver, for example `driver.longhorn.io`."""
    driver: Name | None = None
    """The service that installs the driver, if it is one of the lab."""
    access: AccessMode = "ReadWriteOnce"
    """How volumes are mounted, unless one says otherwise."""
    zones: Annotated[tuple[LabelValue, ...], Field(max_length=64)] = ()
    """The zones (`topology.kubernetes.io/zone`) whose nodes reach its volumes; left out, all nodes do."""
    takes_slots: bool = False
    """Whether each volume takes one of the volume slots of its node, as block volumes of most CSI drivers do."""
    backup: StatedBackup | None = None
    """A copy of all volumes of the class, made outside of the cluster, for example by a backup of the disk."""
    description: Prose
    """A sentence on the class, for people."""


StorageClass = Annotated[BlockStorageClass | NfsStorageClass | OtherStorageClass, Field(discriminator="backend")]

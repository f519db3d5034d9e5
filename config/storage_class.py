"""`storage.yaml`: the storage classes that services choose from."""

from typing import Annotated, Literal

from pydantic import Field

from config.model import Address, Model, Name, Text, text_like


class BlockStorageClass(Model):
    """Block volumes on a Proxmox storage, attached to one node at a time. Each takes a volume slot."""

    backend: Literal["block"]
    driver: Name
    """The service that installs the CSI driver."""
    storage: Name
    encrypted: bool = False
    description: Text


class NfsStorageClass(Model):
    """Folders on an NFS server, shared by any number of nodes. They take no volume slot."""

    backend: Literal["nfs"]
    driver: Name
    """The service that installs the CSI driver."""
    server: Address
    path: Annotated[str, text_like(r"^/", "an absolute path, for example /srv/nfs")]
    description: Text


StorageClass = Annotated[BlockStorageClass | NfsStorageClass, Field(discriminator="backend")]

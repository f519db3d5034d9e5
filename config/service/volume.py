"""Volumes of a service: claims, shares that exist, and scratch space."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from config.backup import StatedBackup
from config.kubernetes import AbsolutePath, AnnotationKey, ApiGroup, CsiDriver, LabelKey, LabelValue, ObjectName
from config.model import Model, Name, Reason, Text, or_text, text_like
from config.quantity import DiskSize, MemoryQuantity
from config.storage_class import AccessMode

VolumeName = Annotated[
    str,
    text_like(
        r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$",
        "a volume of this service, or SERVICE/VOLUME, for example vault/data",
    ),
]


ClaimName = Annotated[
    str,
    text_like(
        r"^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?(/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$",
        "the name of a claim, or SERVICE/VOLUME for a volume of another service, for example jellyfin/media",
    ),
]


_CLASS = r"^[a-z0-9]([.a-z0-9-]{0,251}[a-z0-9])?$"
_SECRET = r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/)?[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$"


class MountedClaim(Model):
    """A claim that is there, or a volume of another service."""

    model_config = ConfigDict(json_schema_extra=or_text)

    claim: ClaimName
    """Its name, or SERVICE/VOLUME for a volume of another service in the same namespace."""
    read_only: bool = False
    """Whether pods may only read it, wherever they mount it."""

    @property
    def owner(self) -> str:
        """The service whose volume it is; empty for a claim by its name."""
        return self.claim.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The volume of that service, or the claim."""
        return self.claim.rpartition("/")[2]

    @model_validator(mode="before")
    @classmethod
    def _by_claim(cls, stated: Any) -> Any:
        return {"claim": stated} if isinstance(stated, str) else stated


class Share(Model):
    """A folder that an NFS server exports already."""

    server: Annotated[str, text_like(r"^[A-Za-z0-9][-.A-Za-z0-9]*$", "an address or a host name, as 10.0.20.2")]
    """Address or host name of the server."""
    path: AbsolutePath
    """The folder as the server exports it."""
    read_only: bool = False
    """Whether pods may only read it."""


class StaticShare(Share):
    """A folder that an NFS server exports already, as a PersistentVolume of its own."""

    options: tuple[Text, ...] = ()
    """Options of mount, for example `nfsvers=4.2`."""


_OF_FILE_SERVERS = frozenset({"nfs.csi.k8s.io", "smb.csi.k8s.io"})
"""Drivers whose volumes name their server: `server`, or `source` as `//SERVER/SHARE`."""


def file_server_of(driver: str, attributes: Mapping[str, Any]) -> str:
    """The file server of a volume of a CSI driver; empty where it has none that is known."""
    if driver not in _OF_FILE_SERVERS:
        return ""
    return str(attributes.get("server") or str(attributes.get("source") or "").lstrip("/").partition("/")[0])


class CsiVolume(Model):
    """A volume that a CSI driver knows already, as a PersistentVolume of its own."""

    driver: CsiDriver
    """The driver's name, for example `smb.csi.k8s.io`."""
    handle: Annotated[str, Field(min_length=1, max_length=1024)]
    """How the driver calls the volume (`volumeHandle`)."""
    attributes: dict[Text, str] = {}
    """Attributes by which the driver finds it, for example `{source: //nas.lab.example/media}`."""
    secret: Annotated[str, text_like(_SECRET, "a Secret, or NAMESPACE/NAME, for example storage/nas")] | None = None
    """The Secret with which a node mounts it, of the service's namespace or `NAMESPACE/NAME`."""
    file_system: Name | None = None
    """For example ext4, where the driver makes one."""
    zone: LabelValue | None = None
    """The zone (`topology.kubernetes.io/zone`) whose nodes reach it; left out, all do."""
    read_only: bool = False
    """Whether pods may only read it."""
    options: tuple[Text, ...] = ()
    """Options of mount, for example `uid=1000`."""


class RestoredFrom(Model):
    """Content of a new volume: a snapshot, another claim, or what a populator fetches (`dataSourceRef`)."""

    kind: Annotated[str, text_like(r"^[A-Z][A-Za-z0-9]*$", "a kind, for example ReplicationDestination")]
    """Kind of the object."""
    name: ObjectName
    """Name of the object."""
    api_group: ApiGroup | None = None
    """For example `snapshot.storage.k8s.io` or `volsync.backube`; left out, a PersistentVolumeClaim is meant."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.api_group is None and self.kind != "PersistentVolumeClaim":
            raise ValueError("needs api_group, for example snapshot.storage.k8s.io for a VolumeSnapshot")
        return self


class Volume(Model):
    """A persistent volume. In a statefulset each replica gets its own where the class is block storage."""

    storage_class: Name | None = None
    """Left out for a volume that was made by hand: then `volume` names it."""
    size: DiskSize
    """Its size; of a share that exists, how much of it is counted."""
    claim: ObjectName | None = None
    """The name of its claim, where that is another than `<service>-<volume>`."""
    volume: ObjectName | None = None
    """The PersistentVolume that it is bound to."""
    share: StaticShare | None = None
    """A share that exists: the program makes the PersistentVolume for it, which is called `volume`. Then
    `storage_class` is left out."""
    csi: CsiVolume | None = None
    """The same for a volume of a CSI driver that exists, as
    `{driver: smb.csi.k8s.io, handle: media, attributes: {source: //nas/media}}`."""
    static_class: Annotated[str, text_like(_CLASS, "the name of a class, for example manual")] | None = None
    """The name of a class that the volume of `share` or `csi` and its claim carry, whether there is such a class or
    not; left out, none."""
    restored_from: RestoredFrom | None = None
    """Content of a new claim, as `{kind: VolumeSnapshot, name: photos, api_group: snapshot.storage.k8s.io}`."""
    access: AccessMode | None = None
    """How it is mounted; left out, as its storage class does: a share by many nodes, and a volume of a CSI driver by
    one."""
    labels: dict[LabelKey, LabelValue] = {}
    """Labels of its claim in addition to the service's; of an adopted statefulset, all labels of the template."""
    annotations: dict[AnnotationKey, str] = {}
    """Annotations of its claim, for a tool that reads them there."""
    copy_of: tuple[VolumeName, ...] = ()
    """Volumes of which it holds copies, written by the cronjobs that mount it: `VOLUME` of this service, or
    `SERVICE/VOLUME`."""
    backup: StatedBackup | None = None
    """A copy made outside of the lab. Dumps of a database and volumes with `copy_of` are counted by themselves."""
    no_backup: Reason | None = None
    """Why it needs no copy."""

    @property
    def exists(self) -> bool:
        """Whether it is there already, and there is one of it however many pods mount it."""
        return self.share is not None or self.csi is not None


class Scratch(Model):
    """Space that is gone with the pod: an emptyDir, or with `storage_class` a volume of each pod."""

    size: MemoryQuantity | None = None
    """The most that it holds; left out, as much as the container's `ephemeral_storage`, or for `medium: memory` its
    `memory`, leaves."""
    medium: Literal["disk", "memory"] = "disk"
    """`memory` counts towards the container's memory."""
    storage_class: Name | None = None
    """A class of which each pod gets a volume of `size`, made and deleted with it, as
    `{storage_class: block, size: 50Gi}`; left out, the space is on the node's own disk."""
    access: AccessMode | None = None
    """Of such a volume: how it is mounted; left out, as its storage class does."""
    labels: dict[LabelKey, LabelValue] = {}
    """Of such a volume: labels of its claim."""
    annotations: dict[LabelKey, str] = {}
    """Of such a volume: annotations of its claim."""

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if self.storage_class is None:
            if self.access or self.labels or self.annotations:
                raise ValueError("access, labels and annotations are of a claim; write storage_class as well")
        elif self.medium == "memory":
            raise ValueError("medium: memory is not of a storage class; leave one of them out")
        elif self.size is None:
            raise ValueError("needs size: how large the volume of storage_class is")
        return self

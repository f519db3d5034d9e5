"""PersistentVolumes of what exists already: shares, and volumes that a CSI driver knows."""

from typing import Any

from config.service.volume import CsiVolume, StaticShare, Volume
from config.storage_class import AccessMode
from plan.cluster.nodes import ZONE_LABEL
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.workloads.context import ServiceContext


def volume_name(context: ServiceContext, name: str) -> str:
    """The name of the PersistentVolume of a volume that exists already."""
    return context.service.volumes[name].volume or f"{context.namespace}-{context.claim(name)}"


def persistent_volume(context: ServiceContext, name: str, volume: Volume, access: AccessMode) -> Manifest:
    """The PersistentVolume. It is there for one claim, and keeps its data without it."""
    kind = {} if context.stays_as_it_is else {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
    options = [*(volume.share.options if volume.share else ()), *(volume.csi.options if volume.csi else ())]
    return manifest(
        "v1",
        "PersistentVolume",
        volume_name(context, name),
        labels=context.own_labels() | volume.labels,
        marked=not context.stays_as_it_is,
        spec={
            "accessModes": [access],
            "capacity": {"storage": str(volume.size)},
            "persistentVolumeReclaimPolicy": "Retain",
            **({"storageClassName": volume.static_class} if volume.static_class else {}),
            "claimRef": {**kind, "namespace": context.namespace, "name": context.claim(name)},
            **(_of_share(volume.share) if volume.share else {}),
            **(_of_driver(context, volume.csi) if volume.csi else {}),
            **({"mountOptions": options} if options else {}),
        },
    )


def _of_share(share: StaticShare) -> dict[str, Any]:
    return {"nfs": {"server": share.server, "path": share.path, **({"readOnly": True} if share.read_only else {})}}


def _of_driver(context: ServiceContext, csi: CsiVolume) -> dict[str, Any]:
    source: dict[str, Any] = {"driver": csi.driver, "volumeHandle": csi.handle}
    if csi.attributes:
        source["volumeAttributes"] = dict(csi.attributes)
    if csi.file_system:
        source["fsType"] = csi.file_system
    if csi.read_only:
        source["readOnly"] = True
    if csi.secret:
        namespace, _, name = csi.secret.rpartition("/")
        source["nodeStageSecretRef"] = {"name": name, "namespace": namespace or context.namespace}
    return {"csi": source, **({"nodeAffinity": _in_zone(csi.zone)} if csi.zone else {})}


def _in_zone(zone: str) -> Manifest:
    expression = {"key": ZONE_LABEL, "operator": "In", "values": [zone]}
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}

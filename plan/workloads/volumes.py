"""Volumes: claims, shares and scratch space, and where a pod mounts them."""

from collections.abc import Iterable, Iterator, Mapping

from config.lab import Lab
from config.service import Service
from config.service.app import OwnWorkloads
from config.service.container import Container as ContainerConfig
from config.service.container import Workload as WorkloadConfig
from config.service.database import DatabaseBase
from config.service.folder import HostFolder
from config.service.volume import MountedClaim, RestoredFrom, Volume
from config.storage_class import (
    ONE_NODE,
    BlockStorageClass,
    OtherStorageClass,
)
from plan.cluster.nodes import ZONE_LABEL
from plan.model import Manifest, Pod
from plan.model.fields import text, values
from plan.model.metadata import NOT_AWAITED, manifest
from plan.tiers.pod_security import TMP, TMP_SIZE
from plan.workloads.context import ServiceContext
from plan.workloads.existing_volumes import persistent_volume, volume_name
from plan.workloads.files import file_volumes, generated_volume
from plan.workloads.folders import folders
from plan.workloads.identity import identity
from plan.workloads.ordering import in_order
from plan.workloads.scratch import scratch_of, scratch_volumes
from plan.workloads.volume_classes import access_mode, takes_slot

NOWHERE = "nowhere"
"""The zone of a pod whose volumes are in several zones."""
TMP_VOLUME = "homelab-tmp"
"""Scratch space of all containers that have a read-only root file system: a folder for each."""


def one_node_volumes(context: ServiceContext, config: WorkloadConfig) -> tuple[str, ...]:
    """Volumes that the pods of a workload mount and that are on one node at a time."""
    found, used = context.service.volumes, config.mounted_names
    return tuple(name for name in found if name in used and access_mode(context.lab, found[name]) in ONE_NODE)


def one_node_claims(context: ServiceContext, config: WorkloadConfig) -> tuple[str, ...]:
    """Claims of others that the pods of a workload mount and that are on one node at a time, as far as it is known: of
    another service, or of the service's own objects."""
    service, used = context.service, config.mounted_names
    claims = service.claims if isinstance(service, OwnWorkloads) else {}
    return tuple(name for name, claim in claims.items() if name in used and _access_of(context, claim) in ONE_NODE)


def _access_of(context: ServiceContext, claim: MountedClaim) -> str | None:
    if claim.owner:
        return access_mode(context.lab, context.lab.services[claim.owner].volumes[claim.name])
    for stated in context.lab.objects.get(context.name, ()):
        if stated.kind == "PersistentVolumeClaim" and text(stated.content, "metadata", "name") == claim.name:
            modes = values(stated.content, "spec", "accessModes")
            return str(modes[0]) if len(modes) == 1 else None
    return None


def claim_spec(lab: Lab, volume: Volume) -> Manifest:
    """Specification of a claim. A block volume belongs to one node, a folder to any number, unless stated otherwise."""
    access = access_mode(lab, volume)
    bound = {"volumeName": volume.volume} if volume.volume else {}
    return {
        "accessModes": [access],
        "storageClassName": volume.storage_class or volume.static_class or "",
        "resources": {"requests": {"storage": str(volume.size)}},
        **bound,
        **({"dataSourceRef": _content(volume.restored_from)} if volume.restored_from else {}),
    }


def _content(stated: RestoredFrom) -> Manifest:
    group = {"apiGroup": stated.api_group} if stated.api_group else {}
    return {"kind": stated.kind, "name": stated.name, **group}


def claims(context: ServiceContext, per_replica: Iterable[str] = ()) -> Iterator[Manifest]:
    """The claims of a service, but for those that a statefulset makes for each replica.

    The pods that mount a claim wait for it, so Pulumi need not. pulumi-kubernetes before 4.27 would wait at each update
    of a bound claim until it is Pending, and fail after 5 minutes (untilCoreV1PersistentVolumeClaimReady in
    provider/pkg/await/awaiters.go).
    """
    for name, volume in context.service.volumes.items():
        if volume.exists:
            yield persistent_volume(context, name, volume, access_mode(context.lab, volume))
            volume = volume.model_copy(update={"volume": volume_name(context, name)})
        if name not in per_replica:
            yield manifest(
                "v1",
                "PersistentVolumeClaim",
                context.claim(name),
                context.namespace,
                labels=context.own_labels() | volume.labels,
                marked=not context.stays_as_it_is,
                annotations={**volume.annotations, **NOT_AWAITED},
                spec=claim_spec(context.lab, volume),
            )


def host_paths_of(service: Service) -> Mapping[str, HostFolder]:
    """Folders of the node that a service mounts."""
    return service.host_paths if isinstance(service, OwnWorkloads) else {}


def block_volumes(context: ServiceContext, config: WorkloadConfig) -> tuple[str, ...]:
    """Block volumes that the pods of a workload mount; each takes a volume slot of the node."""
    used, service = config.mounted_names, context.service
    own = (name for name, row in service.volumes.items() if name in used and takes_slot(context.lab, row))
    others = (
        name
        for name, (owner, volume) in claims_of_others(service).items()
        if name in used and takes_slot(context.lab, context.lab.services[owner].volumes[volume])
    )
    return (*own, *others)


def claims_of_others(service: Service) -> Mapping[str, tuple[str, str]]:
    """Claims of volumes that another service has: its name and the volume, by the name under which they are mounted."""
    claims = service.claims if isinstance(service, OwnWorkloads) else {}
    return {name: (claim.owner, claim.name) for name, claim in claims.items() if claim.owner}


def zones_of_existing(context: ServiceContext, config: WorkloadConfig) -> tuple[str, ...]:
    """The zones from which the volumes of a workload are in reach that it has already, or that another driver makes;
    empty where that is everywhere."""
    used = config.mounted_names
    reached = [
        zones for name, row in context.service.volumes.items() if name in used and (zones := _zones(context, row))
    ]
    return tuple(sorted(reached[0].intersection(*reached))) or (NOWHERE,) if reached else ()


def _zones(context: ServiceContext, volume: Volume) -> frozenset[str]:
    """The zones from which a volume is in reach; empty where nothing limits it."""
    if volume.csi and volume.csi.zone:
        return frozenset({volume.csi.zone})
    row = context.lab.storage_classes.get(volume.storage_class) if volume.storage_class else None
    return frozenset(row.zones) if isinstance(row, OtherStorageClass) else frozenset()


def zones_of_volumes(context: ServiceContext, pod: Pod) -> tuple[str, ...]:
    """The hosts on which all block volumes of a pod can be made: those with their storage. Empty where no host of
    nodes lacks it. A node that is no machine of Proxmox has none, unless its label says in which zone it is."""
    if not pod.volume_slots:
        return ()
    hosts = context.lab.site.hosts
    own = (*pod.block_volumes, *pod.temporary_volumes)
    storages = {row.storage for volume in own if (row := _block_class(context, volume))}
    zones = dict.fromkeys(node.labels.get(ZONE_LABEL, "") for node in context.nodes)
    labelled = {node.labels[ZONE_LABEL] for node in context.lab.outside.values() if ZONE_LABEL in node.labels}
    able = tuple(
        zone for zone in zones if (storages <= hosts[zone].storages.keys() if zone in hosts else zone in labelled)
    )
    return able if able and len(able) < len(zones) else ()


def _block_class(context: ServiceContext, volume: str) -> BlockStorageClass | None:
    service = context.service
    scratch = scratch_of(service)
    stated = service.volumes[volume].storage_class if volume in service.volumes else None
    stated = scratch[volume].storage_class if volume in scratch else stated
    if stated is None and isinstance(service, DatabaseBase):
        stated = service.storage_class
    row = context.lab.storage_classes.get(stated or "")
    return row if isinstance(row, BlockStorageClass) else None


def pod_volumes(
    context: ServiceContext, workload: str, config: WorkloadConfig, per_replica: Iterable[str]
) -> list[Manifest]:
    """The `volumes` of a pod."""
    volumes: list[Manifest] = [
        {"name": name, "persistentVolumeClaim": {"claimName": context.claim(name)}}
        for name in context.service.volumes
        if name in config.mounted_names and name not in per_replica
    ]
    as_it_is = config.adopt.as_it_is
    volumes += scratch_volumes(context.lab, context.service, config.mounted_names, as_it_is=as_it_is)
    volumes += [
        {"name": name, "hostPath": {"path": each.path, **({"type": each.type} if each.type else {})}}
        for name, each in host_paths_of(context.service).items()
        if name in config.mounted_names
    ]
    volumes += [*existing_volumes(context, workload, config), *file_volumes(context, workload, config)]
    if not as_it_is and any(map(context.has_own_tmp, config.containers)):
        volumes.append({"name": generated_volume(context, TMP_VOLUME), "emptyDir": {"sizeLimit": TMP_SIZE}})
    return in_order(volumes, config.adopt.volume_order)


def existing_volumes(context: ServiceContext, workload: str, config: WorkloadConfig) -> Iterator[Manifest]:
    """Shares, claims, ConfigMaps and Secrets that something else makes."""
    service, used = context.service, config.mounted_names
    if not isinstance(service, OwnWorkloads):
        return
    for name in (each for each in service.shares if each in used):
        share = service.shares[name]
        read_only = {"readOnly": True} if share.read_only else {}
        yield {"name": name, "nfs": {"server": share.server, "path": share.path, **read_only}}
    for name in (each for each in service.claims if each in used):
        claim = service.claims[name]
        read_only = {"readOnly": True} if claim.read_only else {}
        yield {"name": name, "persistentVolumeClaim": {"claimName": _claim_of_others(context, claim), **read_only}}
    yield from folders(service, used, identity(workload, config).container)


def _claim_of_others(context: ServiceContext, claim: MountedClaim) -> str:
    if not claim.owner:
        return claim.name
    return context.lab.services[claim.owner].volumes[claim.name].claim or f"{claim.owner}-{claim.name}"


def mounts(config: ContainerConfig) -> list[Manifest]:
    """Where a container mounts volumes and scratch space."""
    return [
        {
            "name": name,
            "mountPath": mount.path,
            **_within(mount.sub_path),
            **({"readOnly": True} if mount.read_only else {}),
            **({"mountPropagation": mount.propagation} if mount.propagation else {}),
        }
        for name, points in config.mounts.items()
        for mount in points
    ]


def _within(sub_path: str | None) -> dict[str, str]:
    """The part of a volume that is mounted; Kubernetes replaces variables in a field of its own."""
    return {"subPathExpr" if "$(" in sub_path else "subPath": sub_path} if sub_path else {}


def tmp_mounts(context: ServiceContext, name: str, config: ContainerConfig) -> list[Manifest]:
    """Where a container can write although its root file system is read-only."""
    if not context.has_own_tmp(config):
        return []
    return [{"name": generated_volume(context, TMP_VOLUME), "mountPath": TMP, "subPath": name}]

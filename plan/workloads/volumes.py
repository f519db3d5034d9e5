"""Volumes: claims, scratch space and configuration files, and where a pod mounts them."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping

from config.lab import Lab
from config.service import Service
from config.service.app import OwnWorkloads
from config.service.common import Scratch, Volume
from config.service.container import Container as ContainerConfig
from config.service.container import Workload as WorkloadConfig
from config.service.database import DatabaseBase
from config.service.secret import SecretFile
from config.storage_class import ONE_NODE, AccessMode, BlockStorageClass, NfsStorageClass, OtherStorageClass
from plan.cluster.nodes import ZONE_LABEL
from plan.model import Manifest, Pod
from plan.model.metadata import NOT_AWAITED, manifest
from plan.tiers.pod_security import TMP, TMP_SIZE
from plan.workloads.context import ServiceContext
from plan.workloads.secret_names import secret_key, secret_name

FILES_VOLUME = "homelab-files"
"""Not a name that a service would give to a volume of its own."""


TMP_VOLUME = "homelab-tmp"
"""Scratch space of all containers that have a read-only root file system: a folder for each."""


def is_block(lab: Lab, storage_class: str | None) -> bool:
    """Whether volumes of the class are known to be attached to one node at a time, each to a slot of it."""
    row = lab.storage_classes.get(storage_class) if storage_class else None
    return row is not None and row.backend == "block"


def access_mode(lab: Lab, volume: Volume) -> AccessMode:
    """How a volume is mounted: as it says, or as its class does."""
    row = lab.storage_classes.get(volume.storage_class) if volume.storage_class else None
    if volume.access is not None:
        return volume.access
    match row:
        case BlockStorageClass():
            return "ReadWriteOnce"
        case OtherStorageClass():
            return row.access
        case NfsStorageClass() | None:
            return "ReadWriteMany"


def one_node_volumes(context: ServiceContext, config: WorkloadConfig) -> tuple[str, ...]:
    """Volumes that the pods of a workload mount and that are on one node at a time."""
    found, used = context.service.volumes, mounted(config)
    return tuple(name for name in found if name in used and access_mode(context.lab, found[name]) in ONE_NODE)


def claim_spec(lab: Lab, volume: Volume) -> Manifest:
    """Specification of a claim. A block volume belongs to one node, a folder to any number, unless stated otherwise."""
    access = access_mode(lab, volume)
    bound = {"volumeName": volume.volume} if volume.volume else {}
    return {
        "accessModes": [access],
        "storageClassName": volume.storage_class or "",
        "resources": {"requests": {"storage": str(volume.size)}},
        **bound,
    }


def claims(context: ServiceContext, per_replica: Iterable[str] = ()) -> Iterator[Manifest]:
    """The claims of a service, but for those that a statefulset makes for each replica.

    The pods that mount a claim wait for it, so Pulumi need not. pulumi-kubernetes before 4.27 would wait at each update
    of a bound claim until it is Pending, and fail after 5 minutes (untilCoreV1PersistentVolumeClaimReady in
    provider/pkg/await/awaiters.go).
    """
    for name, volume in context.service.volumes.items():
        if name not in per_replica:
            yield manifest(
                "v1",
                "PersistentVolumeClaim",
                context.claim(name),
                context.namespace,
                labels=context.labels() | volume.labels,
                annotations=NOT_AWAITED,
                spec=claim_spec(context.lab, volume),
            )


def scratch_of(service: Service) -> Mapping[str, Scratch]:
    """Scratch space that a service declares."""
    return service.scratch if isinstance(service, OwnWorkloads) else {}


def host_paths_of(service: Service) -> Mapping[str, str]:
    """Folders of the node that a service mounts."""
    return service.host_paths if isinstance(service, OwnWorkloads) else {}


def mounted(config: WorkloadConfig) -> set[str]:
    """Volumes and scratch space that any container of a workload mounts."""
    return {name for container in config.containers for name in container.mounts}


def block_volumes(context: ServiceContext, config: WorkloadConfig) -> tuple[str, ...]:
    """Block volumes that the pods of a workload mount; each takes a volume slot of the node."""
    volumes = context.service.volumes
    return tuple(
        name for name in volumes if name in mounted(config) and is_block(context.lab, volumes[name].storage_class)
    )


def zones_of_volumes(context: ServiceContext, pod: Pod) -> tuple[str, ...]:
    """The hosts on which all block volumes of a pod can be made: those with their storage. Empty where no host of
    nodes lacks it."""
    if not pod.block_volumes:
        return ()
    hosts = context.lab.site.hosts
    storages = {row.storage for volume in pod.block_volumes if (row := _block_class(context, volume))}
    zones = dict.fromkeys(node.labels.get(ZONE_LABEL, "") for node in context.nodes)
    able = tuple(zone for zone in zones if zone not in hosts or storages <= hosts[zone].storages.keys())
    return able if able and len(able) < len(zones) else ()


def _block_class(context: ServiceContext, volume: str) -> BlockStorageClass | None:
    service = context.service
    stated = service.volumes[volume].storage_class if volume in service.volumes else None
    if stated is None and isinstance(service, DatabaseBase):
        stated = service.storage_class
    row = context.lab.storage_classes.get(stated or "")
    return row if isinstance(row, BlockStorageClass) else None


def disk_scratch(context: ServiceContext, config: WorkloadConfig) -> int:
    """Bytes of disk-backed scratch space that a workload mounts."""
    scratch = scratch_of(context.service)
    return sum(scratch[name].size for name in mounted(config) if name in scratch and scratch[name].medium == "disk")


def pod_volumes(
    context: ServiceContext, workload: str, config: WorkloadConfig, per_replica: Iterable[str]
) -> list[Manifest]:
    """The `volumes` of a pod."""
    volumes: list[Manifest] = [
        {"name": name, "persistentVolumeClaim": {"claimName": context.claim(name)}}
        for name in context.service.volumes
        if name in mounted(config) and name not in per_replica
    ]
    for name, scratch in scratch_of(context.service).items():
        if name in mounted(config):
            medium = {"medium": "Memory"} if scratch.medium == "memory" else {}
            volumes.append({"name": name, "emptyDir": {**medium, "sizeLimit": str(scratch.size)}})
    volumes += [
        {"name": name, "hostPath": {"path": path}}
        for name, path in host_paths_of(context.service).items()
        if name in mounted(config)
    ]
    if config.files:
        volumes.append({"name": FILES_VOLUME, "configMap": {"name": files_name(workload)}})
    if not config.adopt.as_it_is and any(map(context.has_own_tmp, config.containers)):
        volumes.append({"name": TMP_VOLUME, "emptyDir": {"sizeLimit": TMP_SIZE}})
    return [*volumes, *secret_volumes(context, config)]


def mounts(config: ContainerConfig) -> list[Manifest]:
    """Where a container mounts volumes and scratch space."""
    return [
        {
            "name": name,
            "mountPath": mount.path,
            **({"subPath": mount.sub_path} if mount.sub_path else {}),
            **({"readOnly": True} if mount.read_only else {}),
        }
        for name, points in config.mounts.items()
        for mount in points
    ]


def tmp_mounts(context: ServiceContext, name: str, config: ContainerConfig) -> list[Manifest]:
    """Where a container can write although its root file system is read-only."""
    return [{"name": TMP_VOLUME, "mountPath": TMP, "subPath": name}] if context.has_own_tmp(config) else []


def secret_volumes(context: ServiceContext, config: WorkloadConfig) -> list[Manifest]:
    """The volumes of a workload's secret files: one for each Secret."""
    names = dict.fromkeys(_secret_of(context, file) for file in config.secret_files.values())
    return [{"name": _secret_volume(name), "secret": {"secretName": name}} for name in names]


def secret_mounts(context: ServiceContext, config: WorkloadConfig) -> list[Manifest]:
    """Where the main container sees its secret files; a Secret without a key is a folder."""
    return [
        {
            "name": _secret_volume(_secret_of(context, file)),
            "mountPath": path,
            **({"subPath": _key_of(context, file)} if file.key else {}),
            "readOnly": True,
        }
        for path, file in config.secret_files.items()
    ]


def _secret_of(context: ServiceContext, file: SecretFile) -> str:
    return file.secret or secret_name(context, file.store)


def _key_of(context: ServiceContext, file: SecretFile) -> str:
    return file.key or "" if file.secret else secret_key(context, "", file.path, file.key)


def _secret_volume(secret: str) -> str:
    return f"secret-{secret}"[:63].rstrip("-.")


def file_mounts(config: WorkloadConfig) -> list[Manifest]:
    """Where the main container sees its configuration files; each is mounted alone, next to what is there."""
    return [
        {"name": FILES_VOLUME, "mountPath": path, "subPath": key, "readOnly": True}
        for path, key in zip(config.files, _file_keys(config), strict=True)
    ]


def files_name(workload: str) -> str:
    """Name of the ConfigMap that holds a workload's files."""
    return f"{workload}-files"


def files_checksum(config: WorkloadConfig) -> str:
    """Changes with any file: as an annotation of the pod it makes a rollout, which a mounted file alone does not."""
    content = "\0".join(f"{path}\0{text}" for path, text in config.files.items())
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def files_config_map(context: ServiceContext, workload: str, config: WorkloadConfig) -> Iterator[Manifest]:
    """The ConfigMap with a workload's files, if it has any."""
    if config.files:
        data = dict(zip(_file_keys(config), config.files.values(), strict=True))
        yield manifest(
            "v1", "ConfigMap", files_name(workload), context.namespace, labels=context.labels(workload), data=data
        )


def _file_keys(config: WorkloadConfig) -> list[str]:
    """A ConfigMap's keys may not hold a slash; the number keeps two paths apart that differ in nothing else."""
    return [f"{index}-{re.sub('[^-._a-zA-Z0-9]', '-', path[1:])}" for index, path in enumerate(config.files)]

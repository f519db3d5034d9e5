"""Edits of the lab's files by which a remedy changes a workload."""

from collections.abc import Mapping, Sequence

from config.lab import Lab
from config.quantity import Cpu, Memory
from config.service.container import Workload as WorkloadConfig
from config.service.footprint import FootprintService, FootprintWorkload
from config.source import Path
from config.storage_class import NfsStorageClass
from plan.model import Edit, Workload
from plan.model.fields import value
from plan.model.resources import CPU, GPU, MEMORY
from plan.tiers.conventions import memory_is_guaranteed
from plan.workloads.identity import identity


def stated_workload(lab: Lab, workload: Workload) -> WorkloadConfig | None:
    """A workload as the lab states it; None where somebody else writes it."""
    service = lab.services.get(workload.service)
    parts = service.parts(workload.service) if service else ()
    return next((part.workload for part in parts if part.path == workload.path), None)


def footprint_of(lab: Lab, workload: Workload) -> FootprintWorkload | None:
    """A workload as a footprint states it."""
    service = lab.services.get(workload.service)
    is_footprint = isinstance(service, FootprintService) and "footprint" in workload.path
    return service.footprint.get(workload.name) if isinstance(service, FootprintService) and is_footprint else None


def request_edit(lab: Lab, workload: Workload, container: str, resource: str, amount: int) -> tuple[Edit, ...]:
    """Edits that make a container request so much; none where that is not a line of the lab."""
    path = _container_path(lab, workload, container)
    if path is None:
        return ()
    if resource == MEMORY:
        service = lab.services[workload.service]
        is_guaranteed = memory_is_guaranteed(lab.tiers[service.tier], service.exceptions)
        return (Edit((*path, "memory" if is_guaranteed else "memory_request"), str(Memory(amount))),)
    if resource == CPU:
        return (Edit((*path, "cpu"), str(Cpu(amount))),)
    key = gpu_key(lab, resource)
    return (Edit((*path, "gpu", key), amount),) if key else ()


def gpu_key(lab: Lab, resource: str) -> str:
    """Key of an extended resource under `gpu` of a service; empty for another one."""
    sharing = lab.cluster.platform.gpu
    names = {GPU: "count"} | ({sharing.video_memory_resource: "video_memory_mib"} if sharing else {})
    return names.get(resource, "")


def _container_path(lab: Lab, workload: Workload, container: str) -> Path | None:
    stated = stated_workload(lab, workload)
    if stated is not None:
        if container == identity(workload.name, stated).container:
            return workload.path
        return (*workload.path, "sidecars", container) if container in stated.sidecars else None
    footprint = footprint_of(lab, workload)
    if footprint is not None:
        stated_there = footprint.containers.get(container)
        return (*workload.path, "containers", container) if stated_there and stated_there.values else None
    service = lab.services.get(workload.service)
    sized = dict(service.sized(workload.service)) if service else {}
    return workload.path if workload.path in sized and workload.controller == "Cluster" else None


def selector_edits(lab: Lab, workload: Workload, keys: Sequence[str]) -> tuple[Edit, ...]:
    """Edits that take labels out of a node selector."""
    stated = stated_workload(lab, workload) or footprint_of(lab, workload)
    selector = stated.node_selector if stated else {}
    known = all(key in selector for key in keys)
    return tuple(Edit((*workload.path, "node_selector", key)) for key in keys) if known else ()


def affinity_edit(lab: Lab, workload: Workload, *keys: str) -> tuple[Edit, ...]:
    """Edits that take a part of the stated affinity out."""
    stated = stated_workload(lab, workload)
    is_stated = value(stated.placement.affinity, *keys) if stated else None
    return (Edit((*workload.path, "placement", "affinity", *keys)),) if is_stated else ()


def toleration_edit(lab: Lab, workload: Workload, taints: Sequence[str]) -> tuple[Edit, ...]:
    """Edits that make the pods tolerate further taints."""
    stated = stated_workload(lab, workload)
    if stated is None:
        return ()
    keys = list(dict.fromkeys(each.partition(":")[0] for each in taints))
    kept = [each.model_dump(exclude_none=True) for each in stated.placement.tolerations if each.key not in keys]
    return (Edit((*workload.path, "placement", "tolerations"), [*kept, *({"key": key} for key in keys)]),)


def replicas_edit(lab: Lab, workload: Workload, replicas: int) -> tuple[Edit, ...]:
    """Edits that set the number of pods."""
    known = stated_workload(lab, workload) or footprint_of(lab, workload)
    return (Edit((*workload.path, "replicas"), replicas),) if known else ()


def spread_edits(lab: Lab, workload: Workload, topology_key: str, field: str, value: str) -> tuple[Edit, ...]:
    """Edits that set a field of a stated spread."""
    stated = stated_workload(lab, workload)
    spread = stated.placement.spread if stated else ()
    changed = [{**each, field: value} if _is(each, topology_key) else each for each in spread]
    return (Edit((*workload.path, "placement", "spread"), changed),) if changed != [*spread] else ()


def _is(spread: Mapping[str, object], topology_key: str) -> bool:
    return spread.get("topologyKey") == topology_key and spread.get("whenUnsatisfiable") == "DoNotSchedule"


def nfs_class(lab: Lab) -> str | None:
    """The first storage class on an NFS server."""
    rows = lab.storage_classes.items()
    return next((name for name, row in rows if isinstance(row, NfsStorageClass)), None)


def volume_edits(lab: Lab, workload: Workload, volumes: Sequence[str]) -> tuple[Edit, ...]:
    """Edits that move volumes to NFS; none where that is not a line of the lab, or is no place for them: replicas of a
    statefulset would share one folder, and a database would have its files there."""
    service, storage_class = lab.services.get(workload.service), nfs_class(lab)
    own_each = workload.controller == "Cluster" or (workload.controller == "StatefulSet" and workload.replicas > 1)
    if service is None or storage_class is None or own_each or not set(volumes) <= service.volumes.keys():
        return ()
    return tuple(Edit((*_root(workload), "volumes", each, "storage_class"), storage_class) for each in volumes)


def _root(workload: Workload) -> Path:
    return ("services", workload.service)

"""On which hosts block volumes are made: each where its pod is planned."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.service.database import DatabaseBase
from config.storage_class import BlockStorageClass
from plan.cluster.nodes import ZONE_LABEL
from plan.model import NodeUse, Workload
from plan.workloads.objects import claimed
from plan.workloads.scratch import scratch_of

PER_REPLICA = ("StatefulSet", "Cluster")
"""Controllers of whose pods each has volumes of its own."""


class Stored(NamedTuple):
    """Bytes of block volumes."""

    placed: Mapping[tuple[str, str], int]
    """By host and storage, of those whose pod has a planned place."""
    unplaced: Mapping[str, int]
    """By storage, of those of which it is not known on which host they will be made: of jobs, of what is switched off,
    of what finds no place."""


def stored_by_host(lab: Lab, uses: Iterable[NodeUse]) -> Stored:
    """The block volumes of a lab whose pods are on nodes as planned. A volume that several pods share is made with the
    first of them."""
    placed: Counter[tuple[str, str]] = Counter()
    shared: set[tuple[str, str]] = set()
    for use in uses:
        host = use.node.labels[ZONE_LABEL]
        for workload, count in use.workloads:
            for storage, size in _temporary(lab, workload):
                placed[host, storage] += size * count
            for volume, storage, size in _volumes(lab, workload):
                own = workload.controller in PER_REPLICA
                if own or (workload.service, volume) not in shared:
                    placed[host, storage] += size * (count if own else 1)
                shared.add((workload.service, volume))
    found: Counter[str] = Counter()
    for (_, storage), size in placed.items():
        found[storage] += size
    total = _total(lab)
    return Stored(placed, {name: total[name] - found[name] for name in total if total[name] > found[name]})


def _volumes(lab: Lab, workload: Workload) -> Iterator[tuple[str, str, int]]:
    """The block volumes of a pod, as far as the lab states them: name, storage and size."""
    service = lab.services.get(workload.service)
    for volume in workload.pod.block_volumes if service else ():
        row = service.volumes.get(volume) if service else None
        if row is not None:
            stated = (row.storage_class, row.size)
        elif isinstance(service, DatabaseBase):
            stated = (service.storage_class, service.size)
        else:
            continue
        if storage := storage_of(lab, stated[0]):
            yield volume, storage, stated[1]


def _temporary(lab: Lab, workload: Workload) -> Iterator[tuple[str, int]]:
    """The volumes that are made and deleted with each pod, as far as the lab states them: storage and size."""
    service = lab.services.get(workload.service)
    for name in workload.pod.temporary_volumes if service else ():
        row = scratch_of(service).get(name) if service else None
        if row and row.size and (storage := storage_of(lab, row.storage_class)):
            yield storage, row.size


def storage_of(lab: Lab, storage_class: str | None) -> str | None:
    """The Proxmox storage of a class of block volumes."""
    row = lab.storage_classes.get(storage_class or "")
    return row.storage if isinstance(row, BlockStorageClass) else None


def _total(lab: Lab) -> Counter[str]:
    """Bytes of all block volumes of the lab, by storage."""
    total: Counter[str] = Counter()
    for name, service in lab.services.items():
        in_files = ((storage_class, size) for _, _, storage_class, size in claimed(lab.objects.get(name, ())))
        for storage_class, size in (*service.stored(), *in_files):
            if storage := storage_of(lab, storage_class):
                total[storage] += size
    return total

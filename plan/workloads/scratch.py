"""Space that is gone with the pod: on the node's disk, in memory, or on a volume of each pod."""

from collections.abc import Collection, Iterator, Mapping

from config.lab import Lab
from config.service import Service
from config.service.app import OwnWorkloads
from config.service.volume import Scratch
from plan.model import Manifest
from plan.workloads.volume_classes import access_of, is_block


def scratch_of(service: Service) -> Mapping[str, Scratch]:
    """Scratch space that a service declares."""
    return service.scratch if isinstance(service, OwnWorkloads) else {}


def disk_scratch(service: Service, used: Collection[str]) -> int:
    """Bytes on the node's disk of the scratch space that is used."""
    stated = (each for name, each in scratch_of(service).items() if name in used)
    return sum(each.size or 0 for each in stated if each.medium == "disk" and each.storage_class is None)


def temporary_volumes(lab: Lab, service: Service, used: Collection[str]) -> tuple[str, ...]:
    """Scratch space that is used and is a block volume of each pod, as long as it is there."""
    stated = scratch_of(service)
    return tuple(name for name, each in stated.items() if name in used and is_block(lab, each.storage_class))


def scratch_volumes(lab: Lab, service: Service, used: Collection[str], *, as_it_is: bool) -> Iterator[Manifest]:
    """The volumes of a pod for the scratch space that is used."""
    for name, scratch in scratch_of(service).items():
        if name in used:
            size = scratch.size if scratch.size is None or not as_it_is else scratch.size.stored
            yield {
                "name": name,
                **(_of_a_class(lab, scratch, size) if scratch.storage_class else _empty(scratch, size)),
            }


def _empty(scratch: Scratch, size: object | None) -> Manifest:
    medium = {"medium": "Memory"} if scratch.medium == "memory" else {}
    return {"emptyDir": {**medium, **({} if size is None else {"sizeLimit": str(size)})}}


def _of_a_class(lab: Lab, scratch: Scratch, size: object | None) -> Manifest:
    marks = {"labels": scratch.labels, "annotations": scratch.annotations}
    metadata = {key: dict(each) for key, each in marks.items() if each}
    row = lab.storage_classes.get(scratch.storage_class or "")
    spec = {
        "accessModes": [scratch.access or access_of(row)],
        "storageClassName": scratch.storage_class,
        "resources": {"requests": {"storage": str(size)}},
    }
    return {"ephemeral": {"volumeClaimTemplate": {**({"metadata": metadata} if metadata else {}), "spec": spec}}}

"""Entries of the ledger: what is stored, where, and who holds a copy."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Literal, NamedTuple

from config.lab import Lab
from config.service import Service
from config.service.common import StatedBackup
from config.service.database import Backup, DatabaseBase
from config.source import Path
from plan.ledger.copies import Copy, longest_pause
from plan.ledger.places import Place, place_of_storage, places_of_class
from plan.workloads.objects import claimed

Source = Literal["volume", "database", "machine disk"]


class Entry(NamedTuple):
    """Data of the lab."""

    source: Source
    name: str
    """`service/volume`, the database server's name, or `machine/disk`."""
    path: Path
    """Its path in the lab."""
    size: int
    """Bytes."""
    places: tuple[Place, ...]
    """Its place; several where it may be any of them."""
    copies: tuple[Copy, ...]
    without_copy: str | None
    """The owner's reason for having no copy."""
    is_copy: bool
    """It is itself the copy of something else."""

    @property
    def surviving(self) -> tuple[Copy, ...]:
        """Copies that run and are known to be on another disk."""
        return tuple(each for each in self.copies if each.runs and self._is_elsewhere(each))

    def _is_elsewhere(self, copy: Copy) -> bool:
        return bool(copy.places) and all(
            place.is_lost_with(other) is False for place in self.places for other in copy.places
        )


def ledger(lab: Lab) -> tuple[Entry, ...]:
    """All data of a lab: services in the order of their files, then the disks of machines."""
    copying = _copying(lab)
    return (
        *(entry for name, service in lab.services.items() for entry in _of_service(lab, name, service, copying)),
        *_of_machines(lab),
    )


def _of_service(
    lab: Lab, name: str, service: Service, copying: Mapping[str, Iterable[tuple[str, str]]]
) -> Iterator[Entry]:
    for key, volume in service.volumes.items():
        yield Entry(
            source="volume",
            name=f"{name}/{key}",
            path=("services", name, "volumes", key),
            size=volume.size,
            places=_places(lab, volume.storage_class),
            copies=(
                *(copy for target in copying.get(f"{name}/{key}", ()) for copy in _by_jobs(lab, *target)),
                *_stated(volume.backup),
            ),
            without_copy=volume.no_backup,
            is_copy=bool(volume.copy_of),
        )
    for stated, claim, storage_class, size in claimed(lab.objects.get(name, ())):
        yield Entry(
            source="volume",
            name=f"{name}/{claim}",
            path=stated.path,
            size=size,
            places=_places(lab, storage_class),
            copies=(),
            without_copy=None,
            is_copy=False,
        )
    if isinstance(service, DatabaseBase):
        yield Entry(
            source="database",
            name=name,
            path=("services", name),
            size=service.size,
            places=places_of_class(lab, lab.storage_classes[service.storage_class]),
            copies=_dumps(lab, name, service.backup),
            without_copy=None,
            is_copy=False,
        )


def _places(lab: Lab, storage_class: str | None) -> tuple[Place, ...]:
    """Places of a class's volumes; of a class that the lab does not describe, only its name is known."""
    row = lab.storage_classes.get(storage_class) if storage_class else None
    return places_of_class(lab, row) if row else (Place(storage_class or "a volume made by hand"),)


def _copying(lab: Lab) -> dict[str, list[tuple[str, str]]]:
    """The volumes that hold copies of a volume, each as service and key; by `service/volume`."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, service in lab.services.items():
        for key, volume in service.volumes.items():
            for original in volume.copy_of:
                found[original if "/" in original else f"{name}/{original}"].append((name, key))
    return found


def _by_jobs(lab: Lab, service: str, volume: str) -> Iterator[Copy]:
    """Copies on a volume, one for each job that writes it."""
    jobs = [
        part
        for part in lab.services[service].parts(service)
        if part.workload.runs_as == "cronjob" and any(volume in each.mounts for each in part.workload.containers)
    ]
    places = _places(lab, lab.services[service].volumes[volume].storage_class)
    if not jobs:
        yield Copy("stated", f"{service}/{volume}", places, None, None)
    for job in jobs:
        schedule = job.workload.schedule
        pause = longest_pause(schedule) if schedule else None
        yield Copy("job", job.name, places, schedule, pause, pause is not None)


def _dumps(lab: Lab, name: str, backup: Backup | None) -> tuple[Copy, ...]:
    if backup is None:
        return ()
    places = places_of_class(lab, lab.storage_classes[backup.storage_class])
    pause = longest_pause(backup.schedule)
    return (Copy("dump", f"{name}-backup", places, backup.schedule, pause, pause is not None),)


def _stated(backup: StatedBackup | None) -> Iterator[Copy]:
    if backup:
        yield Copy("stated", backup.by, (Place(backup.to),), None, timedelta(hours=backup.every_hours))


def _of_machines(lab: Lab) -> Iterator[Entry]:
    for name, machine in lab.machines.items():
        for index, disk in enumerate(machine.disks):
            yield Entry(
                source="machine disk",
                name=f"{name}/{disk.interface}",
                path=("machines", name, "disks", index),
                size=disk.size,
                places=(place_of_storage(lab, machine.host, disk.storage),),
                copies=tuple(_machine_backups(lab, name)),
                without_copy=None if machine.role == "appliance" else "a node is recreated from the lab's files",
                is_copy=False,
            )


def _machine_backups(lab: Lab, machine: str) -> Iterator[Copy]:
    for name, job in lab.site.machine_backups.items():
        if job.machines and machine not in job.machines:
            continue
        host = lab.machines[machine].host
        place = place_of_storage(lab, host, job.to) if job.to in lab.site.hosts[host].storages else Place(job.to)
        pause = longest_pause(job.schedule)
        yield Copy("machine backup", name, (place,), job.schedule, pause, pause is not None)

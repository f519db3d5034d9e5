"""Entries of the ledger: what is stored, where, and who holds a copy."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Literal, NamedTuple, get_args

from config.backup import StatedBackup
from config.lab import Lab
from config.namespaces import namespace_of
from config.objects import StatedObject
from config.service import Service
from config.service.database import DatabaseBase
from config.service.runs import ENDING
from config.source import Path
from plan.ledger.copies import Copy, Fate, longest_pause
from plan.ledger.places import (
    Place,
    place_of_storage,
    places_of_name,
    places_of_stated,
    places_of_target,
    places_of_volume,
)
from plan.ledger.stated_objects import CopiedBy, copied_by_objects, provisioner_of
from plan.model.fields import number, text
from plan.wording import plural
from plan.workloads.objects import claimed

Source = Literal["volume", "database", "machine disk"]
State = Literal["copied", "same server", "same disk", "not known", "never runs", "none", "on purpose", "is a copy"]
"""How well an entry is copied, by the best of its copies that run: on another server, on another disk of its server,
on its own disk, at a place that the lab does not say; `never runs` where no copy is ever made."""
NO_TIME = timedelta(0)
_MADE_ANEW = "a node is recreated from the lab's files"


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
    namespace: str | None = None
    """Of its claim; None for the disk of a machine."""
    storage_class: str | None = None
    claim: str | None = None
    """Name of its claim; None for the disk of a machine and for the volumes of a database."""
    volumes: int = 1
    """How many there are: a database server has one for each instance, a statefulset one for each replica."""
    exists: bool = False
    """The program makes the PersistentVolume of something that is there already, and that stays without its claim."""

    @property
    def surviving(self) -> tuple[Copy, ...]:
        """Copies that run and are known to lie on another disk."""
        return self.copies_with("survives")

    def copies_with(self, fate: Fate) -> tuple[Copy, ...]:
        """Copies that run, by what becomes of them when the entry's disk dies."""
        return tuple(each for each in self.copies if each.runs and each.fate(self.places) == fate)

    @property
    def state(self) -> State:
        """How well it is copied."""
        if self.is_copy:
            return "is a copy"
        if self.surviving:
            servers = {place.server for place in self.places}
            away = any(servers.isdisjoint(place.server for place in copy.places) for copy in self.surviving)
            return "copied" if away else "same server"
        if self.without_copy is not None:
            return "on purpose"
        if self.copies_with("unknown"):
            return "not known"
        if self.copies_with("lost"):
            return "same disk"
        return "never runs" if self.copies else "none"


def ledger(lab: Lab) -> tuple[Entry, ...]:
    """All data of a lab: services in the order of their files, then the disks of machines."""
    copying, objects = _copying(lab), copied_by_objects(lab)
    return (
        *(
            entry._replace(copies=(*entry.copies, *_of_class(lab, entry)))
            for name, service in lab.services.items()
            for entry in _of_service(lab, name, service, copying, objects)
        ),
        *_of_machines(lab),
    )


def counted(entries: Sequence[Entry]) -> str:
    """`74 volumes and 5 machine disks`."""
    counts: Counter[Source] = Counter()
    for entry in entries:
        counts[entry.source] += entry.volumes if entry.source == "volume" else 1
    parts = [plural(counts[source], source) for source in get_args(Source) if counts[source]]
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _of_service(
    lab: Lab,
    name: str,
    service: Service,
    copying: Mapping[str, Iterable[tuple[str, str]]],
    objects: Iterable[CopiedBy],
) -> Iterator[Entry]:
    namespace = namespace_of(lab, name)
    replicas = service.volumes_of_replicas()
    for key, volume in service.volumes.items():
        volumes = replicas.get(key) or 1
        claim = volume.claim or f"{name}-{key}"
        provisioner, places = provisioner_of(lab, volume.storage_class), places_of_volume(lab, volume)
        yield Entry(
            source="volume",
            name=f"{name}/{key}",
            path=("services", name, "volumes", key),
            size=volume.size * volumes,
            places=places,
            copies=(
                *(copy for target in copying.get(f"{name}/{key}", ()) for copy in _by_jobs(lab, *target)),
                *_stated(lab, volume.backup),
                *(each.of(places) for each in objects if each.takes(namespace, claim, None, provisioner)),
            ),
            without_copy=volume.no_backup,
            is_copy=bool(volume.copy_of),
            namespace=namespace,
            storage_class=volume.storage_class,
            claim=claim,
            volumes=volumes,
            exists=volume.exists,
        )
    for stated, claim, storage_class, size in claimed(lab.objects.get(name, ())):
        own = stated.namespace or namespace
        provisioner = provisioner_of(lab, storage_class)
        places = places_of_stated(lab, text(stated.content, "spec", "volumeName")) or places_of_name(lab, storage_class)
        yield Entry(
            source="volume",
            name=f"{name}/{claim}",
            path=stated.path,
            size=size,
            places=places,
            copies=tuple(each.of(places) for each in objects if each.takes(own, claim, None, provisioner)),
            without_copy=None,
            is_copy=False,
            namespace=own,
            storage_class=storage_class or None,
            claim=claim,
            volumes=_replicas(stated),
        )
    if isinstance(service, DatabaseBase):
        yield from _of_database(lab, name, service, namespace, objects)


def _replicas(stated: StatedObject) -> int:
    """Claims behind one that is stated: a StatefulSet has one for each replica."""
    return number(stated.content, "spec", "replicas", default=1) or 1 if stated.kind == "StatefulSet" else 1


def _of_database(
    lab: Lab, name: str, service: DatabaseBase, namespace: str, objects: Iterable[CopiedBy]
) -> Iterator[Entry]:
    places = places_of_name(lab, service.storage_class)
    backup = service.backup
    provisioner = provisioner_of(lab, service.storage_class)
    cluster = next(service.named(name)).name
    yield Entry(
        source="database",
        name=name,
        path=("services", name),
        size=service.size * service.servers,
        places=places,
        copies=(
            *(_by_dumps(lab, name, backup.schedule, backup.storage_class, namespace) if backup else ()),
            *(each.of(places) for each in objects if each.takes(namespace, None, cluster, provisioner)),
            *([Copy("replica", name, places, None, NO_TIME)] if service.servers > 1 else ()),
        ),
        without_copy=service.no_backup,
        is_copy=False,
        namespace=namespace,
        storage_class=service.storage_class,
        volumes=service.servers,
    )
    if backup:
        yield Entry(
            source="volume",
            name=f"{name}/backup",
            path=("services", name, "backup"),
            size=backup.size,
            places=places_of_name(lab, backup.storage_class),
            copies=(),
            without_copy=None,
            is_copy=True,
            namespace=namespace,
            storage_class=backup.storage_class,
        )


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
        if part.workload.runs_as in ENDING and any(volume in each.mounts for each in part.workload.containers)
    ]
    places = places_of_volume(lab, lab.services[service].volumes[volume])
    if not jobs:
        yield Copy("stated", f"{service}/{volume}", places, None, None)
    for job in jobs:
        yield _scheduled("job", job.name, places, job.workload.schedule or "", namespace_of(lab, service))


def _by_dumps(lab: Lab, name: str, schedule: str, storage_class: str, namespace: str) -> Iterator[Copy]:
    yield _scheduled("dump", f"{name}-backup", places_of_name(lab, storage_class), schedule, namespace)


def _scheduled(
    kind: Literal["job", "dump", "machine backup"],
    by: str,
    places: tuple[Place, ...],
    schedule: str,
    namespace: str | None = None,
) -> Copy:
    pause = longest_pause(schedule)
    return Copy(kind, by, places, schedule or None, pause, pause is not None, namespace)


def _of_class(lab: Lab, entry: Entry) -> Iterator[Copy]:
    """A copy of all volumes of its storage class."""
    row = lab.storage_classes.get(entry.storage_class) if entry.storage_class else None
    if row and not entry.is_copy:
        yield from _stated(lab, row.backup)


def _stated(lab: Lab, backup: StatedBackup | None) -> Iterator[Copy]:
    if backup:
        every = timedelta(hours=backup.every_hours)
        yield Copy("stated", backup.by, places_of_target(lab, backup.to), None, every)


def _of_machines(lab: Lab) -> Iterator[Entry]:
    for name, machine in lab.machines.items():
        for index, disk in enumerate(machine.disks):
            yield Entry(
                source="machine disk",
                name=f"{name}/{disk.interface}",
                path=("machines", name, "disks", index),
                size=disk.size,
                places=(place_of_storage(lab, machine.host, disk.storage),),
                copies=(*_stated(lab, disk.backup), *_machine_backups(lab, name), *_other_members(lab, name)),
                without_copy=disk.no_backup or (_MADE_ANEW if machine.role == "worker" else None),
                is_copy=False,
            )


def _machine_backups(lab: Lab, machine: str) -> Iterator[Copy]:
    for name, job in lab.site.machine_backups.items():
        if job.machines and machine not in job.machines:
            continue
        host = lab.machines[machine].host
        is_storage = job.to in lab.site.hosts[host].storages
        places = (place_of_storage(lab, host, job.to),) if is_storage else places_of_target(lab, job.to)
        yield _scheduled("machine backup", name, places, job.schedule)


def _other_members(lab: Lab, machine: str) -> Iterator[Copy]:
    """Of a control plane, the others: each has all that etcd holds."""
    if lab.machines[machine].role == "control-plane":
        for name, other in lab.machines.items():
            if other.role == "control-plane" and name != machine:
                place = place_of_storage(lab, other.host, other.disks[0].storage)
                yield Copy("replica", name, (place,), None, NO_TIME)

"""Loss of a disk, a storage, a server or a namespace: the data that is gone, and how old the copies of the rest are."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Literal, NamedTuple

from config.lab import Lab
from config.source import Path
from config.storage_class import BlockStorageClass, NfsStorageClass
from plan.ledger.copies import Copy
from plan.ledger.entries import Entry
from plan.ledger.places import Place, place_of_storage

DataEvent = Literal["disk", "storage", "server", "namespace"]


class Carried(NamedTuple):
    """How much lies on a part of the lab, copies included."""

    machines: int
    block_volumes: int
    folders: int
    """Volumes that are folders of a file server."""
    others: int
    """Volumes of other drivers, or made by hand."""
    is_upper_bound: bool = False
    """Whether some of the volumes may be on another server in place of this one."""


class DataLoss(NamedTuple):
    """Fate of the data when a part of the lab is gone."""

    event: DataEvent
    """`disk`: it dies. `storage`: a Proxmox storage is damaged or wiped, others on its disk are not. `server`: a host
    or file server does not come back, with all of its disks. `namespace`: somebody deletes it."""
    name: str
    path: Path | None
    """Where it stands in the lab; None for what is no part of it."""
    carried: Carried
    """All that lies on it. Its machines stop."""
    gone: tuple[Entry, ...]
    """Data of which no copy is known to be left."""
    restored: tuple[tuple[Entry, timedelta | None], ...]
    """Data with a copy elsewhere, and the longest time since that copy was made; None where nobody states it."""
    unchecked: tuple[Entry, ...] = ()
    """Data of which the lab does not say whether it, or a copy of it, would be left."""
    kept: tuple[Entry, ...] = ()
    """Volumes that outlive their claim: they are bound again by hand."""
    accepted: tuple[Entry, ...] = ()
    """Data that its owner needs no copy of, with a reason."""

    @property
    def oldest(self) -> timedelta | None:
        """How much work is lost at most where a copy brings data back; None where that is not known, or no data."""
        return max((age for _, age in self.restored if age is not None), default=None)


def data_losses(lab: Lab, entries: Sequence[Entry]) -> Iterator[DataLoss]:
    """The loss of each disk, of each storage that shares its disk, of each server and of each namespace that has data.
    Copies are carried, and not counted as data."""
    places = dict.fromkeys(place for entry in entries for place in entry.places)
    for place in places:
        if place.disk is not None:
            path = ("site", "hosts", place.server, "disks", place.disk)
            yield _loss(lab, "disk", str(place), path, [each for each in entries if place in each.places], place)
    yield from _storages(lab, entries)
    for server in dict.fromkeys(place.server for place in places):
        hit = [entry for entry in entries if any(place.server == server for place in entry.places)]
        path = ("site", "hosts", server) if server in lab.site.hosts else None
        yield _loss(lab, "server", server, path, hit, Place(server))
    for namespace in dict.fromkeys(entry.namespace for entry in entries if entry.namespace):
        yield _deleted(lab, namespace, [entry for entry in entries if entry.namespace == namespace])


def _loss(
    lab: Lab, event: DataEvent, name: str, path: Path | None, hit: Sequence[Entry], lost: Place | None
) -> DataLoss:
    gone: list[Entry] = []
    restored: list[tuple[Entry, timedelta | None]] = []
    unchecked: list[Entry] = []
    accepted: list[Entry] = []
    for entry in (each for each in hit if not each.is_copy):
        left = [copy for copy in entry.copies if copy.runs and _is_left(copy, lost, event)]
        if left:
            restored.append((entry, min((copy.every for copy in left if copy.every is not None), default=None)))
        elif entry.without_copy is not None:
            accepted.append(entry)
        elif entry.copies_with("unknown") or (event == "storage" and entry.copies_with("lost")):
            unchecked.append(entry)  # a copy on the same disk may lie in another storage
        else:
            gone.append(entry)
    return DataLoss(
        event,
        name,
        path,
        _carried(lab, hit),
        tuple(gone),
        tuple(restored),
        tuple(unchecked),
        accepted=tuple(accepted),
    )


def _carried(lab: Lab, hit: Sequence[Entry]) -> Carried:
    machines: set[str] = set()
    kinds: Counter[str] = Counter()
    for entry in hit:
        row = lab.storage_classes.get(entry.storage_class) if entry.storage_class else None
        if entry.source == "machine disk":
            machines.add(str(entry.path[1]))
        else:
            kinds[row.backend if row else "other"] += entry.volumes
    is_upper_bound = any(len({place.server for place in entry.places}) > 1 for entry in hit)
    return Carried(len(machines), kinds["block"], kinds["nfs"], kinds["other"], is_upper_bound)


def _is_left(copy: Copy, lost: Place | None, event: DataEvent) -> bool:
    """Whether a copy is known to be elsewhere than on what is lost."""
    if lost is None or not copy.places:
        return False
    if event == "server":
        return all(place.server != lost.server for place in copy.places)
    return all(place.is_lost_with(lost) is False for place in copy.places)


def _storages(lab: Lab, entries: Sequence[Entry]) -> Iterator[DataLoss]:
    """Storages that share a disk with another one: the loss of any other is that of its disk."""
    for host, row in lab.site.hosts.items():
        disks = [storage.disk for storage in row.storages.values()]
        for name, storage in row.storages.items():
            hit = [entry for entry in entries if (host, name) in _storages_of(lab, entry)]
            if disks.count(storage.disk) > 1 and hit:
                place = place_of_storage(lab, host, name)
                yield _loss(lab, "storage", f"{name} of {host}", ("site", "hosts", host, "storages", name), hit, place)


def _storages_of(lab: Lab, entry: Entry) -> list[tuple[str, str]]:
    """The Proxmox storages that an entry may lie on; that of a folder is the one whose path is above it."""
    if entry.source == "machine disk":
        machine = lab.machines[str(entry.path[1])]
        return [(machine.host, machine.disks[int(entry.path[3])].storage)]
    row = lab.storage_classes.get(entry.storage_class) if entry.storage_class else None
    hosts = lab.site.hosts.items()
    if isinstance(row, BlockStorageClass):
        return [(name, row.storage) for name, host in hosts if row.storage in host.storages]
    if isinstance(row, NfsStorageClass):
        return [
            (name, storage)
            for name, host in hosts
            for storage, each in host.storages.items()
            if host.address == row.server and each.path and f"{row.path}/".startswith(f"{each.path.rstrip('/')}/")
        ]
    return []


def _deleted(lab: Lab, namespace: str, hit: Sequence[Entry]) -> DataLoss:
    """The program's own classes and volumes retain the data; what other classes do is not stated."""
    kept: list[Entry] = []
    rest: list[Entry] = []
    for entry in hit:
        row = lab.storage_classes.get(entry.storage_class) if entry.storage_class else None
        retains = isinstance(row, BlockStorageClass | NfsStorageClass) and not row.existing
        (kept if retains or entry.exists else rest).append(entry)
    found = _loss(lab, "namespace", namespace, None, rest, None)
    return found._replace(
        carried=_carried(lab, hit),
        gone=(),
        unchecked=(*found.gone, *found.unchecked),
        kept=tuple(each for each in kept if not each.is_copy),
    )

"""Volumes of Longhorn: replicas beside the nodes that can have them, and sizes beside their disks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.objects import StatedObject
from config.quantity import Memory
from config.service import HelmService, Service
from config.service.database import DatabaseBase
from config.storage_class import OtherStorageClass
from plan.cluster.nodes import nodes_for
from plan.model import Node
from plan.model import Service as PlannedService
from plan.model.fields import text, value
from plan.model.findings import Finding, Rule
from plan.model.resources import EPHEMERAL_STORAGE
from plan.wording import gib, listed, plural
from plan.workloads.objects import claimed
from plan.workloads.scratch import scratch_of

REPLICAS_WITHOUT_NODES = Rule(
    "REPLICAS-WITHOUT-NODES",
    "warning",
    title="Longhorn has fewer nodes than replicas of a volume",
    meaning=(
        "Longhorn keeps the replicas of a volume on different nodes. Where there are more replicas than nodes, every "
        "volume stays degraded, and so does its alarm, so that a real loss goes unnoticed."
    ),
    remedy="Ask for as many replicas as there are nodes, or let Longhorn run on more of them.",
)

REPLICAS_WITHOUT_ROOM = Rule(
    "REPLICAS-WITHOUT-ROOM",
    "warning",
    title="Replicas of Longhorn volumes find no room",
    meaning=(
        "Each replica takes the whole size of its volume of a disk's schedulable space: its size less the share that "
        "is reserved (30 % of the disk of the root file system), times the over-provisioning (100 %). A volume whose "
        "replicas find none is degraded, or cannot be attached at all. Snapshots come on top, and are not counted."
    ),
    remedy="Make volumes smaller, ask for fewer replicas, or give the nodes larger disks.",
)

DRAIN_WAITS_FOR_REPLICA = Rule(
    "DRAIN-WAITS-FOR-REPLICA",
    "warning",
    title="Longhorn lets no node be drained that has the only replica of a volume",
    meaning=(
        "By default Longhorn keeps a disruption budget over a node that has the last healthy replica of a volume, also "
        "of one that nothing uses at the moment. With one replica to a volume that is every node with one: a drain, "
        "and an update that drains, waits for ever."
    ),
    remedy="Write defaultSettings.nodeDrainPolicy: allow-if-replica-is-stopped, or keep two replicas.",
)

PROVISIONER = "driver.longhorn.io"
_REPLICAS, _RESERVED_PERCENT, _PROVISIONED_PERCENT = 3, 30, 100
"""Defaults of Longhorn: defaultClassReplicaCount, storageReservedPercentageForDefaultDisk and
storageOverProvisioningPercentage (Longhorn 1.6 and later)."""


class _Volume(NamedTuple):
    """Like volumes of a service."""

    service: str
    size: int
    number: int
    replicas: int


def is_judged(lab: Lab, storage_class: OtherStorageClass) -> bool:
    """Whether volumes of a class are held against nodes and disks here."""
    return storage_class.provisioner == PROVISIONER and _chart(lab) is not None


def longhorn_findings(lab: Lab, nodes: Iterable[Node], planned: Iterable[PlannedService]) -> Iterator[Finding]:
    """All findings about Longhorn."""
    services = [*planned]
    chart = _chart(lab)
    if chart is None:
        return
    name, helm = chart
    able = _nodes(nodes, services, name)
    stated = {each.name: each for each in lab.objects_by_kind.get("StorageClass", ())}
    classes = {key: found for key in _classes(lab) if (found := _replicas(lab, helm, services, key)) is not None}
    yield from _drains(lab, name, helm, classes)
    is_soft = _setting(helm, "replicaSoftAntiAffinity") in (True, "true")
    if able and not is_soft:
        for key, replicas in classes.items():
            if replicas > len(able):
                yield REPLICAS_WITHOUT_NODES.finding(
                    ("storage", key) if key in lab.storage_classes else stated[key].path,
                    f"volumes of {key} have {plural(replicas, 'replica')}, each on a node of its own, and {name} runs "
                    f"on {plural(len(able), 'node')} ({listed([node.name for node in able])}): they stay degraded",
                    f"write {_written(len(able), name, key, stated)}, or let {name} run on more nodes",
                    facts={"replicas": replicas, "nodes": len(able)},
                )
    if able and not _has_disks_of_its_own(helm):
        yield from _room(lab, name, helm, able, classes)


_BLOCKS = "block-if-contains-last-replica"
"""The default of nodeDrainPolicy (Longhorn, Settings)."""


def _drains(lab: Lab, name: str, helm: HelmService, classes: Mapping[str, int]) -> Iterator[Finding]:
    policy = str(_setting(helm, "nodeDrainPolicy") or _BLOCKS)
    alone = [each.service for each in _volumes(lab, classes) if each.replicas == 1]
    if alone and policy == _BLOCKS:
        used = listed([*dict.fromkeys(alone)])
        yield DRAIN_WAITS_FOR_REPLICA.finding(
            ("services", name, "values"),
            f"a drain of a node with a volume of {used} does not end: Longhorn has one replica of it, and its "
            f"nodeDrainPolicy is {policy}",
            f"write defaultSettings.nodeDrainPolicy: allow-if-replica-is-stopped in the values of {name}",
            facts={"services": tuple(dict.fromkeys(alone))},
        )


def _chart(lab: Lab) -> tuple[str, HelmService] | None:
    return next(lab.charts("longhorn"), None)


def _nodes(nodes: Iterable[Node], services: Iterable[PlannedService], name: str) -> list[Node]:
    """The nodes on which its manager runs; none where no daemonset is declared."""
    daemons = [
        workload
        for service in services
        if service.name == name
        for workload in service.workloads
        if workload.controller == "DaemonSet"
    ]
    managers = [each for each in daemons if "manager" in each.name] or daemons
    return nodes_for(nodes, managers[0].pod) if managers else []


def _classes(lab: Lab) -> list[str]:
    """Classes of the lab, and of files."""
    rows = lab.storage_classes.items()
    own = [key for key, row in rows if isinstance(row, OtherStorageClass) and row.provisioner == PROVISIONER]
    stated = lab.objects_by_kind.get("StorageClass", ())
    return [*dict.fromkeys((*own, *(each.name for each in stated if text(each.content, "provisioner") == PROVISIONER)))]


def _replicas(lab: Lab, helm: HelmService, services: Iterable[PlannedService], key: str) -> int | None:
    """How many replicas volumes of a class have; None where something that is not known makes the class."""
    stated = [each for service in services for each in service.objects if each["kind"] == "StorageClass"]
    for each in stated:
        if each["metadata"]["name"] == key:
            return _number(text(each, "parameters", "numberOfReplicas"), _REPLICAS)
    if key == "longhorn":
        return _number(value(helm.values, "persistence", "defaultClassReplicaCount"), _REPLICAS)
    return None


def _written(replicas: int, chart: str, key: str, stated: Mapping[str, StatedObject]) -> str:
    """How and where the number of replicas is written."""
    if key in stated:
        return f'numberOfReplicas: "{replicas}" under parameters of the StorageClass {key}'
    return f"persistence.defaultClassReplicaCount: {replicas} in the values of {chart}"


def _setting(helm: HelmService, key: str) -> object:
    return value(helm.values, "defaultSettings", key)


def _number(found: object, default: int) -> int:
    return int(str(found)) if str(found).isdigit() else default


def _has_disks_of_its_own(helm: HelmService) -> bool:
    """Whether its disks are others than the one of the root file system; their sizes are not known then."""
    path = _setting(helm, "defaultDataPath")
    return _setting(helm, "createDefaultDiskLabeledNodes") in (True, "true") or path not in (None, "/var/lib/longhorn/")


def _room(lab: Lab, name: str, helm: HelmService, nodes: list[Node], classes: dict[str, int]) -> Iterator[Finding]:
    kept = _number(_setting(helm, "storageReservedPercentageForDefaultDisk"), _RESERVED_PERCENT)
    promised = _number(_setting(helm, "storageOverProvisioningPercentage"), _PROVISIONED_PERCENT)
    room = {node.name: node.capacity[EPHEMERAL_STORAGE] * (100 - kept) * promised // 10_000 for node in nodes}
    schedulable = sum(room.values())
    volumes = sorted(_volumes(lab, classes), key=lambda each: -each.size)
    unplaced: dict[str, None] = {}
    for volume in volumes:
        for _ in range(volume.number):
            most = sorted(room, key=lambda node: -room[node])[: min(volume.replicas, len(nodes))]
            if all(room[node] >= volume.size for node in most):
                for node in most:
                    room[node] -= volume.size
            else:
                unplaced[f"{volume.service} ({Memory(volume.size)}, {plural(volume.replicas, 'replica')})"] = None
    if unplaced:
        asked = sum(each.size * each.number * min(each.replicas, len(nodes)) for each in volumes)
        yield REPLICAS_WITHOUT_ROOM.finding(
            ("services", name),
            f"replicas of {listed([*unplaced])} find no room: all volumes take {gib(asked)}, and the disks of "
            f"{plural(len(nodes), 'node')} have {gib(schedulable)} to schedule, {kept} % of each kept back",
            "make the volumes smaller, ask for fewer replicas, or give the nodes larger disks",
            facts={"asked_bytes": asked, "schedulable_bytes": schedulable, "volumes": tuple(unplaced)},
        )


def _volumes(lab: Lab, classes: Mapping[str, int]) -> Iterator[_Volume]:
    for name, service in lab.services.items():
        for storage_class, size, count in _stored(service):
            if storage_class in classes:
                yield _Volume(name, size, count, classes[storage_class])
        for _, _, storage_class, size in claimed(lab.objects.get(name, ())):
            if storage_class in classes:
                yield _Volume(name, size, 1, classes[storage_class])


def _stored(service: Service) -> Iterator[tuple[str, int, int]]:
    """Class, size and number of the volumes of a service, in the order in which it says what it stores."""
    if isinstance(service, DatabaseBase):
        yield service.storage_class, int(service.size), service.servers
        if service.backup:
            yield service.backup.storage_class, int(service.backup.size), 1
        return
    scratch = scratch_of(service).values()
    sizes = [int(row.size) for row in (*service.volumes.values(), *scratch) if row.storage_class and row.size]
    for size, (storage_class, total) in zip(sizes, service.stored(), strict=False):
        yield storage_class, size, max(total // size, 1)

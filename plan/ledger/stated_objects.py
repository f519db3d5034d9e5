"""Copies that objects in the lab's files make: of CloudNativePG, Velero, VolSync, K8up, Longhorn, and snapshots."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from config.storage_class import OtherStorageClass
from plan.ledger.copies import Copy, Kind, Tool, longest_pause
from plan.ledger.places import Place
from plan.model.fields import Fields, mapping, text, value, values
from plan.model.metadata import api_group

LONGHORN = "driver.longhorn.io"
_ALL = "*"
_LONGHORN_TASKS: Mapping[str, Kind] = {
    "backup": "backup service",
    "backup-force-create": "backup service",
    "snapshot": "snapshot",
    "snapshot-force-create": "snapshot",
}
"""Tasks of a recurring job that make something (longhorn.io/docs, Recurring Snapshots and Backups)."""
_SECONDS_FIRST = 6
"""Fields of a schedule of CloudNativePG, which begins with seconds."""


class CopiedBy(NamedTuple):
    """An object that has copies made of volumes, and which these are."""

    copy: Copy
    namespaces: frozenset[str]
    """Of the volumes; `*` for all."""
    claim: str | None = None
    """Of one claim only."""
    cluster: str | None = None
    """Of the volumes of one database cluster only."""
    provisioner: str | None = None
    """Of the volumes of one driver only."""
    without: frozenset[str] = frozenset()
    """Namespaces that it leaves out."""

    def takes(self, namespace: str, claim: str | None, cluster: str | None, provisioner: str | None) -> bool:
        """Whether it copies a volume or a database."""
        if namespace in self.without or not self.namespaces & {namespace, _ALL}:
            return False
        pairs = (self.claim, claim), (self.cluster, cluster), (self.provisioner, provisioner)
        return all(mine in (None, its) for mine, its in pairs)

    def of(self, places: tuple[Place, ...]) -> Copy:
        """The copy of something that lies at these places: a snapshot lies there too."""
        return self.copy._replace(places=places) if self.copy.kind == "snapshot" else self.copy


def copied_by_objects(lab: Lab) -> tuple[CopiedBy, ...]:
    """Copies that the stated objects of a lab make. Their place is a store that is not part of the lab."""
    return tuple(
        found
        for objects in lab.objects.values()
        for stated in objects
        for found in _read(stated, namespace_of_object(lab, stated))
    )


def _read(stated: StatedObject, namespace: str) -> Iterator[CopiedBy]:
    own = frozenset((namespace,))
    content = dict(stated.content)
    match api_group(content), stated.kind:
        case "postgresql.cnpg.io", "ScheduledBackup":
            schedule = _without_seconds(text(content, "spec", "schedule"))
            copy = _copy(stated, namespace, "CloudNativePG", schedule, is_off=_is_true(content, "suspend"))
            yield CopiedBy(copy, own, cluster=text(content, "spec", "cluster", "name"))
        case "velero.io", "Schedule":
            if _takes_volumes(mapping(content, "spec", "template")):
                included = [str(each) for each in values(content, "spec", "template", "includedNamespaces")]
                left_out = [str(each) for each in values(content, "spec", "template", "excludedNamespaces")]
                is_off = _is_true(content, "paused")
                copy = _copy(stated, namespace, "Velero", text(content, "spec", "schedule"), is_off=is_off)
                yield CopiedBy(copy, frozenset(included or [_ALL]), without=frozenset(left_out))
        case "volsync.backube", "ReplicationSource":
            schedule = text(content, "spec", "trigger", "schedule")
            copy = _copy(stated, namespace, "VolSync", schedule, is_off=_is_true(content, "paused"))
            yield CopiedBy(copy, own, claim=text(content, "spec", "sourcePVC"))
        case "k8up.io", "Schedule":
            yield CopiedBy(_copy(stated, namespace, "K8up", text(content, "spec", "backup", "schedule")), own)
        case "longhorn.io", "RecurringJob":
            is_for_all = "default" in values(content, "spec", "groups")
            kind = _LONGHORN_TASKS.get(text(content, "spec", "task"))
            if is_for_all and kind:
                copy = _copy(stated, namespace, "Longhorn", text(content, "spec", "cron"), kind)
                yield CopiedBy(copy, frozenset((_ALL,)), provisioner=LONGHORN)
        case "snapscheduler.backube", "SnapshotSchedule":
            if not mapping(content, "spec", "claimSelector"):
                schedule, is_off = text(content, "spec", "schedule"), _is_true(content, "disabled")
                yield CopiedBy(_copy(stated, namespace, "SnapScheduler", schedule, "snapshot", is_off=is_off), own)
        case "snapshot.storage.k8s.io", "VolumeSnapshot":
            claim = text(content, "spec", "source", "persistentVolumeClaimName")
            copy = Copy("snapshot", f"{stated.kind} {stated.name}", (), None, None, True, namespace, "VolumeSnapshot")
            yield CopiedBy(copy, own, claim=claim)
        case _:
            return


def _takes_volumes(template: Fields) -> bool:
    """Whether a backup of Velero takes the data of volumes, and not the objects alone."""
    files = value(template, "defaultVolumesToFsBackup") is True or value(template, "defaultVolumesToRestic") is True
    return files or value(template, "snapshotVolumes") is not False


def _is_true(content: Fields, key: str) -> bool:
    return value(content, "spec", key) is True


def _copy(
    stated: StatedObject,
    namespace: str,
    tool: Tool,
    schedule: str,
    kind: Kind = "backup service",
    *,
    is_off: bool = False,
) -> Copy:
    pause = longest_pause(schedule) if schedule else None
    runs = not is_off and (pause is not None or schedule.startswith("@every"))
    return Copy(kind, f"{stated.kind} {stated.name}", (), schedule or None, pause, runs, namespace, tool)


def _without_seconds(schedule: str) -> str:
    fields = schedule.split()
    return " ".join(fields[1:]) if len(fields) == _SECONDS_FIRST else schedule


def provisioner_of(lab: Lab, storage_class: str | None) -> str | None:
    """The driver of a class whose driver the lab names."""
    row = lab.storage_classes.get(storage_class) if storage_class else None
    return row.provisioner if isinstance(row, OtherStorageClass) else None

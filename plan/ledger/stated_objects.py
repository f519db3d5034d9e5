"""Copies that objects in the lab's files make: of CloudNativePG, Velero, VolSync, K8up and Longhorn."""

from collections.abc import Iterator
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of
from config.objects import StatedObject
from config.storage_class import OtherStorageClass
from plan.ledger.copies import Copy, longest_pause
from plan.model.fields import text, value, values
from plan.model.metadata import api_group

LONGHORN = "driver.longhorn.io"
_ALL = "*"
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


def copied_by_objects(lab: Lab) -> tuple[CopiedBy, ...]:
    """Copies that the stated objects of a lab make. Their place is a store that is not part of the lab."""
    return tuple(
        found
        for service, objects in lab.objects.items()
        for stated in objects
        for found in _read(stated, stated.namespace or namespace_of(lab, service))
    )


def _read(stated: StatedObject, namespace: str) -> Iterator[CopiedBy]:
    own = frozenset((namespace,))
    content = dict(stated.content)
    match api_group(content), stated.kind:
        case "postgresql.cnpg.io", "ScheduledBackup":
            copy = _copy(stated, namespace, _without_seconds(text(content, "spec", "schedule")))
            if value(content, "spec", "suspend") is True:
                copy = copy._replace(runs=False)
            yield CopiedBy(copy, own, cluster=text(content, "spec", "cluster", "name"))
        case "velero.io", "Schedule":
            included = [str(each) for each in values(content, "spec", "template", "includedNamespaces")]
            left_out = [str(each) for each in values(content, "spec", "template", "excludedNamespaces")]
            copy = _copy(stated, namespace, text(content, "spec", "schedule"))
            if value(content, "spec", "paused") is True:
                copy = copy._replace(runs=False)
            yield CopiedBy(copy, frozenset(included or [_ALL]), without=frozenset(left_out))
        case "volsync.backube", "ReplicationSource":
            copy = _copy(stated, namespace, text(content, "spec", "trigger", "schedule"))
            yield CopiedBy(copy, own, claim=text(content, "spec", "sourcePVC"))
        case "k8up.io", "Schedule":
            yield CopiedBy(_copy(stated, namespace, text(content, "spec", "backup", "schedule")), own)
        case "longhorn.io", "RecurringJob":
            is_for_all = "default" in values(content, "spec", "groups")
            if is_for_all and text(content, "spec", "task").startswith("backup"):
                copy = _copy(stated, namespace, text(content, "spec", "cron"))
                yield CopiedBy(copy, frozenset((_ALL,)), provisioner=LONGHORN)
        case _:
            return


def _copy(stated: StatedObject, namespace: str, schedule: str) -> Copy:
    pause = longest_pause(schedule) if schedule else None
    runs = pause is not None or schedule.startswith("@every")
    return Copy("backup service", f"{stated.kind} {stated.name}", (), schedule or None, pause, runs, namespace)


def _without_seconds(schedule: str) -> str:
    fields = schedule.split()
    return " ".join(fields[1:]) if len(fields) == _SECONDS_FIRST else schedule


def provisioner_of(lab: Lab, storage_class: str | None) -> str | None:
    """The driver of a class whose driver the lab names."""
    row = lab.storage_classes.get(storage_class) if storage_class else None
    return row.provisioner if isinstance(row, OtherStorageClass) else None

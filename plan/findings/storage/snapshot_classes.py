"""Snapshots that are asked for, and that no class of snapshots makes."""

from collections.abc import Iterator
from typing import NamedTuple

from config.lab import Lab
from config.objects import StatedObject
from config.service import HelmService
from plan.cluster.membership import founder
from plan.model.fields import Fields, mapping, text, texts
from plan.model.findings import Finding, Rule, Severity

SNAPSHOT_NEVER_MADE = Rule(
    "SNAPSHOT-NEVER-MADE",
    ("warning", "info"),
    title="A snapshot names no class, and none is the default",
    meaning=(
        "The snapshot controller makes a snapshot by a VolumeSnapshotClass: the one that is named, or the one that is "
        "the default for the driver of the volume. A cluster of kubeadm has none of either. Without one the snapshot "
        "waits for ever, and the backup that begins with it never runs. In a cluster that is adopted one may have been "
        "made by hand: then it is an info."
    ),
    remedy=(
        "Write a VolumeSnapshotClass for the driver, with the annotation "
        "snapshot.storage.kubernetes.io/is-default-class, or name one. "
        "VolSync also copies without: copyMethod: Direct."
    ),
)

_DEFAULT = "snapshot.storage.kubernetes.io/is-default-class"
_MOVERS = ("restic", "rsync", "rsyncTLS", "rclone")


class _Asked(NamedTuple):
    """A snapshot without a class."""

    stated: StatedObject
    by: str
    meets: str
    fix: str


def snapshot_class_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each snapshot that nothing makes."""
    asked = [*_asked(lab)]
    if not asked or _has_default(lab) or any("snapshotclass" in key.lower() for key in _keys_of_charts(lab)):
        return
    severity: Severity = "warning" if founder(lab) else "info"
    for stated, by, meets, fix in asked:
        yield SNAPSHOT_NEVER_MADE.finding(
            stated.path,
            f"{stated.kind} {stated.name} {by} and names no class, and no VolumeSnapshotClass of the lab is the "
            f"default: {meets}",
            f'write a VolumeSnapshotClass with the annotation {_DEFAULT}: "true", or {fix}',
            about=f"{stated.kind} {stated.name}",
            severity=severity,
        )


def _asked(lab: Lab) -> Iterator[_Asked]:
    for stated in lab.objects_by_kind.get("VolumeSnapshot", ()):
        if not text(stated.content, "spec", "volumeSnapshotClassName") and not _is_existing(stated.content):
            yield _Asked(stated, "is to be made", "it is never made", f"volumeSnapshotClassName into {stated.name}")
    for kind in ("ReplicationSource", "ReplicationDestination"):
        for stated in lab.objects_by_kind.get(kind, ()):
            for mover in _MOVERS:
                row = mapping(stated.content, "spec", mover)
                if text(row, "copyMethod") == "Snapshot" and not text(row, "volumeSnapshotClassName"):
                    said = "takes a snapshot (copyMethod: Snapshot)"
                    fix = f"copyMethod: Direct under {mover} of {stated.name}"
                    yield _Asked(stated, said, "nothing is ever copied", fix)
    for stated in lab.objects_by_kind.get("Cluster", ()):
        row = mapping(stated.content, "spec", "backup", "volumeSnapshot")
        if row and not text(row, "className") and text(stated.content, "apiVersion").startswith("postgresql.cnpg.io/"):
            said = "is backed up by snapshots"
            yield _Asked(stated, said, "every backup fails", f"className under volumeSnapshot of {stated.name}")


def _is_existing(content: Fields) -> bool:
    """Whether a snapshot is one that lies on the storage already."""
    return bool(text(content, "spec", "source", "volumeSnapshotContentName"))


def _has_default(lab: Lab) -> bool:
    classes = lab.objects_by_kind.get("VolumeSnapshotClass", ())
    return any(text(each.content, "metadata", "annotations", _DEFAULT) == "true" for each in classes)


def _keys_of_charts(lab: Lab) -> Iterator[str]:
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            for path, _ in texts(service.values, ("services", name, "values")):
                yield from (str(key) for key in path[3:])

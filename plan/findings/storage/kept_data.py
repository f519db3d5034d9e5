"""Data that goes with something else, or is written in a way that loses some: claims, snapshots and shares in files."""

from collections.abc import Iterable, Iterator, Mapping

from config.lab import Lab
from config.objects import StatedObject
from config.service.container import Workload
from config.service.volume import Volume
from config.source import Path
from config.storage_class import ONE_NODE
from plan.model.fields import mapping, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.workloads.volume_classes import access_mode

VOLUME_GOES_WITH_CLAIM = Rule(
    "VOLUME-GOES-WITH-CLAIM",
    "warning",
    title="A volume made by hand is deleted with its claim",
    meaning=(
        "A PersistentVolume in a file stands for data that is there already. With persistentVolumeReclaimPolicy: "
        "Delete its driver deletes the disk as soon as the claim is gone: when a namespace or a release is removed."
    ),
    remedy="Write Retain, which is the default of a PersistentVolume in a file.",
)

CLAIMS_GO_WITH_PODS = Rule(
    "CLAIMS-GO-WITH-PODS",
    "warning",
    title="Volumes are deleted when a statefulset is scaled down or deleted",
    meaning=(
        "persistentVolumeClaimRetentionPolicy: Delete lets the claims of a statefulset go with their pods: a "
        "scale-down to zero for maintenance, or a release that is installed anew, deletes the data."
    ),
    remedy="Write Retain for both, which is the default.",
)

SNAPSHOTS_GO_WITH_OBJECTS = Rule(
    "SNAPSHOTS-GO-WITH-OBJECTS",
    "info",
    title="Snapshots are deleted with their objects",
    meaning=(
        "With deletionPolicy: Delete the snapshot on the storage goes with its VolumeSnapshot, and that with its "
        "namespace: who deletes a namespace by mistake deletes the way back as well."
    ),
    remedy="Write deletionPolicy: Retain in the VolumeSnapshotClass.",
)

SHARE_LOSES_WRITES = Rule(
    "SHARE-LOSES-WRITES",
    "warning",
    title="A share is mounted so that writes may be lost",
    meaning=(
        "With soft an NFS client gives up after a while and the program's write fails, often after it was told that "
        "all went well; nfs(5) warns of silent corruption. With nolock locks hold on one node alone: two nodes "
        "write one file. Both are fine for what is only read."
    ),
    remedy="Mount it hard and with locks, which are the defaults, or read-only.",
)

_LOSING = frozenset({"soft", "softerr", "nolock", "local_lock=all", "local_lock=flock", "local_lock=posix"})


def kept_data_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about data that goes with something else, or loses writes."""
    for stated in lab.objects_by_kind.get("StatefulSet", ()):
        policy = mapping(stated.content, "spec", "persistentVolumeClaimRetentionPolicy")
        deleting = [key for key in ("whenScaled", "whenDeleted") if text(policy, key) == "Delete"]
        if deleting and values(stated.content, "spec", "volumeClaimTemplates"):
            yield CLAIMS_GO_WITH_PODS.finding(
                stated.path,
                f"{stated.name} says Delete for {listed(deleting)} of persistentVolumeClaimRetentionPolicy: its "
                f"volumes are deleted when it is {'scaled down' if 'whenScaled' in deleting else 'deleted'}",
                f"write {listed([f'{key}: Retain' for key in deleting])}, or leave the policy out",
                about=stated.name,
            )
    for name, service in lab.services.items():
        for path, called, workload in service.parts(name):
            stated = {"scaled": workload.claim_retention.scaled, "deleted": workload.claim_retention.deleted}
            deleting = [key for key, policy in stated.items() if policy == "Delete"]
            if deleting and workload.runs_as == "statefulset" and _makes_claims(lab, service.volumes, workload):
                yield CLAIMS_GO_WITH_PODS.finding(
                    (*path, "claim_retention"),
                    f"{called} says Delete for {listed(deleting)} of claim_retention: its volumes are deleted when it "
                    f"is {'scaled down' if 'scaled' in deleting else 'deleted'}",
                    "leave claim_retention out",
                    about=called,
                )
    for stated in lab.objects_by_kind.get("PersistentVolume", ()):
        if text(stated.content, "spec", "persistentVolumeReclaimPolicy") == "Delete" and not _is_provisioned(stated):
            yield VOLUME_GOES_WITH_CLAIM.finding(
                stated.path,
                f"PersistentVolume {stated.name} says persistentVolumeReclaimPolicy: Delete: its data is deleted "
                "with its claim",
                "write persistentVolumeReclaimPolicy: Retain",
                about=stated.name,
            )
    snapshots = lab.objects_by_kind.get("VolumeSnapshot", ())
    for stated in lab.objects_by_kind.get("VolumeSnapshotClass", ()):
        used = [each.name for each in snapshots if text(each.content, "spec", "volumeSnapshotClassName") == stated.name]
        if used and text(stated.content, "deletionPolicy") == "Delete":
            yield SNAPSHOTS_GO_WITH_OBJECTS.finding(
                stated.path,
                f"{listed(used)} {'is' if len(used) == 1 else 'are'} of class {stated.name}, with deletionPolicy: "
                "Delete: whoever deletes the namespace deletes the snapshots too",
                f"write deletionPolicy: Retain in {stated.name}",
                about=stated.name,
            )
    for path, name, options in _mounts(lab):
        if losing := sorted(_LOSING.intersection(options)):
            yield SHARE_LOSES_WRITES.finding(
                path,
                f"{name} is mounted with {listed(losing)}: a server that answers late, or a second node, loses what "
                "was written",
                f"leave out {listed(losing)}",
                about=name,
                facts={"options": tuple(losing)},
            )


def _makes_claims(lab: Lab, volumes: Mapping[str, Volume], workload: Workload) -> bool:
    """Whether each replica of a statefulset has a claim of its own."""
    own = (volumes[name] for name in workload.mounted_names if name in volumes)
    return any(not each.exists and each.claim is None and access_mode(lab, each) in ONE_NODE for each in own)


def _mounts(lab: Lab) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Shares that are written: where they stand, their names, their options."""
    for name, service in lab.services.items():
        for key, volume in service.volumes.items():
            if volume.share and not volume.share.read_only and volume.share.options:
                yield ("services", name, "volumes", key, "share"), f"{name}/{key}", _split(volume.share.options)
    for kind in ("PersistentVolume", "StorageClass"):
        for stated in lab.objects_by_kind.get(kind, ()):
            if not _is_read(stated):
                options = values(
                    stated.content, *(("mountOptions",) if kind == "StorageClass" else ("spec", "mountOptions"))
                )
                yield stated.path, f"{kind} {stated.name}", _split(map(str, options))


def _is_provisioned(stated: StatedObject) -> bool:
    """Whether a driver made it, and it was written down afterwards."""
    return "pv.kubernetes.io/provisioned-by" in mapping(stated.content, "metadata", "annotations")


def _is_read(stated: StatedObject) -> bool:
    modes = values(stated.content, "spec", "accessModes")
    return bool(modes) and set(modes) == {"ReadOnlyMany"}


def _split(options: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.strip() for each in options for word in each.split(","))

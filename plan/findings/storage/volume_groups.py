"""Volumes of which two pods want the files for different groups."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.storage_class import BlockStorageClass
from plan.model import Service
from plan.model.fields import Fields, entries, text, value
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec

VOLUME_OF_TWO_GROUPS = Rule(
    "VOLUME-OF-TWO-GROUPS",
    "warning",
    title="Pods take the files of a volume from each other's group",
    meaning=(
        "Where a pod has an fsGroup (its `run_as_user`, unless `security.fs_group` says otherwise), the kubelet gives "
        "all files of its volumes to that group as it starts, unless the topmost folder has it already. Two pods with "
        "different groups take them from each other at every start: on a large volume that takes minutes, and what one "
        "wrote for its group alone the other cannot read until it starts again."
    ),
    remedy="Give both pods the same `security.fs_group`.",
)


class _User(NamedTuple):
    service: str
    workload: str
    group: int


def volume_group_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each claim of a block class that pods with different groups write to."""
    services = tuple(services)
    classes = _classes(services)
    users: dict[tuple[str, str], list[_User]] = {}
    for service in services:
        for each in service.objects:
            namespace = service.namespace_of(each)
            pod = pod_spec(each)
            group = value(pod, "securityContext", "fsGroup")
            for claim in _written(pod) if isinstance(group, int) else ():
                users.setdefault((namespace, claim), []).append(
                    _User(service.name, text(each, "metadata", "name"), group)
                )
    for (namespace, claim), found in users.items():
        first, *others = found
        row = lab.storage_classes.get(classes.get((namespace, claim), ""))
        other = next((each for each in others if each.group != first.group), None)
        if other is not None and isinstance(row, BlockStorageClass):
            yield VOLUME_OF_TWO_GROUPS.finding(
                ("services", other.service),
                f"{first.workload} gives the files of the volume {claim} to group {first.group} as it starts, and "
                f"{other.workload} to group {other.group}: each takes them from the other",
                f"write security: {{fs_group: {first.group}}} for {other.workload}",
                about=f"{namespace}/{claim}",
                facts={"group": first.group, "other": other.group},
            )


def _classes(services: Iterable[Service]) -> Mapping[tuple[str, str], str]:
    """The storage class of each claim that the plan states, by its namespace and name."""
    return {
        (service.namespace_of(each), text(each, "metadata", "name")): text(each, "spec", "storageClassName")
        for service in services
        for each in service.objects
        if each["kind"] == "PersistentVolumeClaim"
    }


def _written(pod: Fields) -> Iterator[str]:
    """Claims that a pod does not mount to read alone: of those the kubelet leaves the groups."""
    for volume in entries(pod, "volumes"):
        if value(volume, "persistentVolumeClaim", "readOnly") is not True:
            claim = text(volume, "persistentVolumeClaim", "claimName")
            yield from (claim,) if claim else ()

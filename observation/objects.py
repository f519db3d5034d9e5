"""Fields that all objects have, and those that several kinds share."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from observation.times import read_time
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text

ENGINE = "pulumi-kubernetes"
"""The field manager of pulumi-kubernetes, which adds a random part to it (`provider/pkg/provider/provider.go`)."""
MANAGER = f"{ENGINE}-homelab"
"""The field manager under which the program's objects are taken over, and written from then on."""


class Reference(NamedTuple):
    """An object by kind and name."""

    kind: str
    namespace: str | None
    """None for what belongs to the whole cluster."""
    name: str

    def __str__(self) -> str:
        return "/".join(part for part in self if part)


class Condition(NamedTuple):
    """A condition of an object's status."""

    type: str
    status: str
    """`True`, `False` or `Unknown`."""
    reason: str
    message: str
    since: datetime | None
    """When it last changed."""
    heartbeat: datetime | None
    """When it was last confirmed, where the kind records it."""


def reference(manifest: Manifest) -> Reference:
    """The object by kind and name."""
    return Reference(manifest["kind"], namespace_of(manifest), name_of(manifest))


def name_of(manifest: Manifest) -> str:
    """The name."""
    return manifest["metadata"]["name"]


def namespace_of(manifest: Manifest) -> str | None:
    """The namespace; None for what belongs to the whole cluster."""
    return manifest["metadata"].get("namespace") or None


def labels_of(manifest: Manifest) -> Fields:
    """The labels."""
    return mapping(manifest, "metadata", "labels")


def annotations_of(manifest: Manifest) -> Fields:
    """The annotations."""
    return mapping(manifest, "metadata", "annotations")


def spec_of(manifest: Manifest) -> Fields:
    """The `spec` of an object; empty for kinds without."""
    return mapping(manifest, "spec")


def status_of(manifest: Manifest) -> Fields:
    """How the object is; empty for kinds without."""
    return mapping(manifest, "status")


def created(manifest: Manifest) -> datetime | None:
    """When it was created."""
    return read_time(text(manifest, "metadata", "creationTimestamp"))


def deleted(manifest: Manifest) -> datetime | None:
    """When it is to be gone, for an object that was deleted and is still there; None for all others."""
    return read_time(text(manifest, "metadata", "deletionTimestamp"))


def controller_uid(manifest: Manifest) -> str | None:
    """The UID of the object that controls this one."""
    owners = entries(manifest, "metadata", "ownerReferences")
    return next((text(each, "uid") for each in owners if each.get("controller")), None)


def conditions(manifest: Manifest) -> Iterator[Condition]:
    """The conditions of its status."""
    for each in entries(manifest, "status", "conditions"):
        yield Condition(
            text(each, "type"),
            text(each, "status"),
            text(each, "reason"),
            text(each, "message"),
            read_time(text(each, "lastTransitionTime")),
            read_time(text(each, "lastHeartbeatTime")),
        )


def condition(manifest: Manifest, name: str) -> Condition | None:
    """One condition of its status."""
    return next((each for each in conditions(manifest) if each.type == name), None)


def is_true(manifest: Manifest, name: str) -> bool:
    """Whether a condition holds."""
    found = condition(manifest, name)
    return found is not None and found.status == "True"


def is_kubectl(entry: Fields) -> bool:
    """Whether an entry of managedFields is of a manager that the provider takes for an older version of itself."""
    manager = text(entry, "manager")
    return manager.startswith("kubectl") or manager == "before-first-apply"

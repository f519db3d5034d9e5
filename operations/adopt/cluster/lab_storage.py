"""The storage classes of a cluster, for the file of a lab."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from config.model import NAME_PATTERN
from observation.objects import annotations_of
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.world import World
from plan.model.fields import entries, text, values

CLAIM = "PersistentVolumeClaim"
_PROVISIONER = "volume.kubernetes.io/storage-provisioner"
"""The annotation of a claim that names the driver of its volume."""


def storage_classes(world: World) -> dict[str, Any]:
    """The storage classes of the cluster, and those that its claims name. How volumes of each are mounted is as most of
    its claims say."""
    provisioners = {
        key.name: text(each, "provisioner") for key, each in world.manifests.items() if key.kind == "StorageClass"
    }
    modes: dict[str, Counter[str]] = defaultdict(Counter)
    for key, claim in world.manifests.items():
        if key.kind == CLAIM and (name := text(claim, "spec", "storageClassName")):
            modes[name].update(map(str, values(claim, "spec", "accessModes")))
            provisioners.setdefault(name, str(annotations_of(claim).get(_PROVISIONER, "")))
    limited = {driver for driver, _ in volume_limits(world)}
    found: dict[str, Any] = {}
    for name in filter(re.compile(NAME_PATTERN).fullmatch, provisioners):
        (mode, _), *_ = modes[name].most_common(1) or [("ReadWriteOnce", 0)]
        found[name] = {
            "backend": "other",
            "provisioner": provisioners[name] or "not-known",
            **({"access": mode} if mode != "ReadWriteOnce" else {}),
            **({"takes_slots": True} if provisioners[name] in limited else {}),
            "description": "Volumes of the cluster as it was found",
        }
    return found


def volume_limits(world: World) -> Iterator[tuple[str, int]]:
    """CSI drivers of which a node takes a number of volumes, each with the number, for each node."""
    for key, node in world.manifests.items():
        for driver in entries(node, "spec", "drivers") if key.kind == "CSINode" else ():
            if (count := text(driver, "allocatable", "count")).isdigit():
                yield text(driver, "name"), int(count)


def classes_of_claims(world: World, known: Collection[str]) -> dict[Key, str]:
    """The storage class of each claim, where it is one of those that are known."""
    claims = ((key, claim) for key, claim in world.manifests.items() if key.kind == CLAIM)
    classes = ((key, text(claim, "spec", "storageClassName")) for key, claim in claims)
    return {key: name for key, name in classes if name in known}

"""The storage classes of a cluster, for the file of a lab."""

import re
from collections import Counter, defaultdict
from typing import Any

from config.model import NAME_PATTERN
from observation.objects import annotations_of
from operations.adopt.cluster.world import World
from plan.model.fields import text, values

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
        if key.kind == "PersistentVolumeClaim" and (name := text(claim, "spec", "storageClassName")):
            modes[name].update(map(str, values(claim, "spec", "accessModes")))
            provisioners.setdefault(name, str(annotations_of(claim).get(_PROVISIONER, "")))
    found: dict[str, Any] = {}
    for name in filter(re.compile(NAME_PATTERN).fullmatch, provisioners):
        (mode, _), *_ = modes[name].most_common(1) or [("ReadWriteOnce", 0)]
        found[name] = {
            "backend": "other",
            "provisioner": provisioners[name] or "not-known",
            **({"access": mode} if mode != "ReadWriteOnce" else {}),
            "description": "Volumes of the cluster as it was found",
        }
    return found

"""The names of volumes in pods that existed before, where they differ from their keys in the lab."""

from collections.abc import Mapping
from typing import Any

from plan.model import Manifest


def with_volume_names(pod: Manifest, names: Mapping[str, str]) -> dict[str, Any]:
    """The spec of a pod whose volumes are called so, by their keys."""
    if not names:
        return dict(pod)
    containers = {
        group: [_mounting(each, names) for each in pod[group]]
        for group in ("initContainers", "containers")
        if group in pod
    }
    volumes = [_named(each, names) for each in pod.get("volumes", ())]
    return {**pod, **containers, **({"volumes": volumes} if volumes else {})}


def _mounting(container: Manifest, names: Mapping[str, str]) -> dict[str, Any]:
    mounts = [_named(each, names) for each in container.get("volumeMounts", ())]
    return {**container, **({"volumeMounts": mounts} if mounts else {})}


def _named(element: Manifest, names: Mapping[str, str]) -> dict[str, Any]:
    return {**element, "name": names.get(element["name"], element["name"])}

"""Reading the containers of a pod's manifest."""

from collections.abc import Mapping
from typing import Any

from plan.model import Container, Pod
from plan.resources import read_amounts


def read_pod(spec: Mapping[str, Any]) -> Pod:
    """The containers of a pod's `spec`. Raises ValueError where a quantity is not one."""
    return Pod(
        containers=tuple(_container(each) for each in spec.get("containers") or ()),
        init_containers=tuple(_container(each) for each in spec.get("initContainers") or ()),
    )


def _container(manifest: Mapping[str, Any]) -> Container:
    resources: Mapping[str, Any] = manifest.get("resources") or {}
    return Container(
        name=manifest["name"],
        requests=read_amounts(resources.get("requests") or {}),
        limits=read_amounts(resources.get("limits") or {}),
        always_restarts=manifest.get("restartPolicy") == "Always",
    )

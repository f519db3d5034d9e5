"""Reading the containers of a pod's manifest."""

from collections.abc import Mapping
from typing import Any

from config.notation import rounded_up
from plan.model import Container, Pod
from plan.model.resources import CPU, EPHEMERAL_STORAGE, MEMORY

STANDARD = (CPU, MEMORY, EPHEMERAL_STORAGE)
"""Resources that a container may have parts of; of any other there are only whole ones."""


def read_pod(spec: Mapping[str, Any]) -> Pod:
    """The containers of a pod's `spec`. Raises ValueError where a quantity is not one."""
    return Pod(containers=_containers(spec, "containers"), init_containers=_containers(spec, "initContainers"))


def stated(manifest: Mapping[str, Any], field: str) -> Mapping[str, object]:
    """The `requests` or `limits` that a container itself states."""
    resources: Mapping[str, Mapping[str, object] | None] = manifest.get("resources") or {}
    return resources.get(field) or {}


def _containers(spec: Mapping[str, Any], field: str) -> tuple[Container, ...]:
    manifests: list[Mapping[str, Any]] = spec.get(field) or []
    return tuple(_container(manifest) for manifest in manifests)


def _container(manifest: Mapping[str, Any]) -> Container:
    return Container(
        name=manifest["name"],
        requests=_amounts(stated(manifest, "requests")),
        limits=_amounts(stated(manifest, "limits")),
        always_restarts=manifest.get("restartPolicy") == "Always",
    )


def _amounts(texts: Mapping[str, object]) -> dict[str, int]:
    """A resource list. Less than a millicore counts as one, and so does a part of something that there are only whole
    ones of, which is refused later."""
    return {resource: rounded_up(str(text), 1000 if resource == CPU else 1) for resource, text in texts.items()}

"""Reading the containers of a pod's manifest."""

from collections.abc import Mapping
from typing import Any

from config.quantity import Cpu
from plan.model import Container, Pod
from plan.resources import read_amount


class InvalidAmount(Exception):
    """A resource of which there are only whole ones is stated in part; the message is the API server's."""


def read_pod(spec: Mapping[str, Any]) -> Pod:
    """The containers of a pod's `spec`. Raises InvalidAmount, or ValueError where a quantity is not one."""
    return Pod(containers=_containers(spec, "containers"), init_containers=_containers(spec, "initContainers"))


def _containers(spec: Mapping[str, Any], field: str) -> tuple[Container, ...]:
    manifests: list[Mapping[str, Any]] = spec.get(field) or []
    return tuple(_container(f"spec.{field}[{index}]", manifest) for index, manifest in enumerate(manifests))


def _container(path: str, manifest: Mapping[str, Any]) -> Container:
    resources: Mapping[str, Mapping[str, object]] = manifest.get("resources") or {}
    return Container(
        name=manifest["name"],
        requests=_amounts(f"{path}.resources.requests", resources.get("requests") or {}),
        limits=_amounts(f"{path}.resources.limits", resources.get("limits") or {}),
        always_restarts=manifest.get("restartPolicy") == "Always",
    )


def _amounts(path: str, amounts: Mapping[str, object]) -> dict[str, int]:
    """A resource list; the API server counts extended resources in whole ones only."""
    for resource, text in amounts.items():
        if "/" in resource and (amount := Cpu.parse(str(text))) % 1000:
            raise InvalidAmount(f'{path}[{resource}]: Invalid value: "{amount}": must be an integer')
    return {resource: read_amount(resource, str(text)) for resource, text in amounts.items()}

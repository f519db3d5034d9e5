"""What the API server itself says about a pod's resources, whatever a cluster's policies are."""

from collections.abc import Iterator, Mapping
from typing import Any

from plan.model import Container, Pod
from plan.resources import CPU, EPHEMERAL_STORAGE, MEMORY, notation

_STANDARD = (CPU, MEMORY, EPHEMERAL_STORAGE)


def invalid_fields(spec: Mapping[str, Any], pod: Pod) -> Iterator[str]:
    """What makes the pod invalid (`ValidatePodCreate`)."""
    for field, containers in (("containers", pod.containers), ("initContainers", pod.init_containers)):
        for index, container in enumerate(containers):
            yield from _invalid_resources(f"spec.{field}[{index}].resources", container)
    if spec.get("ephemeralContainers"):
        yield "spec.ephemeralContainers: Forbidden: cannot be set on create"


def _invalid_resources(path: str, container: Container) -> Iterator[str]:
    for kind, amounts in (("limits", container.limits), ("requests", container.requests)):
        for resource in amounts:
            if resource not in _STANDARD and "/" not in resource:
                where = f"{path}.{kind}[{resource}]"
                yield f'{where}: Invalid value: "{resource}": must be a standard resource for containers'
    for resource, request in container.requests.items():
        limit = container.limits.get(resource)
        if limit is None:
            if resource not in _STANDARD and "/" in resource:
                yield f"{path}.limits: Required value: Limit must be set for non overcommitable resources"
        elif request != limit and resource not in _STANDARD:
            yield _differs(path, resource, request, f"must be equal to {resource} limit of {notation(resource, limit)}")
        elif request > limit:
            yield _differs(
                path,
                resource,
                request,
                f"must be less than or equal to {resource} limit of {notation(resource, limit)}",
            )


def _differs(path: str, resource: str, request: int, words: str) -> str:
    return f'{path}.requests: Invalid value: "{notation(resource, request)}": {words}'

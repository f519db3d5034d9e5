"""Default requests and limits of containers that state none."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from plan.model import Container, Manifest, Pod, ResourceList
from plan.model.resources import read_amounts


def defaulted_by_api(pod: Pod) -> Pod:
    """A request that is not stated is the limit (`SetDefaults_Pod`)."""
    return _each_container(
        pod, lambda container: container._replace(requests={**container.limits, **container.requests})
    )


def defaulted_by_limit_range(pod: Pod, limit_ranges: Iterable[Manifest]) -> Pod:
    """Limits and requests that are not stated come from the LimitRanges, init containers included (LimitRanger)."""
    for limit_range in limit_ranges:
        limits, requests = container_defaults(limit_range)
        pod = _each_container(
            pod, lambda container, limits=limits, requests=requests: _filled(container, limits, requests)
        )
    return pod


def container_defaults(limit_range: Manifest) -> tuple[ResourceList, ResourceList]:
    """Default limits and requests. `max` is a default limit where none is stated, a default limit a default
    request, and so is `min` (`SetDefaults_LimitRangeItem`)."""
    limits: dict[str, int] = {}
    requests: dict[str, int] = {}
    for item in limit_range["spec"]["limits"]:
        if item["type"] == "Container":
            default_limits = amounts_of(item, "max") | amounts_of(item, "default")
            limits |= default_limits
            requests |= amounts_of(item, "min") | default_limits | amounts_of(item, "defaultRequest")
    return limits, requests


def amounts_of(item: Mapping[str, Any], field: str) -> dict[str, int]:
    """The amounts in a field of a LimitRange's item, or none."""
    return read_amounts(item.get(field) or {})


def _filled(container: Container, limits: ResourceList, requests: ResourceList) -> Container:
    return container._replace(
        limits={**limits, **container.limits},
        requests={**requests, **container.requests},
    )


def _each_container(pod: Pod, change: Callable[[Container], Container]) -> Pod:
    return pod._replace(
        containers=tuple(map(change, pod.containers)),
        init_containers=tuple(map(change, pod.init_containers)),
    )

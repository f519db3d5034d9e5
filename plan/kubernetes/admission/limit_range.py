"""What a LimitRange refuses (plugin/pkg/admission/limitranger). What a runtime class takes does not count."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from config.quantity import Cpu
from plan.kubernetes.admission.defaults import amounts_of
from plan.model import Manifest, Pod, ResourceList
from plan.model.resources import notation, pod_limits, pod_requests

_MILLI = 1000


def limit_range_refusals(pod: Pod, limit_ranges: Iterable[Manifest]) -> Iterator[str]:
    """What a pod has too much or too little of, container by container and as a whole."""
    for limit_range in limit_ranges:
        for item in limit_range["spec"]["limits"]:
            for requests, limits in _measured(item["type"], pod):
                yield from _too_little(item, requests, limits)
                yield from _too_much(item, requests, limits)
                yield from _too_far_apart(item, requests, limits)


def _measured(kind: str, pod: Pod) -> list[tuple[ResourceList, ResourceList]]:
    if kind == "Container":
        return [(container.requests, container.limits) for container in (*pod.containers, *pod.init_containers)]
    alone = pod._replace(overhead={})
    return [(pod_requests(alone), pod_limits(alone))] if kind == "Pod" else []


def _too_little(item: Mapping[str, Any], requests: ResourceList, limits: ResourceList) -> Iterator[str]:
    for resource, least in amounts_of(item, "min").items():
        said = f"minimum {resource} usage per {item['type']} is {notation(resource, least)}"
        if resource not in requests:
            yield f"{said}.  No request is specified"
        elif requests[resource] < least:
            yield f"{said}, but request is {notation(resource, requests[resource])}"
        elif limits.get(resource, least) < least:
            yield f"{said}, but limit is {notation(resource, limits[resource])}"


def _too_much(item: Mapping[str, Any], requests: ResourceList, limits: ResourceList) -> Iterator[str]:
    for resource, most in amounts_of(item, "max").items():
        said = f"maximum {resource} usage per {item['type']} is {notation(resource, most)}"
        if resource not in limits:
            yield f"{said}.  No limit is specified"
        elif limits[resource] > most:
            yield f"{said}, but limit is {notation(resource, limits[resource])}"
        elif requests.get(resource, 0) > most:
            yield f"{said}, but request is {notation(resource, requests[resource])}"


def _too_far_apart(item: Mapping[str, Any], requests: ResourceList, limits: ResourceList) -> Iterator[str]:
    ratios: Mapping[str, object] = item.get("maxLimitRequestRatio") or {}
    for resource, text in ratios.items():
        ratio = Cpu.parse(str(text))
        said = f"{resource} max limit to request ratio per {item['type']} is {ratio}"
        if not requests.get(resource):
            yield f"{said}, but no request is specified or request is 0"
        elif not limits.get(resource):
            yield f"{said}, but no limit is specified or limit is 0"
        elif limits[resource] * _MILLI > ratio * requests[resource]:
            yield f"{said}, but provided ratio is {limits[resource] / requests[resource]:f}"

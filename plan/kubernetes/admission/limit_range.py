"""Refusals by a LimitRange (plugin/pkg/admission/limitranger). The overhead of a runtime class does not count."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from config.quantity import Cpu
from plan.kubernetes.admission.defaults import amounts_of
from plan.kubernetes.admission.reasons import LimitBroken
from plan.model import Manifest, Pod, ResourceList
from plan.model.resources import notation, pod_limits, pod_requests

_MILLI = 1000


def limit_range_refusals(pod: Pod, limit_ranges: Iterable[Manifest]) -> Iterator[LimitBroken]:
    """Amounts in a pod that are too large or too small, container by container and as a whole."""
    for limit_range in limit_ranges:
        for item in limit_range["spec"]["limits"]:
            for measured in _measured(item["type"], pod):
                yield from _too_little(item, measured)
                yield from _too_much(item, measured)
                yield from _too_far_apart(item, measured)


class _Measured(NamedTuple):
    """A container, or a pod as a whole, for which the name is empty."""

    name: str
    requests: ResourceList
    limits: ResourceList


def _measured(kind: str, pod: Pod) -> list[_Measured]:
    if kind == "Container":
        return [_Measured(each.name, each.requests, each.limits) for each in (*pod.containers, *pod.init_containers)]
    alone = pod._replace(overhead={})
    return [_Measured("", pod_requests(alone), pod_limits(alone))] if kind == "Pod" else []


def _too_little(item: Mapping[str, Any], measured: _Measured) -> Iterator[LimitBroken]:
    requests, limits = measured.requests, measured.limits
    for resource, least in amounts_of(item, "min").items():
        said = f"minimum {resource} usage per {item['type']} is {notation(resource, least)}"
        of: Literal["request", "limit"] = "request"
        if resource not in requests:
            stated, words = None, f"{said}.  No request is specified"
        elif requests[resource] < least:
            stated, words = requests[resource], f"{said}, but request is {notation(resource, requests[resource])}"
        elif limits.get(resource, least) < least:
            of, stated, words = (
                "limit",
                limits[resource],
                f"{said}, but limit is {notation(resource, limits[resource])}",
            )
        else:
            continue
        yield LimitBroken("minimum", resource, item["type"], measured.name, least, stated, of, words)


def _too_much(item: Mapping[str, Any], measured: _Measured) -> Iterator[LimitBroken]:
    requests, limits = measured.requests, measured.limits
    for resource, most in amounts_of(item, "max").items():
        said = f"maximum {resource} usage per {item['type']} is {notation(resource, most)}"
        of: Literal["request", "limit"] = "limit"
        if resource not in limits:
            stated, words = None, f"{said}.  No limit is specified"
        elif limits[resource] > most:
            stated, words = limits[resource], f"{said}, but limit is {notation(resource, limits[resource])}"
        elif requests.get(resource, 0) > most:
            of, stated = "request", requests[resource]
            words = f"{said}, but request is {notation(resource, requests[resource])}"
        else:
            continue
        yield LimitBroken("maximum", resource, item["type"], measured.name, most, stated, of, words)


def _too_far_apart(item: Mapping[str, Any], measured: _Measured) -> Iterator[LimitBroken]:
    requests, limits = measured.requests, measured.limits
    ratios: Mapping[str, object] = item.get("maxLimitRequestRatio") or {}
    for resource, text in ratios.items():
        ratio = Cpu.parse(str(text))
        said = f"{resource} max limit to request ratio per {item['type']} is {ratio}"
        of: Literal["request", "limit"] = "request"
        if not requests.get(resource):
            stated, words = None, f"{said}, but no request is specified or request is 0"
        elif not limits.get(resource):
            of, stated, words = "limit", None, f"{said}, but no limit is specified or limit is 0"
        elif limits[resource] * _MILLI > ratio * requests[resource]:
            stated = requests[resource]
            words = f"{said}, but provided ratio is {limits[resource] / requests[resource]:f}"
        else:
            continue
        yield LimitBroken("ratio", resource, item["type"], measured.name, int(ratio), stated, of, words)

"""Refusals by a ResourceQuota (pkg/quota/v1/evaluator/core/pods.go and the ResourceQuota plugin)."""

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from plan.cluster.nodes import PODS
from plan.kubernetes.admission.containers import STANDARD
from plan.kubernetes.admission.reasons import QuotaBroken
from plan.model import Container, Manifest, Pod, ResourceList
from plan.model.resources import CPU, MEMORY, notation, of_quota, pod_limits, pod_requests, qos_class, read_amount

REQUESTS, LIMITS = "requests.", "limits."
_HAVE_TO_BE_STATED = (CPU, MEMORY)
"""A quota on one of these refuses a container that does not state it."""


def quota_refusals(
    spec: Mapping[str, Any], priority_class: str, pod: Pod, quotas: Mapping[str, tuple[Manifest, ResourceList]]
) -> Iterator[QuotaBroken]:
    """The refusal by the first quota that is exceeded; `quotas` holds each with the amounts used of it, by name.

    Before any quota is counted, the pod has to state what one of them demands. Of several quotas of one kind the API
    server takes one at random; here it is the first by name.
    """
    applying = [
        (name, {resource: quota_amount(resource, text) for resource, text in quota["spec"]["hard"].items()}, used)
        for name, (quota, used) in sorted(quotas.items())
        if _applies(quota, spec, priority_class, pod)
    ]
    failed = (
        QuotaBroken(name, (), f"failed quota: {name}: must specify {'; '.join(unstated)}")
        for name, hard, _ in applying
        if (unstated := _unstated(hard, pod))
    )
    usage = pod_usage(pod)
    exceeded = (_exceeded(name, usage, used, hard) for name, hard, used in applying)
    yield from islice(chain(failed, filter(None, exceeded)), 1)


def _exceeded(name: str, usage: ResourceList, used: ResourceList, hard: ResourceList) -> QuotaBroken | None:
    over = [
        resource
        for resource in sorted(hard)
        if usage.get(resource) and used.get(resource, 0) + usage[resource] > hard[resource]
    ]
    shown = (
        ",".join(f"{resource}={notation(resource, amounts.get(resource, 0))}" for resource in over)
        for amounts in (usage, used, hard)
    )
    if not over:
        return None
    return QuotaBroken(
        name, tuple(over), "exceeded quota: {}, requested: {}, used: {}, limited: {}".format(name, *shown)
    )


def pod_usage(pod: Pod) -> dict[str, int]:
    """Amounts that a pod takes of a quota, by the quota's names of resources."""
    requests, limits = pod_requests(pod), pod_limits(pod)
    return {
        PODS: 1,
        f"count/{PODS}": 1,
        **{name: requests[name] for name in STANDARD if name in requests},
        **{f"{REQUESTS}{resource}": amount for resource, amount in requests.items()},
        **{f"{LIMITS}{resource}": amount for resource, amount in limits.items()},
    }


def _applies(quota: Manifest, spec: Mapping[str, Any], priority_class: str, pod: Pod) -> bool:
    scopes = [{"scopeName": name, "operator": "Exists"} for name in quota["spec"].get("scopes") or ()]
    selector: Mapping[str, list[Mapping[str, Any]]] = quota["spec"].get("scopeSelector") or {}
    return all(
        _in_scope(scope, spec, priority_class, pod) for scope in (*scopes, *selector.get("matchExpressions", ()))
    )


def _in_scope(scope: Mapping[str, Any], spec: Mapping[str, Any], priority_class: str, pod: Pod) -> bool:
    is_best_effort = qos_class(pod) == "BestEffort"
    ends = spec.get("activeDeadlineSeconds") is not None
    match scope["scopeName"]:
        case "BestEffort":
            return is_best_effort
        case "NotBestEffort":
            return not is_best_effort
        case "Terminating":
            return ends
        case "NotTerminating":
            return not ends
        case "PriorityClass":
            return _selects(scope, priority_class)
        case other:
            raise ValueError(f"the quota scope {other} is not predicted")


def _selects(scope: Mapping[str, Any], priority_class: str) -> bool:
    values = scope.get("values") or ()
    match scope["operator"]:
        case "In":
            return priority_class in values
        case "NotIn":
            return priority_class not in values
        case "Exists":
            return bool(priority_class)
        case _:
            return not priority_class


def _unstated(hard: Mapping[str, int], pod: Pod) -> list[str]:
    containers = (*pod.containers, *pod.init_containers)
    missing = (
        (resource, sorted({each.name for each in containers if not _states(each, resource)}))
        for resource in sorted(hard)
        if of_quota(resource) in _HAVE_TO_BE_STATED
    )
    return [f"{resource} for: {','.join(names)}" for resource, names in missing if names]


def _states(container: Container, resource: str) -> bool:
    amounts = container.limits if resource.startswith(LIMITS) else container.requests
    return of_quota(resource) in amounts


def quota_amount(field: str, text: Any) -> int:
    """How much a quota's `hard` says under a name."""
    return read_amount(of_quota(field), str(text))

"""The API server's own validation of a pod's resources, whatever a cluster's policies are."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from config.notation import rounded_up
from config.quantity import Cpu
from plan.kubernetes.admission.containers import STANDARD, stated
from plan.model import Container, Pod, ResourceList
from plan.model.resources import is_huge_pages, notation


def invalid_fields(spec: Mapping[str, Any], pod: Pod) -> Iterator[str]:
    """Errors that make the pod invalid (`ValidatePodCreate`)."""
    for field, containers in (("containers", pod.containers), ("initContainers", pod.init_containers)):
        for index, container in enumerate(containers):
            yield from _invalid_resources(f"spec.{field}[{index}].resources", spec[field][index], container)
    if spec.get("ephemeralContainers"):
        yield "spec.ephemeralContainers: Forbidden: cannot be set on create"


class _Amount(NamedTuple):
    """How much of a resource, and how that is written."""

    exact: int
    """In thousandths, but for the standard resources."""
    shown: str


def _invalid_resources(path: str, manifest: Mapping[str, Any], container: Container) -> Iterator[str]:
    said = stated(manifest, "limits")
    limits = _exact(said, container.limits)
    requests = _exact({**said, **stated(manifest, "requests")}, container.requests)
    for kind, amounts in (("limits", limits), ("requests", requests)):
        for resource, amount in amounts.items():
            yield from _invalid_amount(f"{path}.{kind}[{resource}]", resource, amount)
    for resource, request in requests.items():
        if resource in limits:
            yield from _apart(f"{path}.requests", resource, request, limits[resource])
        elif _is_whole(resource):
            yield f"{path}.limits: Required value: Limit must be set for non overcommitable resources"


def _exact(said: Mapping[str, object], stored: ResourceList) -> dict[str, _Amount]:
    """Exact amounts of a container: those that it states itself, and those that were filled in."""
    exact: dict[str, _Amount] = {}
    for resource, amount in stored.items():
        if resource in STANDARD:
            exact[resource] = _Amount(amount, notation(resource, amount))
        else:
            thousandths = Cpu(rounded_up(str(said.get(resource, amount)), 1000))
            exact[resource] = _Amount(thousandths, str(thousandths))
    return exact


def _invalid_amount(where: str, resource: str, amount: _Amount) -> Iterator[str]:
    if resource in STANDARD:
        return
    if not _is_whole(resource):
        yield f'{where}: Invalid value: "{resource}": must be a standard resource for containers'
    elif not is_huge_pages(resource) and amount.exact % 1000:
        yield f'{where}: Invalid value: "{amount.shown}": must be an integer'


def _is_whole(resource: str) -> bool:
    """Whether requests and limits of it have to be the same: extended resources and huge pages."""
    return "/" in resource or is_huge_pages(resource)


def _apart(where: str, resource: str, request: _Amount, limit: _Amount) -> Iterator[str]:
    if _is_whole(resource) and request.exact != limit.exact:
        words = "must be equal to"
    elif request.exact > limit.exact:
        words = "must be less than or equal to"
    else:
        return
    yield f'{where}: Invalid value: "{request.shown}": {words} {resource} limit of {limit.shown}'

"""Services of kind `helm`: the release, with the resources of its footprint set in the chart's values."""

import re
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, cast

from config.service import HelmService
from config.service.footprint import FootprintContainer, FootprintWorkload
from plan.model import Container, Manifest, Pod, Release, Workload, resources
from plan.model.constraints import EVERY_TAINT, Constraints
from plan.tiers.conventions import GPU_NODE_LABEL, GPU_TAINT, resources_of
from plan.workloads import volumes
from plan.workloads.chart_placement import kept_apart
from plan.workloads.context import ServiceContext
from plan.workloads.controllers import CONTROLLERS, planned_workload
from plan.workloads.ownership import release_target
from plan.workloads.routes import Backend, routes
from plan.workloads.secrets import chart_secret
from plan.workloads.volume_classes import is_block

_STEP = re.compile(r"\[(\d+)\]|\[\"([^\"]+)\"\]|\.([A-Za-z][A-Za-z0-9]*)")
"""A step of the path of a field: an index, a key in quotes, or a key."""
Values = Mapping[str, Any]
"""Values of a chart."""


def build_helm(context: ServiceContext, helm: HelmService) -> tuple[list[Workload], list[Manifest], list[Manifest]]:
    """Workloads of a release, the objects that the chart refers to, and those that come after it."""
    workloads = footprint_workloads(context, helm.footprint)
    before = [*chart_secret(context, helm.secrets.items()), *volumes.claims(context, _volumes_of_charts(helm))]
    backend = helm.endpoint
    after = list(routes(context, {(None, None): Backend(backend.service, backend.port)} if backend else {}))
    return workloads, before, after


def _volumes_of_charts(helm: HelmService) -> set[str]:
    """Volumes that the chart claims itself: those of its statefulsets, one for each replica."""
    return {
        volume
        for footprint in helm.footprint.values()
        if footprint.runs_as == "statefulset"
        for volume in footprint.volumes
    }


def release(
    context: ServiceContext, helm: HelmService, extra_values: Mapping[str, Any], after: tuple[str, ...]
) -> Release:
    """The release of a service. `extra_values` are those that follow from the rest of the lab; `after` names the
    services whose charts have to be there first."""
    chart = helm.chart
    is_oci = chart.repository.startswith("oci://")
    values: dict[str, Any] = {}
    for additional in (helm.values, extra_values, _resource_values(context, helm)):
        values = merged(values, additional)
    name = helm.release or context.name
    for path in context.service.ignore_fields.get(release_target(name), ()):
        values = _with_parents(values, path)
    return Release(
        name=name,
        chart=f"{chart.repository}/{chart.name}" if is_oci else chart.name,
        repository={} if is_oci else {"repo": chart.repository},
        version=chart.version,
        values=plain(values),
        after=after,
    )


def _with_parents(values: Values, path: str) -> dict[str, Any]:
    """Values in which the mappings around an ignored path are there: the engine keeps what it ignores only then."""
    steps = _STEP.findall(path.removeprefix("values"))
    mappings = list(takewhile(lambda step: not step[0], steps))[:-1]
    missing: dict[str, Any] = {}
    for _, quoted, key in reversed(mappings):
        missing = {quoted or key: missing}
    return merged(missing, values)


def merged(base: Values, over: Values) -> dict[str, Any]:
    """Values of a chart, one set over another: mappings are merged, everything else is replaced."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            value = merged(cast(Values, below), cast(Values, value))
        result[key] = value
    return result


def plain(value: object) -> Any:
    """A value as the charts expect it: lists instead of the configuration's tuples."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in cast(dict[str, object], value).items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in cast(list[object], value)]
    return value


def _resource_values(context: ServiceContext, helm: HelmService) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for workload in helm.footprint.values():
        for name, config in (*workload.containers.items(), *workload.init.items()):
            if config.values is not None:
                container = _container(context, name, config)
                stated: Any = {
                    "requests": resources.written(container.requests),
                    "limits": resources.written(container.limits),
                }
                for key in reversed(config.values.split(".")):
                    stated = {key: stated}
                values = merged(values, stated)
    return values


def _container(context: ServiceContext, name: str, config: FootprintContainer) -> Container:
    """Without ephemeral storage unless the footprint states it: charts are not asked to limit what we do not know."""
    full = resources_of(name, config, context.tier, context.exceptions, extended=context.extended_resources(config.gpu))
    if config.ephemeral_storage is not None:
        return full
    return Container(
        name,
        {resource: full.requests[resource] for resource in full.requests if resource != resources.EPHEMERAL_STORAGE},
        {resource: full.limits[resource] for resource in full.limits if resource != resources.EPHEMERAL_STORAGE},
    )


def footprint_workloads(context: ServiceContext, footprint: Mapping[str, FootprintWorkload]) -> list[Workload]:
    """The workloads that somebody else makes, as they are declared."""
    return [_workload(context, name, each) for name, each in footprint.items()]


def _workload(context: ServiceContext, name: str, footprint: FootprintWorkload) -> Workload:
    uses_gpu = any(container.gpu for container in footprint.containers.values())
    classes = {volume: context.service.volumes[volume].storage_class for volume in footprint.volumes}
    classes |= footprint.claims
    block = tuple(claim for claim, storage_class in classes.items() if is_block(context.lab, storage_class))
    pod = Pod(
        containers=tuple(_container(context, key, config) for key, config in footprint.containers.items()),
        init_containers=tuple(_container(context, key, config) for key, config in footprint.init.items()),
        priority=context.tier.priority,
        node_selector=footprint.node_selector | ({GPU_NODE_LABEL: "true"} if uses_gpu else {}),
        tolerated_taints=EVERY_TAINT if footprint.every_node else frozenset({GPU_TAINT} if uses_gpu else ()),
        block_volumes=block,
        constraints=Constraints(
            preempts=context.tier.preempts,
            host_ports=frozenset((port.protocol, port.number) for port in footprint.host_ports),
        ),
    )
    if isinstance(context.service, HelmService) and (apart := kept_apart(context.service, name, footprint)):
        labels, term = apart
        pod = pod._replace(constraints=pod.constraints._replace(labels=labels, apart=(term,)))
    controller = CONTROLLERS[footprint.runs_as]
    return planned_workload(context, name, controller, footprint.replicas, pod, (*context.path, "footprint", name))

"""Services whose workloads we write: from what a service states to all of its objects."""

from collections.abc import Iterator, Mapping

from config.service import AppService, GpuService
from config.service.container import Part
from config.service.container import Workload as WorkloadConfig
from config.service.runs import ENDING
from plan.model import Manifest, Workload
from plan.workloads import volumes
from plan.workloads.context import ServiceContext
from plan.workloads.controllers import (
    CONTROLLERS,
    availability,
    controller,
    in_motion,
    per_replica_volumes,
    planned_workload,
    recommendation,
)
from plan.workloads.files import files_config_maps
from plan.workloads.identity import identity
from plan.workloads.networking import service
from plan.workloads.permissions import permissions
from plan.workloads.pods import pod_template
from plan.workloads.routes import Backend, Backends, routes
from plan.workloads.secrets import service_secrets


def build_app(context: ServiceContext, app: AppService | GpuService) -> tuple[list[Workload], list[Manifest]]:
    """Workloads and objects of a service of kind `app` or `gpu`."""
    return build_parts(context, list(app.parts(context.name)))


def build_parts(context: ServiceContext, parts: list[Part]) -> tuple[list[Workload], list[Manifest]]:
    """Workloads of a service and their objects, in the order in which they are made."""
    per_replica = {name for part in parts for name in per_replica_volumes(context, part.workload)}
    manifests = [
        *service_secrets(context, [part.workload for part in parts]),
        *permissions(context),
        *volumes.claims(context, per_replica),
    ]
    workloads: list[Workload] = []
    for part in parts:
        workload, objects = _build_part(context, part, _neighbour(context, part, parts))
        workloads.append(workload)
        manifests += objects
    manifests += routes(context, _backends(context, parts))
    return workloads, manifests


def _build_part(
    context: ServiceContext, part: Part, beside: Mapping[str, str] | None
) -> tuple[Workload, list[Manifest]]:
    name, config = part.name, part.workload
    template = pod_template(context, name, config, per_replica_volumes(context, config), beside)
    made = controller(context, name, config, template)
    objects = [
        *files_config_maps(context, name, config),
        *service(context, part),
        made,
        *availability(context, name, config),
        *recommendation(context, name, made["apiVersion"], made["kind"]),
    ]
    kind = CONTROLLERS[config.runs_as]
    pod = template.pod
    if zones := volumes.zones_of_existing(context, config):
        pod = pod._replace(constraints=pod.constraints._replace(volume_zones=zones))
    workload = planned_workload(context, name, kind, _pods(config), pod, part.path)
    return in_motion(context, config, workload), objects


def _pods(config: WorkloadConfig) -> int:
    """Pods at once."""
    if config.runs_as not in ENDING:
        return config.replicas
    return min(config.job.parallel or 1, config.job.completions or config.job.parallel or 1)


def _neighbour(context: ServiceContext, part: Part, parts: list[Part]) -> Mapping[str, str] | None:
    """Labels of the pods that a part must share a node with: of the first that mount the same block volume, in its own
    service or in the one that has the volume."""
    own = set(volumes.block_volumes(context, part.workload))
    for other in parts[: parts.index(part)]:
        if own & set(volumes.block_volumes(context, other.workload)):
            return identity(other.name, other.workload).selector
    for name in sorted(own & volumes.claims_of_others(context.service).keys()):
        owner, volume = volumes.claims_of_others(context.service)[name]
        for other in context.lab.services[owner].parts(owner):
            if volume in other.workload.mounted_names:
                return identity(other.name, other.workload).selector
    return None


def _backends(context: ServiceContext, parts: list[Part]) -> Backends:
    def listening() -> Iterator[tuple[tuple[str | None, str | None], Backend]]:
        for part in parts:
            if ports := part.workload.reached_ports:
                key = None if part.is_main else str(part.path[-1])
                called = identity(part.name, part.workload).service
                unnamed = part.workload.adopt.unnamed_port
                found = {
                    name: Backend(called, port.reached, None if unnamed else port.service_name or name)
                    for name, port in ports.items()
                }
                yield (key, None), next(iter(found.values()))
                for name, backend in found.items():
                    yield (key, name), backend

    return dict(listening())

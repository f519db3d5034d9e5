"""Services: each with its workloads, its objects and what has to exist before them."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from config.lab import Lab
from config.service import (
    AppService,
    ExternalService,
    GpuService,
    HelmService,
    MysqlService,
    ObjectsService,
    PostgresService,
)
from plan.kubernetes.eviction import eviction_order
from plan.model import Manifest, Node, Release, Service, Workload
from plan.model.metadata import api_group
from plan.tiers.conventions import HEADROOM
from plan.workloads.apps import build_app
from plan.workloads.context import ServiceContext
from plan.workloads.external import build_external
from plan.workloads.helm import build_helm, release
from plan.workloads.mysql import build_mysql
from plan.workloads.objects import build_objects, build_stand_alone
from plan.workloads.ownership import ignored
from plan.workloads.patches import patched, replanned
from plan.workloads.platform import platform_manifests, platform_values
from plan.workloads.postgres import build_postgres
from plan.workloads.secrets import stated_secrets


def plan_services(lab: Lab, nodes: tuple[Node, ...]) -> tuple[Service, ...]:
    """Every service, in the order of the files."""
    providers = api_providers(lab)
    return _with_eviction_places(
        [_service(ServiceContext(lab, nodes, name, lab.services[name]), providers) for name in lab.services]
    )


def api_providers(lab: Lab) -> dict[str, str]:
    """The service that brings the kinds of an API group, by group."""
    stated = {
        each.content["spec"]["group"]: name
        for name, objects in lab.objects.items()
        for each in objects
        if each.kind == "CustomResourceDefinition"
    }
    return stated | {group: name for name, service in lab.services.items() for group in service.installs()}


def _service(context: ServiceContext, providers: Mapping[str, str]) -> Service:
    config = context.service
    workloads, before, after = _build(context)
    platform_before, platform_after = platform_manifests(context)
    added, first, then = build_objects(context)
    if config.makes_pods == "chart":
        before += [*platform_before, *stated_secrets(context), *first]
        after += [*platform_after, *then]
    else:
        after = [*stated_secrets(context), *after, *platform_before, *platform_after, *first, *then]
    before, after = patched(context, before), patched(context, after)
    workloads = replanned(context, [*workloads, *added], [*before, *after])
    chart = _release(context, before, providers)
    return Service(
        name=context.name,
        kind=config.kind,
        tier=config.tier,
        namespace=context.namespace,
        workloads=tuple(workloads),
        manifests=tuple(after),
        release=chart,
        before_release=tuple(before),
        after=_needed(context, after, providers),
        headroom=HEADROOM["volatile" if config.for_gpus else config.stability],
        hosts=tuple(dict.fromkeys(host for each in config.expose for host in each.host_names(context.lab.site.domain))),
        eviction_place=0,
        ignored=ignored(context, [*before, *after], chart),
    )


def _build(context: ServiceContext) -> tuple[list[Workload], list[Manifest], list[Manifest]]:
    """Workloads, objects before a release, objects after it."""
    config = context.service
    match config:
        case HelmService():
            return build_helm(context, config)
        case PostgresService():
            workloads, manifests = build_postgres(context, config)
        case MysqlService():
            workloads, manifests = build_mysql(context, config)
        case AppService() | GpuService():
            workloads, manifests = build_app(context, config)
        case ExternalService():
            workloads, manifests = [], build_external(context, config)
        case ObjectsService():
            workloads, manifests = build_stand_alone(context, config)
        case _:
            assert_never(config)
    return workloads, [], manifests


def _release(context: ServiceContext, before: list[Manifest], providers: Mapping[str, str]) -> Release | None:
    if not isinstance(context.service, HelmService):
        return None
    needed = (*_pod_network(context), *_needed(context, before, providers))
    return release(context, context.service, platform_values(context), needed)


def _pod_network(context: ServiceContext) -> tuple[str, ...]:
    """The policy engine comes before all other charts, and its pods need the pod network. A network that is no chart is
    declared at the same time: the pods start when it is there."""
    platform = context.lab.cluster.platform
    if context.name != platform.policy_engine or platform.pod_network is None:
        return ()
    return (platform.pod_network,) if context.lab.services[platform.pod_network].makes_pods == "chart" else ()


def _needed(context: ServiceContext, manifests: Iterable[Manifest], providers: Mapping[str, str]) -> tuple[str, ...]:
    """Services whose charts install the kinds that a service uses, itself aside."""
    groups = dict.fromkeys(api_group(manifest) for manifest in manifests)
    needed = dict.fromkeys(providers[group] for group in groups if group in providers)
    charts = (name for name in needed if context.lab.services[name].makes_pods == "chart")
    return tuple(name for name in charts if name != context.name)


def _with_eviction_places(services: list[Service]) -> tuple[Service, ...]:
    """A service is evicted when the first of its workloads is."""
    places: dict[str, int] = {}
    steady = (workload for service in services for workload in service.workloads if workload.replicas)
    for workload in eviction_order(steady):
        places.setdefault(workload.service, len(places) + 1)
    return tuple(service._replace(eviction_place=places.get(service.name, 0)) for service in services)

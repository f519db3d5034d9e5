"""Services: each with its workloads, its objects and what has to exist before them."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from config.lab import Lab
from config.service import AppService, GpuService, HelmService, MysqlService, ObjectsService, PostgresService
from plan.kubernetes.eviction import eviction_order
from plan.model import Manifest, Node, Release, Service, Workload
from plan.model.metadata import api_group
from plan.tiers.conventions import HEADROOM
from plan.workloads.apps import build_app
from plan.workloads.context import Scope
from plan.workloads.helm import build_helm, release
from plan.workloads.mysql import build_mysql
from plan.workloads.objects import build_objects, build_stand_alone
from plan.workloads.ownership import ignored
from plan.workloads.patches import patched, replanned
from plan.workloads.platform import platform_manifests, platform_values
from plan.workloads.postgres import build_postgres


def plan_services(lab: Lab, nodes: tuple[Node, ...]) -> tuple[Service, ...]:
    """Every service, in the order of the files."""
    providers = api_providers(lab)
    return _with_eviction_places(
        [_service(Scope(lab, nodes, name, lab.services[name]), providers) for name in lab.services]
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


def _service(scope: Scope, providers: Mapping[str, str]) -> Service:
    config = scope.service
    workloads, before, after = _build(scope)
    platform_before, platform_after = platform_manifests(scope)
    added, first, then = build_objects(scope)
    if config.makes_pods == "chart":
        before += [*platform_before, *first]
        after += [*platform_after, *then]
    else:
        after += [*platform_before, *platform_after, *first, *then]
    before, after = patched(scope, before), patched(scope, after)
    workloads = replanned(scope, [*workloads, *added], [*before, *after])
    return Service(
        name=scope.name,
        kind=config.kind,
        tier=config.tier,
        namespace=scope.namespace,
        workloads=tuple(workloads),
        manifests=tuple(after),
        release=_release(scope, before, providers),
        before_release=tuple(before),
        after=_needed(scope, after, providers),
        headroom=HEADROOM["volatile" if config.for_gpus else config.stability],
        hosts=tuple(dict.fromkeys(exposure.host_name(scope.lab.site.domain) for exposure in config.expose)),
        eviction_place=0,
        ignored=ignored(scope, [*before, *after]),
    )


def _build(scope: Scope) -> tuple[list[Workload], list[Manifest], list[Manifest]]:
    """Workloads, objects before a release, objects after it."""
    config = scope.service
    match config:
        case HelmService():
            return build_helm(scope, config)
        case PostgresService():
            workloads, manifests = build_postgres(scope, config)
        case MysqlService():
            workloads, manifests = build_mysql(scope, config)
        case AppService() | GpuService():
            workloads, manifests = build_app(scope, config)
        case ObjectsService():
            workloads, manifests = build_stand_alone(scope, config)
        case _:
            assert_never(config)
    return workloads, [], manifests


def _release(scope: Scope, before: list[Manifest], providers: Mapping[str, str]) -> Release | None:
    if not isinstance(scope.service, HelmService):
        return None
    needed = (*_pod_network(scope), *_needed(scope, before, providers))
    return release(scope, scope.service, platform_values(scope), needed)


def _pod_network(scope: Scope) -> tuple[str, ...]:
    """The policy engine comes before all other charts, and its pods need the pod network."""
    platform = scope.lab.cluster.platform
    if scope.name != platform.policy_engine or platform.pod_network is None:
        return ()
    return (platform.pod_network,)


def _needed(scope: Scope, manifests: Iterable[Manifest], providers: Mapping[str, str]) -> tuple[str, ...]:
    """Services whose charts install the kinds that a service uses, itself aside."""
    groups = dict.fromkeys(api_group(manifest) for manifest in manifests)
    needed = dict.fromkeys(providers[group] for group in groups if group in providers)
    charts = (name for name in needed if scope.lab.services[name].makes_pods == "chart")
    return tuple(name for name in charts if name != scope.name)


def _with_eviction_places(services: list[Service]) -> tuple[Service, ...]:
    """A service goes when the first of its workloads goes."""
    places: dict[str, int] = {}
    steady = (workload for service in services for workload in service.workloads if workload.replicas)
    for workload in eviction_order(steady):
        places.setdefault(workload.service, len(places) + 1)
    return tuple(service._replace(eviction_place=places.get(service.name, 0)) for service in services)

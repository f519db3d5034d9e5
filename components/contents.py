"""Contents of the cluster: which components there are, and which waits for which."""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

import pulumi
import pulumi_kubernetes as kubernetes

from components.cluster_defaults import ClusterDefaults, ClusterDefaultsArgs
from components.gpu_app import GpuApp, GpuAppArgs
from components.helm_app import HelmApp, HelmAppArgs
from components.identity import DEFAULTS, POLICIES, known_as
from components.k8s_app import K8sApp, K8sAppArgs
from components.kyverno_policies import KyvernoPolicies, KyvernoPoliciesArgs
from components.mysql_app import MysqlApp, MysqlAppArgs
from components.postgres_app import PostgresApp, PostgresAppArgs
from components.tier_namespace import TierNamespace, TierNamespaceArgs
from plan import model

APPS = {
    "gpu": (GpuApp, GpuAppArgs),
    "postgres": (PostgresApp, PostgresAppArgs),
    "mysql": (MysqlApp, MysqlAppArgs),
}
"""The component of a service's own objects, by kind, where it is not `K8sApp`."""


def declare_contents(
    plan: model.Plan, provider: kubernetes.Provider, after: tuple[pulumi.Resource, ...]
) -> tuple[pulumi.Resource, ...]:
    """Declare everything in the cluster: defaults, what comes before the policies, the policies, and the rest.

    Returns the defaults: what waits for them waits for an API server that answers.
    """
    defaults = ClusterDefaults(
        DEFAULTS,
        ClusterDefaultsArgs(manifests=plan.defaults, provider=provider, after=after),
        known_as(plan.lab.name),
    ).objects
    free = [namespace for namespace in plan.namespaces if not namespace.after_policies]
    governed = [namespace for namespace in plan.namespaces if namespace.after_policies]

    namespaces = declare_namespaces(free, provider, after=defaults)
    releases = declare_releases(services_in(free, plan.services), provider, namespaces, {})
    policies = declare_policies(plan, provider, after=tuple(releases.values()))
    namespaces |= declare_namespaces(governed, provider, after=(*defaults, *policies))
    releases |= declare_releases(services_in(governed, plan.services), provider, namespaces, releases)
    for service in filter(lambda service: service.manifests, plan.services):
        declare_service(service, provider, namespaces, releases)
    return defaults


def declare_policies(
    plan: model.Plan, provider: kubernetes.Provider, after: tuple[pulumi.Resource, ...]
) -> tuple[pulumi.Resource, ...]:
    """Declare the policies, where the lab has any."""
    if not plan.policies:
        return ()
    args = KyvernoPoliciesArgs(manifests=plan.policies, provider=provider, after=after)
    return KyvernoPolicies(POLICIES, args, known_as(plan.lab.name)).policies


def declare_namespaces(
    namespaces: Iterable[model.Namespace], provider: kubernetes.Provider, after: tuple[pulumi.Resource, ...]
) -> dict[str, pulumi.Resource]:
    """Declare namespaces, those aside that Kubernetes itself makes; returns them by name."""
    return {
        namespace.name: TierNamespace(
            namespace.name, TierNamespaceArgs(manifest=namespace.manifest, provider=provider, after=after)
        ).namespace
        for namespace in namespaces
        if namespace.is_declared
    }


def declare_releases(
    services: Iterable[model.Service],
    provider: kubernetes.Provider,
    namespaces: Mapping[str, pulumi.Resource],
    existing: Mapping[str, pulumi.Resource],
) -> dict[str, pulumi.Resource]:
    """Declare the charts of services, each after those that it needs; returns the releases by service."""
    releases = dict(existing)
    for service, release in in_order(services):
        args = HelmAppArgs(
            namespace=service.namespace,
            manifests=service.before_release,
            release=release,
            provider=provider,
            after=(*within(service, namespaces), *(releases[name] for name in release.after)),
            ignored=service.ignored,
        )
        releases[service.name] = HelmApp(service.name, args).release
    return releases


def declare_service(
    service: model.Service,
    provider: kubernetes.Provider,
    namespaces: Mapping[str, pulumi.Resource],
    releases: Mapping[str, pulumi.Resource],
) -> None:
    """Declare a service's own objects, after its chart and those whose kinds it uses."""
    component, args = APPS.get(service.kind, (K8sApp, K8sAppArgs))
    charts = dict.fromkeys((*service.after, *({service.name} & releases.keys())))
    after = (*within(service, namespaces), *(releases[name] for name in charts))
    component(
        service.name,
        args(manifests=service.manifests, provider=provider, after=after, ignored=service.ignored),
    )


def within(service: model.Service, namespaces: Mapping[str, pulumi.Resource]) -> tuple[pulumi.Resource, ...]:
    """The namespace of a service, where the program makes it."""
    namespace = namespaces.get(service.namespace)
    return () if namespace is None else (namespace,)


def services_in(namespaces: Iterable[model.Namespace], services: Iterable[model.Service]) -> list[model.Service]:
    """The services that live in some of the namespaces."""
    names = {namespace.name for namespace in namespaces}
    return [service for service in services if service.namespace in names]


def in_order(services: Iterable[model.Service]) -> list[tuple[model.Service, model.Release]]:
    """The services that have a release, each after those that its release waits for."""
    charts = {service.name: (service, service.release) for service in services if service.release is not None}
    order = TopologicalSorter({name: release.after for name, (_, release) in charts.items()}).static_order()
    return [charts[name] for name in order if name in charts]

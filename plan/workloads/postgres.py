"""Services of kind `postgres`: a CloudNativePG cluster, its databases and users, and the job that dumps it."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from config.service import PostgresService
from config.service.container import Part
from config.service.published import known_address
from plan.model import Manifest, Pod, ResourceList, Workload, resources
from plan.model.constraints import Constraints, read_constraints
from plan.model.metadata import manifest
from plan.tiers.conventions import resources_of
from plan.workloads.apps import build_parts
from plan.workloads.backups import as_app, backup_job, backup_volume
from plan.workloads.context import ServiceContext
from plan.workloads.controllers import planned_workload, recommendation
from plan.workloads.load_balancers import address_annotations
from plan.workloads.secrets import external_secret
from plan.workloads.volume_classes import is_block

API_VERSION = "postgresql.cnpg.io/v1"
SUPERUSER, SUPERUSER_PASSWORD = "postgres", "POSTGRES_PASSWORD"

USER_ID = 26
"""Of the server in CloudNativePG's images."""


def build_postgres(context: ServiceContext, postgres: PostgresService) -> tuple[list[Workload], list[Manifest]]:
    """Workloads and objects of a CloudNativePG cluster, and of the job that dumps it."""
    cluster = _workload(context, postgres)
    if postgres.cluster is None:
        manifests = [
            *_passwords(context, postgres),
            _cluster(context, postgres, cluster),
            *_databases(context, postgres),
            *recommendation(context, context.name, API_VERSION, "Cluster"),
        ]
    else:
        manifests = [_as_it_is(context, postgres, postgres.cluster, cluster)]
    if postgres.backup is None:
        return [cluster], manifests
    dump = f'PGPASSWORD="${SUPERUSER_PASSWORD}" pg_dumpall -h {context.name}-rw -U {SUPERUSER}'
    job = backup_job(context.name, postgres, postgres.backup, dump, USER_ID, SUPERUSER_PASSWORD)
    app = as_app(postgres, job, {"backup": backup_volume(postgres.backup)})
    part = Part((*context.path, "backup"), f"{context.name}-backup", job)
    jobs, objects = build_parts(replace(context, service=app), [part])
    return [cluster, *jobs], [*manifests, *objects]


def _workload(context: ServiceContext, postgres: PostgresService) -> Workload:
    container = resources_of("postgres", postgres, context.tier, context.exceptions)
    if postgres.cluster is not None:
        requests, limits = _without_ephemeral(container.requests), _without_ephemeral(container.limits)
        container = container._replace(requests=requests, limits=limits)
    pod = Pod(
        containers=(container,),
        priority=context.tier.priority,
        block_volumes=("data",) if is_block(context.lab, postgres.storage_class) else (),
        constraints=_constraints(context, postgres.cluster or context.name),
    )
    name = postgres.cluster or context.name
    workload = planned_workload(context, name, "Cluster", postgres.instances, pod, context.path)
    return workload._replace(max_unavailable=1 if postgres.instances > 1 else None)


def _constraints(context: ServiceContext, cluster: str) -> Constraints:
    """The operator labels the pods of a cluster, and would rather have them on different nodes."""
    labels = {"cnpg.io/cluster": cluster}
    term = {"labelSelector": {"matchLabels": labels}, "topologyKey": "kubernetes.io/hostname"}
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    affinity = {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}
    return read_constraints({"labels": labels}, {"affinity": affinity}, preempts=context.tier.preempts)


def _cluster(context: ServiceContext, postgres: PostgresService, workload: Workload) -> Manifest:
    container = workload.pod.containers[0]
    spec: dict[str, Any] = {
        "instances": postgres.instances,
        "imageName": postgres.image,
        "priorityClassName": postgres.tier,
        "inheritedMetadata": {"labels": context.labels()},
        "enablePDB": postgres.instances > 1,
        "storage": {"size": str(postgres.size), "storageClass": postgres.storage_class},
        "resources": {
            "requests": resources.written(container.requests),
            "limits": resources.written(container.limits),
        },
        "affinity": {"enablePodAntiAffinity": True, "podAntiAffinityType": "preferred"},
        "postgresql": {"parameters": {"max_connections": str(postgres.max_connections)}},
        "enableSuperuserAccess": True,
        "superuserSecret": {"name": _password_secret(context, SUPERUSER)},
    }
    managed: dict[str, Any] = {"roles": [_role(context, name) for name in postgres.databases]}
    if postgres.load_balancer:
        managed["services"] = {"additional": [_outside_service(context, known_address(postgres.load_balancer))]}
    spec["managed"] = managed
    return manifest(API_VERSION, "Cluster", context.name, context.namespace, labels=context.labels(), spec=spec)


def _as_it_is(context: ServiceContext, postgres: PostgresService, name: str, workload: Workload) -> Manifest:
    """A cluster that existed before, with what is stated of it."""
    container = workload.pod.containers[0]
    amounts = {"requests": container.requests, "limits": container.limits}
    stated = (
        {"max_connections": str(postgres.max_connections)} if "max_connections" in postgres.model_fields_set else {}
    )
    spec: dict[str, Any] = {
        "instances": postgres.instances,
        "imageName": postgres.image,
        "storage": {"size": str(postgres.size), "storageClass": postgres.storage_class},
        "resources": {kind: resources.written(each) for kind, each in amounts.items()},
        **({"postgresql": {"parameters": stated}} if stated else {}),
    }
    return manifest(API_VERSION, "Cluster", name, context.namespace, marked=False, spec=spec)


def _without_ephemeral(amounts: ResourceList) -> dict[str, int]:
    return {resource: amount for resource, amount in amounts.items() if resource != resources.EPHEMERAL_STORAGE}


def _role(context: ServiceContext, name: str) -> dict[str, Any]:
    return {"name": name, "login": True, "passwordSecret": {"name": _password_secret(context, name)}}


def _outside_service(context: ServiceContext, address: IPv4Address | None) -> dict[str, Any]:
    """A Service outside the cluster's network that always leads to the primary."""
    asked = {"annotations": address_annotations(context.lab, address)} if address else {}
    return {
        "selectorType": "rw",
        "serviceTemplate": {
            "metadata": {"name": f"{context.name}-outside", **asked},
            "spec": {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False},
        },
    }


def _databases(context: ServiceContext, postgres: PostgresService) -> Iterator[Manifest]:
    for name in postgres.databases:
        yield manifest(
            API_VERSION,
            "Database",
            f"{context.name}-{name}",
            context.namespace,
            labels=context.labels(),
            spec={
                "cluster": {"name": context.name},
                "name": name,
                "owner": name,
                "databaseReclaimPolicy": "retain",
            },
        )


def _password_secret(context: ServiceContext, user: str) -> str:
    return f"{context.name}-user-{user}"


def _passwords(context: ServiceContext, postgres: PostgresService) -> Iterator[Manifest]:
    """A Secret per user, with the password from Vault: `<service>` for postgres, `<database>` for the others."""
    sources = {SUPERUSER: (SUPERUSER_PASSWORD, context.name)} | {
        name: ("DB_PASSWORD", name) for name in postgres.databases
    }
    for user, (key, path) in sources.items():
        data = {"password": {"key": path, "property": key}}
        content = {"username": user, "password": "{{ .password }}"}
        template = {"type": "kubernetes.io/basic-auth", "data": content}
        yield external_secret(context, _password_secret(context, user), data, template)

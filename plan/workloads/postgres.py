"""Services of kind `postgres`: a CloudNativePG cluster, its databases and users, and the job that dumps it."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from config.service import PostgresService
from config.service.container import Part
from plan.model import Manifest, Pod, Workload, resources
from plan.model.constraints import Constraints, read_constraints
from plan.model.metadata import manifest
from plan.tiers.conventions import resources_of
from plan.workloads.apps import build_parts
from plan.workloads.backups import as_app, backup_job, backup_volume
from plan.workloads.context import Scope
from plan.workloads.controllers import planned_workload, recommendation
from plan.workloads.networking import load_balancer_annotation
from plan.workloads.secrets import external_secret
from plan.workloads.volumes import is_block

API_VERSION = "postgresql.cnpg.io/v1"
SUPERUSER, SUPERUSER_PASSWORD = "postgres", "POSTGRES_PASSWORD"

USER_ID = 26
"""Of the server in CloudNativePG's images."""


def build_postgres(scope: Scope, postgres: PostgresService) -> tuple[list[Workload], list[Manifest]]:
    """Workloads and objects of a CloudNativePG cluster, and of the job that dumps it."""
    cluster = _workload(scope, postgres)
    manifests = [
        *_passwords(scope, postgres),
        _cluster(scope, postgres, cluster),
        *_databases(scope, postgres),
        *recommendation(scope, scope.name, API_VERSION, "Cluster"),
    ]
    if postgres.backup is None:
        return [cluster], manifests
    dump = f'PGPASSWORD="${SUPERUSER_PASSWORD}" pg_dumpall -h {scope.name}-rw -U {SUPERUSER}'
    job = backup_job(scope.name, postgres, postgres.backup, dump, USER_ID, SUPERUSER_PASSWORD)
    app = as_app(postgres, job, {"backup": backup_volume(postgres.backup)})
    part = Part((*scope.path, "backup"), f"{scope.name}-backup", job)
    jobs, objects = build_parts(replace(scope, service=app), [part])
    return [cluster, *jobs], [*manifests, *objects]


def _workload(scope: Scope, postgres: PostgresService) -> Workload:
    container = resources_of("postgres", postgres, scope.tier, scope.exceptions)
    pod = Pod(
        containers=(container,),
        priority=scope.tier.priority,
        block_volumes=("data",) if is_block(scope.lab, postgres.storage_class) else (),
        constraints=_constraints(scope),
    )
    workload = planned_workload(scope, scope.name, "Cluster", postgres.instances, pod, scope.path)
    return workload._replace(max_unavailable=1 if postgres.instances > 1 else None)


def _constraints(scope: Scope) -> Constraints:
    """The operator labels the pods of a cluster, and would rather have them on different nodes."""
    labels = {"cnpg.io/cluster": scope.name}
    term = {"labelSelector": {"matchLabels": labels}, "topologyKey": "kubernetes.io/hostname"}
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    affinity = {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}
    return read_constraints({"labels": labels}, {"affinity": affinity}, preempts=scope.tier.preempts)


def _cluster(scope: Scope, postgres: PostgresService, workload: Workload) -> Manifest:
    container = workload.pod.containers[0]
    spec: dict[str, Any] = {
        "instances": postgres.instances,
        "imageName": postgres.image,
        "priorityClassName": postgres.tier,
        "inheritedMetadata": {"labels": scope.labels()},
        "enablePDB": postgres.instances > 1,
        "storage": {"size": str(postgres.size), "storageClass": postgres.storage_class},
        "resources": {
            "requests": resources.written(container.requests),
            "limits": resources.written(container.limits),
        },
        "affinity": {"enablePodAntiAffinity": True, "podAntiAffinityType": "preferred"},
        "postgresql": {"parameters": {"max_connections": str(postgres.max_connections)}},
        "enableSuperuserAccess": True,
        "superuserSecret": {"name": _password_secret(scope, SUPERUSER)},
    }
    managed: dict[str, Any] = {"roles": [_role(scope, name) for name in postgres.databases]}
    if postgres.load_balancer:
        managed["services"] = {"additional": [_outside_service(scope, postgres.load_balancer)]}
    spec["managed"] = managed
    return manifest(API_VERSION, "Cluster", scope.name, scope.namespace, labels=scope.labels(), spec=spec)


def _role(scope: Scope, name: str) -> dict[str, Any]:
    return {"name": name, "login": True, "passwordSecret": {"name": _password_secret(scope, name)}}


def _outside_service(scope: Scope, address: IPv4Address) -> dict[str, Any]:
    """A Service outside the cluster's network that always leads to the primary."""
    return {
        "selectorType": "rw",
        "serviceTemplate": {
            "metadata": {"name": f"{scope.name}-outside", "annotations": load_balancer_annotation(address)},
            "spec": {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False},
        },
    }


def _databases(scope: Scope, postgres: PostgresService) -> Iterator[Manifest]:
    for name in postgres.databases:
        yield manifest(
            API_VERSION,
            "Database",
            f"{scope.name}-{name}",
            scope.namespace,
            labels=scope.labels(),
            spec={
                "cluster": {"name": scope.name},
                "name": name,
                "owner": name,
                "databaseReclaimPolicy": "retain",
            },
        )


def _password_secret(scope: Scope, user: str) -> str:
    return f"{scope.name}-user-{user}"


def _passwords(scope: Scope, postgres: PostgresService) -> Iterator[Manifest]:
    """A Secret per user, with the password from Vault: `<service>` for postgres, `<database>` for the others."""
    sources = {SUPERUSER: (SUPERUSER_PASSWORD, scope.name)} | {
        name: ("DB_PASSWORD", name) for name in postgres.databases
    }
    for user, (key, path) in sources.items():
        data = {"password": {"key": path, "property": key}}
        content = {"username": user, "password": "{{ .password }}"}
        template = {"type": "kubernetes.io/basic-auth", "data": content}
        yield external_secret(scope, _password_secret(scope, user), data, template)

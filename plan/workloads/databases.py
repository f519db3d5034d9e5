"""Services of kind `postgres` and `mysql`, with their backups.

MySQL and all backups are ordinary workloads; a Postgres server is a CloudNativePG cluster.
"""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from config.parts import Part
from config.service import AppService, MysqlService, PostgresService
from config.service.common import Volume
from config.service.container import ContainerPort, SecretVariable
from config.service.container import Workload as WorkloadConfig
from config.service.database import Backup, DatabaseBase
from plan import resources
from plan.conventions import BACKUP, resources_of
from plan.metadata import manifest
from plan.model import Manifest, Pod, Workload
from plan.resources import oom_score_adj, qos_class
from plan.scope import Scope
from plan.workloads.apps import build_app, build_parts
from plan.workloads.controllers import recommendation
from plan.workloads.networking import load_balancer_annotation
from plan.workloads.secrets import API_VERSION as EXTERNAL_SECRETS_API
from plan.workloads.secrets import STORE
from plan.workloads.volumes import is_block

SUPERUSER = "postgres"
POSTGRES_API = "postgresql.cnpg.io/v1"
POSTGRES_USER, MYSQL_USER = 26, 999
"""User ids of the servers in their official images."""

_DUMP = """set -euo pipefail
file="/backup/{name}-$(date +%Y%m%d-%H%M).sql.gz"
{dump} | gzip > "$file.part"
mv "$file.part" "$file"
find /backup -name '*.sql.gz' -mtime +{keep_days} -delete"""


def build_mysql(scope: Scope, mysql: MysqlService) -> tuple[list[Workload], list[Manifest]]:
    """Workloads and objects of a MySQL server: a statefulset, and the job that dumps it."""
    app = _as_app(
        mysql,
        main=WorkloadConfig(
            image=mysql.image,
            cpu=mysql.cpu,
            memory=mysql.memory,
            memory_request=mysql.memory_request,
            ephemeral_storage=mysql.ephemeral_storage,
            runs_as="statefulset",
            ports={"mysql": ContainerPort(3306, "TCP")},
            secrets=_if_there_is_a_vault(scope, "MYSQL_ROOT_PASSWORD"),
            mounts={"data": "/var/lib/mysql"},
            files={"/docker-entrypoint-initdb.d/databases.sql": _create_databases(mysql)} if mysql.databases else {},
            run_as_user=MYSQL_USER,
            grace_seconds=120,
        ),
        volumes={"data": Volume(storage_class=mysql.storage_class, size=mysql.size)},
    )
    if mysql.backup:
        dump = (
            f'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysqldump -h {scope.name} -u root --all-databases --single-transaction'
        )
        backup = _backup_job(scope, mysql, mysql.backup, dump, MYSQL_USER, "MYSQL_ROOT_PASSWORD")
        app = app.model_copy(
            update={
                "workloads": {"backup": backup},
                "volumes": {**app.volumes, "backup": _backup_volume(mysql.backup)},
            }
        )
    return build_app(replace(scope, service=app), app)


def _create_databases(mysql: MysqlService) -> str:
    return "".join(f"CREATE DATABASE IF NOT EXISTS `{name}`;\n" for name in mysql.databases)


def build_postgres(scope: Scope, postgres: PostgresService) -> tuple[list[Workload], list[Manifest]]:
    """Workloads and objects of a CloudNativePG cluster, and of the job that dumps it."""
    cluster = _postgres_workload(scope, postgres)
    manifests = [
        *_postgres_passwords(scope, postgres),
        _postgres_cluster(scope, postgres, cluster),
        *_postgres_databases(scope, postgres),
        *recommendation(scope, scope.name, POSTGRES_API, "Cluster"),
    ]
    if postgres.backup is None:
        return [cluster], manifests
    dump = f'PGPASSWORD="$POSTGRES_PASSWORD" pg_dumpall -h {scope.name}-rw -U postgres'
    job = _backup_job(scope, postgres, postgres.backup, dump, POSTGRES_USER, "POSTGRES_PASSWORD")
    app = _as_app(postgres, main=job, volumes={"backup": _backup_volume(postgres.backup)})
    part = Part((*scope.path, "backup"), f"{scope.name}-backup", job)
    jobs, objects = build_parts(replace(scope, service=app), [part])
    return [cluster, *jobs], [*manifests, *objects]


def _as_app(database: DatabaseBase, main: WorkloadConfig, volumes: dict[str, Volume]) -> AppService:
    """A database as a service whose workloads we write ourselves."""
    common = {name: getattr(database, name) for name in ("tier", "group", "description", "exceptions", "load_balancer")}
    return AppService.model_construct(
        kind="app",
        singleton=True,
        volumes=volumes,
        **common,
        **{name: getattr(main, name) for name in type(main).model_fields},
    )


def _backup_volume(backup: Backup) -> Volume:
    return Volume(storage_class=backup.storage_class, size=backup.size)


def _backup_job(
    scope: Scope, database: DatabaseBase, backup: Backup, dump: str, user: int, password: str
) -> WorkloadConfig:
    """A dump is complete or not there: it gets its name when it is written."""
    return WorkloadConfig(
        image=database.image,
        cpu=BACKUP.cpu,
        memory=BACKUP.memory,
        runs_as="cronjob",
        schedule=backup.schedule,
        command=("bash", "-c", _DUMP.format(name=scope.name, dump=dump, keep_days=backup.keep_days)),
        secrets=_if_there_is_a_vault(scope, password),
        mounts={"backup": "/backup"},
        run_as_user=user,
    )


def _if_there_is_a_vault(scope: Scope, variable: str) -> dict[str, SecretVariable]:
    return {variable: SecretVariable()} if _has_vault(scope) else {}


def _postgres_workload(scope: Scope, postgres: PostgresService) -> Workload:
    container = resources_of("postgres", postgres, scope.tier, scope.exceptions)
    pod = Pod(
        containers=(container,),
        priority=scope.tier.priority,
        block_volumes=("data",) if is_block(scope.lab, postgres.storage_class) else (),
    )
    return Workload(
        name=scope.name,
        service=scope.name,
        namespace=scope.namespace,
        controller="Cluster",
        replicas=postgres.instances,
        pod=pod,
        path=scope.path,
        qos=qos_class(pod),
        oom_score_adj=oom_score_adj(pod, scope.smallest_node_memory),
    )


def _postgres_cluster(scope: Scope, postgres: PostgresService, workload: Workload) -> Manifest:
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
    }
    managed: dict[str, Any] = {"roles": [_role(scope, name) for name in postgres.databases]}
    if postgres.load_balancer:
        managed["services"] = {"additional": [_outside_service(scope, postgres.load_balancer)]}
    if _has_vault(scope):
        spec["superuserSecret"] = {"name": _password_secret(scope, SUPERUSER)}
    spec["managed"] = managed
    return manifest(POSTGRES_API, "Cluster", scope.name, scope.namespace, labels=scope.labels(), spec=spec)


def _role(scope: Scope, name: str) -> dict[str, Any]:
    role: dict[str, Any] = {"name": name, "login": True}
    return role | ({"passwordSecret": {"name": _password_secret(scope, name)}} if _has_vault(scope) else {})


def _has_vault(scope: Scope) -> bool:
    return scope.lab.cluster.platform.secrets is not None


def _outside_service(scope: Scope, address: IPv4Address) -> dict[str, Any]:
    """A Service outside the cluster's network that always leads to the primary."""
    return {
        "selectorType": "rw",
        "serviceTemplate": {
            "metadata": {"name": f"{scope.name}-outside", "annotations": load_balancer_annotation(address)},
            "spec": {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False},
        },
    }


def _postgres_databases(scope: Scope, postgres: PostgresService) -> Iterator[Manifest]:
    for name in postgres.databases:
        yield manifest(
            POSTGRES_API,
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


def _postgres_passwords(scope: Scope, postgres: PostgresService) -> Iterator[Manifest]:
    """A Secret per user, with the password from Vault: `<service>` for postgres, `<database>` for the others."""
    if not _has_vault(scope):
        return
    sources = {SUPERUSER: ("POSTGRES_PASSWORD", scope.name)} | {
        name: ("DB_PASSWORD", name) for name in postgres.databases
    }
    for user, (key, path) in sources.items():
        yield manifest(
            EXTERNAL_SECRETS_API,
            "ExternalSecret",
            _password_secret(scope, user),
            scope.namespace,
            labels=scope.labels(),
            spec={
                "refreshInterval": "1h",
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
                "target": {
                    "name": _password_secret(scope, user),
                    "creationPolicy": "Owner",
                    "template": {
                        "type": "kubernetes.io/basic-auth",
                        "data": {"username": user, "password": "{{ .password }}"},
                    },
                },
                "data": [{"secretKey": "password", "remoteRef": {"key": path, "property": key}}],
            },
        )

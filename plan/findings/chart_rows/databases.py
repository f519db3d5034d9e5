"""Databases and other stores."""

from collections.abc import Mapping

from plan.findings.chart_rows.row import Chart, Data, Nested, Row, kept

_BITNAMI = ("https://charts.bitnami.com/bitnami", "oci://registry-1.docker.io/bitnamicharts")
_MYSQL = {"/opt/bitnami/conf/my.cnf": "primary/configuration", "/opt/bitnami/flags": "primary/extraFlags"}
_POSTGRES = {
    "/bitnami/postgresql/conf/postgresql.conf": "primary/configuration",
    "/bitnami/postgresql/conf/conf.d/override.conf": "primary/extendedConfiguration",
}


def _bitnami(name: str, files: Mapping[str, str]) -> Chart:
    row = Row(
        f"bitnami/{name}",
        replicas="",
        variables=("primary/extraEnvVars",),
        further=("primary/extraEnvVarsCM", "primary/extraEnvVarsSecret"),
        files=files,
        volumes=("primary/extraVolumes",),
        mounts=("primary/extraVolumeMounts",),
        limit="primary/resources",
        data=kept(f"/bitnami/{name}", "primary/persistence", is_default=True),
        runs_as="statefulset",
    )
    return Chart(_BITNAMI, (row,))


DATABASES: Mapping[str, Chart] = {
    "cluster": Chart(
        ("https://cloudnative-pg.github.io/charts",),
        (
            Row(
                "ghcr.io/cloudnative-pg/postgresql",
                image_at=(),
                replicas="cluster/instances",
                pods=3,
                nested=(Nested("cluster/postgresql/parameters", ""),),
                limit="cluster/resources",
                data=Data("/var/lib/postgresql/data", "", True, "cluster/storage/storageClass"),
                runs_as="statefulset",
            ),
        ),
    ),
    "influxdb2": Chart(
        ("https://helm.influxdata.com",),
        (
            Row(
                "influxdb",
                variables=("env",),
                replicas="",
                volumes=("volumes",),
                mounts=("mountPoints",),
                data=kept("/var/lib/influxdb2", claim="name", is_default=True),
                runs_as="statefulset",
            ),
        ),
    ),
    "mariadb": _bitnami("mariadb", _MYSQL),
    "minio": Chart(
        ("https://charts.min.io",),
        (
            Row(
                "quay.io/minio/minio",
                replicas="",
                variables=("environment",),
                arguments=("extraArgs",),
                data=kept("/export", is_default=True),
                runs_as="statefulset",
            ),
        ),
    ),
    "mysql": _bitnami("mysql", _MYSQL),
    "postgresql": _bitnami("postgresql", _POSTGRES),
    "qdrant": Chart(
        ("https://qdrant.github.io/qdrant-helm",),
        (
            Row(
                "qdrant/qdrant",
                variables=("env",),
                arguments=("args",),
                volumes=("additionalVolumes",),
                mounts=("additionalVolumeMounts",),
                data=Data("/qdrant/storage", "", True, "persistence/storageClassName"),
                runs_as="statefulset",
            ),
        ),
    ),
    "vault": Chart(
        ("https://helm.releases.hashicorp.com",),
        (
            Row(
                "hashicorp/vault",
                image_at=("server/image",),
                switch="server/enabled",
                replicas="server/ha/replicas",
                pods=3,
                scaled_by="server/ha/enabled",
                variables=("server/extraEnvironmentVars",),
                further=("server/extraSecretEnvironmentVars",),
                volumes=("server/volumes",),
                mounts=("server/volumeMounts",),
                limit="server/resources",
                data=kept("/vault/data", "server/dataStorage", is_default=True, is_precious=False),
                runs_as="statefulset",
            ),
        ),
    ),
}
"""By the name of the chart. Keys and defaults are those of values.yaml and of the templates, as read of cluster 0.8.1
(three instances unless stated otherwise), influxdb2 2.1.2, mariadb 23.0.1, minio 5.4.0, mysql 14.0.5, postgresql
17.1.0, qdrant 1.19.0 and vault 0.34.1 (one pod unless ha.enabled, then three). The primary of a Bitnami chart is always
one pod. The template of minio tells it what it serves from how many pods."""

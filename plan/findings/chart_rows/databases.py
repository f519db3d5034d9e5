"""Databases and other stores."""

from collections.abc import Mapping

from plan.findings.chart_rows.row import Chart, Data, Nested, Row, kept

_BITNAMI = ("https://charts.bitnami.com/bitnami", "oci://registry-1.docker.io/bitnamicharts")
_MYSQL = {"/opt/bitnami/conf/my.cnf": "primary/configuration", "/opt/bitnami/flags": "primary/extraFlags"}
_POSTGRES = {
    "/opt/bitnami/postgresql/conf/postgresql.conf": "primary/configuration",
    "/opt/bitnami/postgresql/conf/conf.d/override.conf": "primary/extendedConfiguration",
}


def _bitnami(name: str, files: Mapping[str, str]) -> Chart:
    row = Row(
        f"bitnami/{name}",
        replicas="primary/replicaCount",
        variables=("primary/extraEnvVars",),
        further=("primary/extraEnvVarsCM", "primary/extraEnvVarsSecret"),
        files=files,
        volumes="primary/extraVolumes",
        mounts="primary/extraVolumeMounts",
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
                image_at="",
                replicas="cluster/instances",
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
                volumes="volumes",
                mounts="mountPoints",
                data=kept("/var/lib/influxdb2", claim="useExisting", is_default=True),
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
                image_at="server/image",
                replicas="server/ha/replicas",
                variables=("server/extraEnvironmentVars",),
                limit="server/resources",
                data=kept("/vault/data", "server/dataStorage", is_default=True, is_precious=False),
                runs_as="statefulset",
            ),
        ),
    ),
}
"""By the name of the chart. Keys and defaults are those of values.yaml: read of minio 5.0; of the others as their
projects document them, without a look at each version. The template of minio tells it what it serves from how many
pods."""

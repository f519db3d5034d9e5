"""Programs that watch: metrics, logs and their pages."""

from collections.abc import Mapping

from plan.findings.chart_rows.row import Chart, Data, Nested, Row, kept

_GRAFANA = (
    "https://grafana.github.io/helm-charts",
    "https://grafana-community.github.io/helm-charts",
    "oci://ghcr.io/grafana-community/helm-charts",
)
_PROMETHEUS = ("https://prometheus-community.github.io/helm-charts", "oci://ghcr.io/prometheus-community/charts")
_SPEC = "prometheus/prometheusSpec"
_MORE = ("envFromSecret", "envFromSecrets", "envFromConfigMaps", "envRenderSecret", "smtp/existingSecret")
"""Secrets and ConfigMaps of Grafana."""
_OWN = (
    *("GF_SECURITY_ADMIN_USER", "GF_SECURITY_ADMIN_PASSWORD", "GF_PLUGINS_PREINSTALL_SYNC"),
    *("GF_PATHS_DATA", "GF_PATHS_LOGS", "GF_PATHS_PLUGINS", "GF_PATHS_PROVISIONING", "GF_UNIFIED_STORAGE_INDEX_PATH"),
    *("GF_RENDERING_SERVER_URL", "GF_RENDERING_CALLBACK_URL", "GF_RENDERING_RENDERER_TOKEN"),
)
"""Variables that the chart of Grafana sets itself."""


def _grafana(above: str = "") -> Row:
    return Row(
        "grafana/grafana",
        image_at=(f"{above}image",),
        switch=f"{above}enabled" if above else "",
        replicas=f"{above}replicas",
        variables=(f"{above}env", f"{above}envValueFrom"),
        further=tuple(f"{above}{key}" for key in _MORE),
        own=_OWN,
        nested=(Nested(f"{above}grafana.ini", "GF_"),),
        volumes=(f"{above}extraVolumes",),
        mounts=(f"{above}extraVolumeMounts",),
        limit=f"{above}resources",
        data=kept(
            *("/var/lib/grafana", f"{above}persistence", "storageClassName"),
            is_default=False,
            is_precious=False,
            access="accessModes",
        )._replace(each={f"{above}persistence/type": ("statefulset", "sts")}),
    )


WATCHING: Mapping[str, Chart] = {
    "grafana": Chart(_GRAFANA, (_grafana(),)),
    "kube-prometheus-stack": Chart(
        _PROMETHEUS,
        (
            _grafana("grafana/"),
            Row(
                "quay.io/prometheus/prometheus",
                image_at=(f"{_SPEC}/image",),
                switch="prometheus/enabled",
                replicas=f"{_SPEC}/replicas",
                limit=f"{_SPEC}/resources",
                volumes=(f"{_SPEC}/volumes",),
                mounts=(f"{_SPEC}/volumeMounts",),
                data=Data(
                    "/prometheus",
                    f"{_SPEC}/storageSpec",
                    None,
                    f"{_SPEC}/storageSpec/volumeClaimTemplate/spec/storageClassName",
                ),
                runs_as="statefulset",
            ),
        ),
    ),
    "loki": Chart(
        _GRAFANA,
        (
            Row(
                "grafana/loki",
                image_at=("loki/image",),
                replicas="singleBinary/replicas",
                pods=0,
                variables=("singleBinary/extraEnv",),
                further=("singleBinary/extraEnvFrom",),
                arguments=("singleBinary/extraArgs",),
                volumes=("singleBinary/extraVolumes",),
                mounts=("singleBinary/extraVolumeMounts",),
                limit="singleBinary/resources",
                data=kept("/var/loki", "singleBinary/persistence", is_default=True, is_precious=False),
                runs_as="statefulset",
            ),
        ),
    ),
    "prometheus": Chart(
        _PROMETHEUS,
        (
            Row(
                "quay.io/prometheus/prometheus",
                image_at=("server/image",),
                replicas="server/replicaCount",
                variables=("server/env",),
                volumes=("server/extraVolumes",),
                mounts=("server/extraVolumeMounts",),
                limit="server/resources",
                data=kept(
                    *("/data", "server/persistentVolume"), is_default=True, is_precious=False, access="accessModes"
                )._replace(each={"server/statefulSet/enabled": (True,)}),
            ),
        ),
    ),
    "uptime-kuma": Chart(
        ("https://helm.irsigler.cloud", "https://dirsigler.github.io/uptime-kuma-helm"),
        (
            Row(
                "louislam/uptime-kuma",
                replicas="",
                variables=("podEnv",),
                volumes=("additionalVolumes",),
                mounts=("additionalVolumeMounts",),
                data=kept(
                    "/app/data",
                    "volume",
                    "storageClassName",
                    is_default=True,
                    instead=("mariadb/enabled", "externalDatabase/enabled"),
                    access="accessMode",
                )._replace(each={"useDeploy": (False,)}),
            ),
        ),
    ),
}
"""By the name of the chart. Keys and defaults are those of values.yaml and of the templates, as read of grafana
12.11.1, kube-prometheus-stack 88.5.3, loki 7.3.0 and 18.11.0 (the same in both), prometheus 29.27.0 and uptime-kuma
4.1.0. Dashboards and metrics that go with their pod may be meant to."""

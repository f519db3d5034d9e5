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


def _grafana(above: str = "") -> Row:
    return Row(
        "grafana/grafana",
        image_at=f"{above}image",
        switch=f"{above}enabled" if above else "",
        replicas=f"{above}replicas",
        variables=(f"{above}env", f"{above}envValueFrom"),
        further=tuple(f"{above}{key}" for key in ("envFromSecret", "envFromSecrets", "envFromConfigMaps")),
        own=("GF_SECURITY_ADMIN_USER", "GF_SECURITY_ADMIN_PASSWORD", "GF_PATHS_DATA", "GF_PATHS_LOGS"),
        nested=(Nested(f"{above}grafana.ini", "GF_"),),
        volumes=f"{above}extraVolumes",
        mounts=f"{above}extraVolumeMounts",
        limit=f"{above}resources",
        data=kept("/var/lib/grafana", f"{above}persistence", "storageClassName", is_default=False, is_precious=False),
    )


WATCHING: Mapping[str, Chart] = {
    "grafana": Chart(_GRAFANA, (_grafana(),)),
    "kube-prometheus-stack": Chart(
        _PROMETHEUS,
        (
            _grafana("grafana/"),
            Row(
                "quay.io/prometheus/prometheus",
                image_at=f"{_SPEC}/image",
                switch="prometheus/enabled",
                replicas=f"{_SPEC}/replicas",
                limit=f"{_SPEC}/resources",
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
                image_at="loki/image",
                replicas="singleBinary/replicas",
                is_one=False,
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
                image_at="server/image",
                replicas="server/replicaCount",
                limit="server/resources",
                data=kept("/data", "server/persistentVolume", is_default=True, is_precious=False),
            ),
        ),
    ),
    "uptime-kuma": Chart(
        ("https://helm.irsigler.cloud", "https://dirsigler.github.io/uptime-kuma-helm"),
        (
            Row(
                "louislam/uptime-kuma",
                variables=("podEnv",),
                volumes="additionalVolumes",
                mounts="additionalVolumeMounts",
                data=kept(
                    "/app/data",
                    "volume",
                    "storageClassName",
                    is_default=True,
                    instead=("mariadb/enabled", "externalDatabase/enabled"),
                ),
            ),
        ),
    ),
}
"""By the name of the chart. Keys and defaults are those of values.yaml: read, in an old copy, of uptime-kuma; of the
others as their projects document them, without a look at each version. Dashboards and metrics that go with their pod
may be meant to."""

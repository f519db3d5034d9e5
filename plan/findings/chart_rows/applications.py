"""Applications that people use."""

from collections.abc import Mapping

from plan.findings.chart_rows.row import Chart, Data, Nested, Row, kept

_FORGE = Row(
    "docker.gitea.com/gitea",
    variables=("deployment/env", "gitea/additionalConfigFromEnvs"),
    further=("gitea/additionalConfigSources",),
    nested=(Nested("gitea/config", "GITEA__", "__", is_upper=False),),
    mounts="extraContainerVolumeMounts",
    data=kept("/data", claim="claimName", is_default=True),
)
_FORGEJO = _FORGE._replace(
    image="code.forgejo.org/forgejo/forgejo",
    nested=(Nested("gitea/config", "FORGEJO__", "__", is_upper=False),),
)


def _authentik(part: str) -> Row:
    return Row(
        "ghcr.io/goauthentik/server",
        image_at="global/image",
        switch=f"{part}/enabled",
        replicas=f"{part}/replicas",
        variables=("global/env", f"{part}/env"),
        further=("global/envFrom", f"{part}/envFrom", "authentik/existingSecret/secretName"),
        nested=(Nested("authentik", "AUTHENTIK_", "__"),),
        volumes=f"{part}/volumes",
        mounts=f"{part}/volumeMounts",
        limit=f"{part}/resources",
    )


APPLICATIONS: Mapping[str, Chart] = {
    "authentik": Chart(("https://charts.goauthentik.io",), (_authentik("server"), _authentik("worker"))),
    "forgejo": Chart(("oci://code.forgejo.org/forgejo-helm", "oci://codeberg.org/forgejo-contrib"), (_FORGEJO,)),
    "frigate": Chart(
        ("https://blakeblackshear.github.io/blakeshome-charts",),
        (
            Row(
                "ghcr.io/blakeblackshear/frigate",
                variables=("env",),
                further=("envFromSecrets",),
                data=kept("/config", "persistence/config", is_default=False, is_precious=False),
            ),
        ),
    ),
    "gitea": Chart(("https://dl.gitea.com/charts", "oci://docker.gitea.com/charts"), (_FORGE,)),
    "harbor": Chart(
        ("https://helm.goharbor.io",),
        (
            Row(
                "goharbor/harbor-core",
                image_at="core/image",
                replicas="core/replicas",
                variables=("core/extraEnvVars",),
                told={"EXT_ENDPOINT": "externalURL"},
                limit="core/resources",
            ),
            Row(
                "goharbor/harbor-db",
                image_at="database/internal/image/repository",
                replicas="",
                data=Data(
                    "/var/lib/postgresql/data",
                    "persistence/enabled",
                    True,
                    "persistence/persistentVolumeClaim/database/storageClass",
                    "persistence/persistentVolumeClaim/database/existingClaim",
                    ("database/external/host",),
                ),
                limit="database/internal/resources",
                runs_as="statefulset",
            ),
        ),
    ),
    "home-assistant": Chart(
        ("https://pajikos.github.io/home-assistant-helm-chart",),
        (
            Row(
                "ghcr.io/home-assistant/home-assistant",
                variables=("env",),
                further=("envFrom",),
                own=(),
                volumes="additionalVolumes",
                mounts="additionalMounts",
                data=kept("/config", claim="", is_default=False),
                runs_as="statefulset",
            ),
        ),
    ),
    "jellyfin": Chart(
        ("https://jellyfin.github.io/jellyfin-helm",),
        (
            Row(
                "jellyfin/jellyfin",
                variables=("jellyfin/env",),
                further=("jellyfin/envFrom",),
                arguments=("jellyfin/command", "jellyfin/args"),
                volumes="volumes",
                mounts="volumeMounts",
                data=kept("/config", "persistence/config", is_default=True),
            ),
        ),
    ),
    "keycloakx": Chart(
        ("https://codecentric.github.io/helm-charts",),
        (
            Row(
                "quay.io/keycloak/keycloak",
                replicas="replicas",
                variables=("extraEnv",),
                further=("extraEnvFrom",),
                arguments=("command", "args"),
                runs_as="statefulset",
            ),
        ),
    ),
    "n8n": Chart(
        ("oci://8gears.container-registry.com/library",),
        (
            Row(
                "n8nio/n8n",
                replicas="main/replicaCount",
                variables=("main/extraEnv",),
                nested=(Nested("main/config", ""), Nested("main/secret", "")),
                arguments=("main/command",),
                volumes="main/extraVolumes",
                mounts="main/extraVolumeMounts",
                limit="main/resources",
                data=kept(
                    "/home/node/.n8n",
                    "main/persistence",
                    is_default=False,
                    instead=("main/config/db/type", "main/config/db/postgresdb", "main/extraEnv/DB_TYPE"),
                ),
            ),
        ),
    ),
    "nextcloud": Chart(
        ("https://nextcloud.github.io/helm", "oci://ghcr.io/nextcloud/helm"),
        (
            Row(
                "nextcloud",
                variables=("nextcloud/extraEnv",),
                volumes="nextcloud/extraVolumes",
                mounts="nextcloud/extraVolumeMounts",
                data=kept("/var/www/html", is_default=False),
            ),
        ),
    ),
    "ollama": Chart(
        ("https://otwld.github.io/ollama-helm", "https://helm.otwld.com"),
        (
            Row(
                "ollama/ollama",
                variables=("extraEnv",),
                further=("extraEnvFrom",),
                arguments=("extraArgs",),
                volumes="volumes",
                mounts="volumeMounts",
                data=kept("/root/.ollama", "persistentVolume", is_default=False, is_precious=False),
            ),
        ),
    ),
    "open-webui": Chart(
        ("https://helm.openwebui.com", "https://open-webui.github.io/helm-charts"),
        (
            Row(
                "ghcr.io/open-webui/open-webui",
                variables=("extraEnvVars",),
                further=("extraEnvFrom",),
                arguments=("command", "args"),
                volumes="volumes",
                mounts="volumeMounts",
                data=kept("/app/backend/data", is_default=True, instead=("databaseUrl", "postgresql/enabled")),
                runs_as="statefulset",
            ),
        ),
    ),
    "vaultwarden": Chart(
        ("https://guerzon.github.io/vaultwarden",),
        (
            Row(
                "vaultwarden/server",
                replicas="replicas",
                further=(
                    *("image/extraVarsCM", "image/extraVarsSecret", "image/extraVars", "image/extraSecrets"),
                    *("database/host", "database/uriOverride", "database/existingSecret", "adminToken"),
                ),
                own=(),
                told={
                    "SIGNUPS_DOMAINS_WHITELIST": "signupDomains",
                    "DOMAIN": "domain",
                    "SIGNUPS_ALLOWED": "signupsAllowed",
                },
                data=Data(
                    "/data",
                    "storage/data",
                    None,
                    "storage/data/class",
                    "storage/existingVolumeClaim/claimName",
                    ("database/host", "database/uriOverride", "database/existingSecret"),
                    is_precious=True,
                ),
                runs_as="statefulset",
            ),
        ),
    ),
}
"""By the name of the chart. Keys and defaults are those of values.yaml: read, in copies of 2021 to 2026, of
home-assistant (and its template), jellyfin, n8n, nextcloud, ollama, open-webui and vaultwarden; of the others as their
projects document them, without a look at each version."""

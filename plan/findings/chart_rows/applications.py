"""Applications that people use."""

from collections.abc import Mapping

from plan.findings.chart_rows.row import Chart, Data, Nested, Row, kept

_FORGE = Row(
    "docker.gitea.com/gitea",
    variables=("deployment/env", "gitea/additionalConfigFromEnvs"),
    further=("gitea/additionalConfigSources",),
    nested=(Nested("gitea/config", "GITEA__", "__", is_upper=False),),
    mounts=("extraContainerVolumeMounts",),
    data=kept("/data", claim="claimName", is_default=True, access="accessModes"),
)
_KEYCLOAK = {
    "KC_DB": "database/vendor",
    "KC_DB_URL_HOST": "database/hostname",
    "KC_DB_URL_PORT": "database/port",
    "KC_DB_URL_DATABASE": "database/database",
    "KC_DB_USERNAME": "database/username",
    "KC_HTTP_ENABLED": "proxy/http/enabled",
    "KC_PROXY_HEADERS": "proxy/mode",
}
"""Variables of keycloakx by the values that they come from. Unless switched off, it trusts forwarded headers and
listens without TLS."""
_FORGEJO = _FORGE._replace(
    image="code.forgejo.org/forgejo/forgejo",
    nested=(Nested("gitea/config", "FORGEJO__", "__", is_upper=False),),
)


def _authentik(part: str) -> Row:
    return Row(
        "ghcr.io/goauthentik/server",
        image_at=(f"{part}/image", "global/image"),
        switch=f"{part}/enabled",
        replicas=f"{part}/replicas",
        variables=("global/env", f"{part}/env"),
        further=("global/envFrom", f"{part}/envFrom", "authentik/existingSecret/secretName"),
        nested=(Nested("authentik", "AUTHENTIK_", "__"),),
        volumes=("global/volumes", f"{part}/volumes"),
        mounts=("global/volumeMounts", f"{part}/volumeMounts"),
        limit=f"{part}/resources",
    )


def _in_harbor(folder: str, part: str, *, is_precious: bool = False) -> Data:
    """A folder of the registry; its one switch is for all of them."""
    at = f"persistence/persistentVolumeClaim/{part}"
    return Data(
        folder,
        "persistence/enabled",
        True,
        f"{at}/storageClass",
        f"{at}/existingClaim",
        is_precious=is_precious,
        access=f"{at}/accessMode",
    )


APPLICATIONS: Mapping[str, Chart] = {
    "authentik": Chart(("https://charts.goauthentik.io",), (_authentik("server"), _authentik("worker"))),
    "forgejo": Chart(("oci://code.forgejo.org/forgejo-helm", "oci://codeberg.org/forgejo-contrib"), (_FORGEJO,)),
    "frigate": Chart(
        ("https://blakeblackshear.github.io/blakeshome-charts",),
        (
            Row(
                "ghcr.io/blakeblackshear/frigate",
                replicas="",
                variables=("env",),
                further=("envFromSecrets",),
                own=("NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_VISIBLE_DEVICES"),
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
                image_at=("core/image",),
                replicas="core/replicas",
                variables=("core/extraEnvVars",),
                told={"EXT_ENDPOINT": "externalURL"},
                limit="core/resources",
            ),
            Row(
                "goharbor/harbor-db",
                image_at=("database/internal/image",),
                external="database/type",
                replicas="",
                variables=("database/internal/extraEnvVars",),
                data=_in_harbor("/var/lib/postgresql/data", "database")._replace(access=""),
                limit="database/internal/resources",
                runs_as="statefulset",
            ),
            Row(
                "goharbor/registry-photon",
                image_at=("registry/registry/image",),
                replicas="registry/replicas",
                variables=("registry/registry/extraEnvVars",),
                limit="registry/registry/resources",
                data=_in_harbor("/storage", "registry", is_precious=True)._replace(
                    kind="persistence/imageChartStorage/type", kind_default="filesystem"
                ),
            ),
            Row(
                "goharbor/harbor-jobservice",
                image_at=("jobservice/image",),
                replicas="jobservice/replicas",
                variables=("jobservice/extraEnvVars",),
                limit="jobservice/resources",
                data=_in_harbor("/var/log/jobs", "jobservice/jobLog")._replace(instead=("jobservice/jobLoggers",)),
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
                volumes=("additionalVolumes",),
                mounts=("additionalMounts",),
                data=kept("/config", claim="", is_default=False, access="accessMode")._replace(
                    each={"controller/type": ("StatefulSet", "")}
                ),
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
                volumes=("volumes",),
                mounts=("volumeMounts",),
                data=kept("/config", "persistence/config", is_default=True, access="accessMode"),
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
                further=("extraEnvFrom", "database/password", "database/existingSecret"),
                told=_KEYCLOAK,
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
                volumes=("main/extraVolumes",),
                mounts=("main/extraVolumeMounts",),
                limit="main/resources",
                data=kept(
                    "/home/node/.n8n",
                    "main/persistence",
                    is_default=False,
                    instead=("main/config/db/type", "main/config/db/postgresdb", "main/extraEnv/DB_TYPE"),
                    access="accessModes",
                )._replace(kind="main/persistence/type", kind_default="emptyDir"),
            ),
        ),
    ),
    "nextcloud": Chart(
        ("https://nextcloud.github.io/helm", "oci://ghcr.io/nextcloud/helm"),
        (
            Row(
                "nextcloud",
                variables=("nextcloud/extraEnv",),
                volumes=("nextcloud/extraVolumes",),
                mounts=("nextcloud/extraVolumeMounts",),
                data=kept("/var/www/html", is_default=False, access="accessMode"),
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
                volumes=("volumes",),
                mounts=("volumeMounts",),
                data=kept(
                    *("/root/.ollama", "persistentVolume"), is_default=False, is_precious=False, access="accessModes"
                ),
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
                volumes=("volumes",),
                mounts=("volumeMounts",),
                data=kept(
                    "/app/backend/data",
                    is_default=True,
                    instead=("databaseUrl", "postgresql/enabled"),
                    access="accessModes",
                ),
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
"""By the name of the chart. Keys and defaults are those of values.yaml and of the templates, as read of authentik
2026.8.0, forgejo (for Forgejo 13.0.3), frigate 7.8.0, gitea 12.6.0, harbor 1.4.0-dev (of July 2026), home-assistant
0.3.72, jellyfin 3.3.0, keycloakx 7.1.11, n8n 1.1.0, nextcloud 9.2.4, ollama 1.77.0, open-webui 16.0.0 and vaultwarden
0.43.1. The claim of n8n is scratch space until its type is stated, and that of open-webui is one for all replicas of
its StatefulSet."""

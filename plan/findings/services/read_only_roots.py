"""Images that write into their own root file system while it may only be read."""

from collections.abc import Iterable, Iterator, Mapping

from config.image import repository_of
from config.lab import Lab
from plan.findings.access.image_users import starts_with_root_alone
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, text, value, values
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec
from plan.wording import listed

ROOT_NOT_WRITABLE = Rule(
    "ROOT-NOT-WRITABLE",
    "warning",
    title="An image writes where it may only read",
    meaning=(
        "With a read-only root file system a container writes to its mounts alone. Some programs make a socket, a file "
        "with their process id or a cache in a folder of their image before they do anything else: they end with "
        "`Read-only file system`, at every start. Only images of which that is known are told."
    ),
    remedy="Mount scratch space at these folders, or let the root file system be written, with the reason.",
)

_S6 = ("/run",)
"""The supervisor of these images makes its services there (s6-overlay, Read-Only Root Filesystem)."""
_POSTGRES = ("/var/run/postgresql",)
WRITTEN: Mapping[str, tuple[str, ...]] = {
    "crowdsecurity/crowdsec": ("/etc/crowdsec", "/var/lib/crowdsec/data"),
    "blakeblackshear/frigate": _S6,
    "deluan/navidrome": ("/data",),
    "grafana/grafana": ("/var/lib/grafana",),
    "grafana/grafana-oss": ("/var/lib/grafana",),
    "home-assistant/home-assistant": _S6,
    "homeassistant/home-assistant": _S6,
    "httpd": ("/usr/local/apache2/logs",),
    "immich-app/immich-machine-learning": ("/cache",),
    "immich-app/postgres": _POSTGRES,
    "jc21/nginx-proxy-manager": _S6,
    "jellyfin/jellyfin": ("/config", "/cache"),
    "mariadb": ("/run/mysqld", "/tmp"),
    "mongo": ("/tmp",),
    "mysql": ("/var/run/mysqld", "/tmp"),
    "nextcloud": ("/var/www/html", "/run"),
    "nginx": ("/var/cache/nginx", "/run"),
    "nginxinc/nginx-unprivileged": ("/tmp",),
    "nodered/node-red": ("/data",),
    "pgvector/pgvector": _POSTGRES,
    "plexinc/pms-docker": _S6,
    "postgis/postgis": _POSTGRES,
    "postgres": _POSTGRES,
    "timescale/timescaledb": _POSTGRES,
    "vaultwarden/server": ("/data",),
    "wordpress": ("/var/www/html", "/run"),
}
"""Folders in which each writes before it serves, by its name (their entry points)."""
_OWNERS = {"linuxserver": _S6, "hotio": _S6}
"""All images of these are built in one way."""


def read_only_root_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each container whose image writes into a root file system that may only be read."""
    for service in services:
        for each in service.objects:
            spec = pod_spec(each)
            for container in entries(spec, "containers"):
                if not starts_with_root_alone(spec, container) and (missing := _missing(container)):
                    yield _finding(lab, service, each, container, missing)


def _missing(container: Fields) -> list[str]:
    if value(container, "securityContext", "readOnlyRootFilesystem") is not True or not _starts_itself(container):
        return []
    name = repository_of(text(container, "image"))
    owner = name.rpartition("/")[0].rpartition("/")[2]
    places = [_real(text(point, "mountPath")) for point in entries(container, "volumeMounts")]
    return [
        folder
        for folder in WRITTEN.get(name, _OWNERS.get(owner, ()))
        if not any(f"{_real(folder)}/".startswith(f"{place.rstrip('/')}/") for place in places)
    ]


def _real(folder: str) -> str:
    """/var/run is a link to /run."""
    return folder.removeprefix("/var") if folder == "/var/run" or folder.startswith("/var/run/") else folder


def _starts_itself(container: Fields) -> bool:
    """Whether the program of the image runs, and no other command in it."""
    words = [str(word) for word in values(container, "args")]
    return not values(container, "command") and (not words or words[0].startswith("-"))


def _finding(lab: Lab, service: Service, each: Manifest, container: Fields, missing: list[str]) -> Finding:
    name, called = each["metadata"]["name"], text(container, "name")
    path = lab.written_at(service.name, each["kind"], name)
    if path[0] == "objects":
        fix = f"mount an emptyDir at {listed(missing)}, or take readOnlyRootFilesystem: true out of {called}"
    else:
        fix = f"mount scratch at {listed(missing)}, or state exceptions: {{writable-root: REASON}}"
    return ROOT_NOT_WRITABLE.finding(
        path,
        f"{text(container, 'image')}, {called} of {name}, writes to {listed(missing)} when it starts, and its root "
        "file system may only be read: it ends with `Read-only file system`",
        fix,
        about=f"{name} {called}",
        facts={"container": called, "folders": tuple(missing)},
    )

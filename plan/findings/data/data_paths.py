"""Images whose data lies beside the volume that was meant for it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.image import name_of, tag_of
from config.lab import Lab
from config.service import Service
from config.service.common import Part
from config.storage_class import BlockStorageClass
from plan.findings.program import Program
from plan.model.findings import Finding, Rule
from plan.wording import listed

DATA_BESIDE_VOLUME = Rule(
    "DATA-BESIDE-VOLUME",
    "warning",
    title="The data of a known image does not lie in its volume",
    meaning=(
        "The image keeps its data at a path of its own. Where the volume is mounted elsewhere, the data is in the "
        "container, and gone with the next restart of the pod; nothing fails until then. The image of PostgreSQL 18 "
        "and later keeps it below /var/lib/postgresql, and refuses to start where an older path is mounted."
    ),
    remedy="Mount the volume where the image keeps its data, or tell it another path by its own setting.",
)


DATA_WITHOUT_VOLUME = Rule(
    "DATA-WITHOUT-VOLUME",
    "warning",
    title="A database, or an application with data of its own, has no volume",
    meaning=(
        "The image of a database, of a cache that is told to write to disk, or of an application such as Vaultwarden "
        "keeps its data in the container: with the next restart, drain or eviction it is empty. Scratch space that is "
        "mounted there says that this is meant."
    ),
    remedy="Mount a volume where the image keeps its data.",
)


VOLUME_NOT_EMPTY = Rule(
    "VOLUME-NOT-EMPTY",
    "warning",
    title="PostgreSQL is given a volume that is not empty",
    meaning=(
        "A new block volume has the folder lost+found of its file system, and initdb refuses a folder that is not "
        "empty: `initdb: error: directory exists but is not empty`. The pod crashes at its first start. One that runs "
        "already has its data beside it, and goes on."
    ),
    remedy="Tell it a folder below the volume: PGDATA, or sub_path of the mount.",
)


class _Image(NamedTuple):
    """Where an image keeps its data."""

    path: str
    settings: tuple[str, ...] = ()
    """Words in variables or arguments that say another path."""
    is_whole: bool = False
    """A volume below the path is not enough: what lies beside it belongs to it."""


_IMAGES: Mapping[str, _Image] = {
    "cassandra": _Image("/var/lib/cassandra"),
    "clickhouse/clickhouse-server": _Image("/var/lib/clickhouse"),
    "couchdb": _Image("/opt/couchdb/data"),
    "eclipse-mosquitto": _Image("/mosquitto/data", ("persistence",)),
    "grafana/grafana": _Image("/var/lib/grafana", ("GF_PATHS_DATA", "GF_DATABASE_TYPE")),
    "influxdb": _Image("/var/lib/influxdb", ("INFLUXD_BOLT_PATH", "INFLUXD_ENGINE_PATH", "--engine-path")),
    "ghost": _Image("/var/lib/ghost/content"),
    "homeassistant/home-assistant": _Image("/config", is_whole=True),
    "ghcr.io/home-assistant/home-assistant": _Image("/config", is_whole=True),
    "koenkk/zigbee2mqtt": _Image("/app/data", ("ZIGBEE2MQTT_DATA",)),
    "louislam/uptime-kuma": _Image("/app/data", ("DATA_DIR",)),
    "mariadb": _Image("/var/lib/mysql", ("--datadir",)),
    "mongo": _Image("/data/db", ("--dbpath",)),
    "mysql": _Image("/var/lib/mysql", ("--datadir",)),
    "neo4j": _Image("/data"),
    "nextcloud": _Image("/var/www/html", is_whole=True),
    "nodered/node-red": _Image("/data"),
    "docker.n8n.io/n8nio/n8n": _Image("/home/node/.n8n", ("N8N_USER_FOLDER", "DB_TYPE")),
    "n8nio/n8n": _Image("/home/node/.n8n", ("N8N_USER_FOLDER", "DB_TYPE")),
    "prom/prometheus": _Image("/prometheus", ("--storage.tsdb.path",)),
    "actualbudget/actual-server": _Image("/data", ("ACTUAL_DATA_DIR",)),
    "dgtlmoon/changedetection.io": _Image("/datastore", ("DATASTORE_PATH", "-d")),
    "freshrss/freshrss": _Image("/var/www/FreshRSS/data", ("DATA_PATH",)),
    "getmeili/meilisearch": _Image("/meili_data", ("MEILI_DB_PATH", "--db-path")),
    "ghcr.io/mealie-recipes/mealie": _Image("/app/data", ("DATA_DIR", "DB_ENGINE")),
    "ghcr.io/open-webui/open-webui": _Image("/app/backend/data", ("DATA_DIR", "DATABASE_URL")),
    "jellyfin/jellyfin": _Image("/config", ("JELLYFIN_", "--datadir", "-d")),
    "ollama/ollama": _Image("/root/.ollama", ("OLLAMA_MODELS", "HOME")),
    "pihole/pihole": _Image("/etc/pihole"),
    "qdrant/qdrant": _Image("/qdrant/storage", ("QDRANT__STORAGE__STORAGE_PATH",)),
    "portainer/portainer-ce": _Image("/data"),
    "registry": _Image("/var/lib/registry", ("REGISTRY_STORAGE",)),
    "rabbitmq": _Image("/var/lib/rabbitmq", ("RABBITMQ_MNESIA_BASE",)),
    "redis": _Image("/data", ("--dir",)),
    "valkey/valkey": _Image("/data", ("--dir",)),
    "wordpress": _Image("/var/www/html"),
    "vaultwarden/server": _Image("/data", ("DATA_FOLDER", "DATABASE_URL")),
}
"""By name, as on Docker Hub: the VOLUME of each image, or its documentation."""
_DATABASES = frozenset({"influxdb", "mariadb", "mongo", "mysql", "postgres"})
_APPLICATIONS = frozenset(
    {
        "actualbudget/actual-server",
        "cassandra",
        "couchdb",
        "ghost",
        "n8nio/n8n",
        "neo4j",
        "nextcloud",
        "nodered/node-red",
    }
    | {
        "freshrss/freshrss",
        "koenkk/zigbee2mqtt",
        "louislam/uptime-kuma",
        "portainer/portainer-ce",
        "vaultwarden/server",
    }
    | {"homeassistant/home-assistant", "ghcr.io/home-assistant/home-assistant", "ghcr.io/mealie-recipes/mealie"}
    | {"docker.n8n.io/n8nio/n8n", "n8nio/n8n", "dgtlmoon/changedetection.io", "ghcr.io/open-webui/open-webui"}
)
"""Applications that are nothing without what people put into them."""
_POSTGRES = ("/var/lib/postgresql/data", "/var/lib/postgresql")


def data_path_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each main container of a known image whose data is in no volume."""
    for each in found:
        image, tag = name_of(each.image), tag_of(each.image)
        known = _postgres(tag) if image == "postgres" else _IMAGES.get(image)
        is_database = (
            image in (_DATABASES | _APPLICATIONS) and each.path[0] == "objects" and each.is_main and not each.ends
        )
        is_told = known is not None and any(word.startswith(known.settings) for word in (*each.words, *each.env))
        if known and is_database and not is_told and not each.is_on_volume(known.path):
            yield DATA_WITHOUT_VOLUME.finding(
                each.path,
                f"{each.image} of {each.name} keeps its data in {known.path}, and no volume is mounted there: the data "
                "is gone with the next restart of the pod",
                f"mount a claim at {known.path}",
                about=each.name,
                facts={"data": known.path},
            )
    for name, service in lab.services.items():
        for part in service.parts(name):
            image, tag = name_of(part.workload.image), tag_of(part.workload.image)
            known = _postgres(tag) if image == "postgres" else _IMAGES.get(image)
            mounted = _mounted(lab, name, part)
            runs = (
                not part.workload.adopt.as_it_is
                and part.workload.runs_as in ("deployment", "statefulset")
                and not part.workload.command
            )
            if image == "postgres" and runs:
                yield from _not_empty(lab, service, part, _postgres(tag))
            if known is None or not runs or _is_told(part, known):
                continue
            if not mounted:
                if not part.workload.mounts and (image in (_DATABASES | _APPLICATIONS) or _is_kept(part, image)):
                    yield _without(part, known)
                continue
            needs_itself = image == "postgres" and known.path == _POSTGRES[1]
            inside = [
                path
                for path in mounted
                if _has(path, known.path)
                and not (needs_itself and path == _POSTGRES[0])
                and not (known.is_whole and path.startswith(f"{known.path}/"))
            ]
            if not inside:
                yield DATA_BESIDE_VOLUME.finding(
                    (*part.path, "mounts"),
                    f"{part.workload.image} of {part.name} keeps its data in {known.path}, and its volume is mounted "
                    f"at {listed(mounted)}: "
                    + ("it refuses to start" if needs_itself else "the data is gone with the next restart of the pod"),
                    f"mount the volume at {known.path}",
                    facts={"data": known.path, "mounted": tuple(mounted)},
                )


def _not_empty(lab: Lab, service: Service, part: Part, known: _Image | None) -> Iterator[Finding]:
    if "PGDATA" not in part.workload.env and known is not None and known.path == _POSTGRES[1]:
        return  # its own folder is below the path that is mounted
    place = part.workload.env.get("PGDATA", _POSTGRES[0]).rstrip("/")
    for volume, points in part.workload.mounts.items():
        row = service.volumes.get(volume)
        is_root = any(each.path.rstrip("/") == place and not each.sub_path for each in points)
        is_block = row and isinstance(lab.storage_classes.get(row.storage_class or ""), BlockStorageClass)
        if is_root and is_block:
            yield VOLUME_NOT_EMPTY.finding(
                (*part.path, "mounts", volume),
                f"{part.name} is to make its database at the root of the block volume {volume}, where lost+found of "
                "the file system lies: initdb refuses a folder that is not empty, and the pod crashes",
                f"write env: {{PGDATA: {place}/pgdata}}, or sub_path: pgdata at the mount",
                about=part.name,
            )


def _is_kept(part: Part, image: str) -> bool:
    """Whether a cache is told to keep its content."""
    words = " ".join((*part.workload.args, *part.workload.files.values()))
    return image in ("redis", "valkey/valkey") and re.search(r"appendonly\s+yes|save\s+[1-9]", words) is not None


def _without(part: Part, known: _Image) -> Finding:
    return DATA_WITHOUT_VOLUME.finding(
        (*part.path, "image"),
        f"{part.workload.image} of {part.name} keeps its data in {known.path}, and no volume is mounted at all: the "
        "data is gone with the next restart of the pod",
        f"mount a volume at {known.path}, or scratch space where the data may go",
        about=part.name,
        facts={"data": known.path},
    )


def _postgres(tag: str) -> _Image:
    major = tag.partition(".")[0].partition("-")[0]
    return _Image(_POSTGRES[1] if major.isdigit() and int(major) >= 18 else _POSTGRES[0], ("PGDATA",))


def _mounted(lab: Lab, service: str, part: Part) -> list[str]:
    """Where the main container mounts volumes that stay."""
    volumes = lab.services[service].volumes
    return [each.path for volume, mounts in part.workload.mounts.items() if volume in volumes for each in mounts]


def _has(mounted: str, data: str) -> bool:
    """Whether what lies at `data` is in the volume, or below it."""
    mounted = mounted.rstrip("/") or "/"
    return data == mounted or data.startswith(f"{mounted.rstrip('/')}/") or mounted.startswith(f"{data}/")


def _is_told(part: Part, known: _Image) -> bool:
    lines = (line.strip() for each in part.workload.files.values() for line in each.splitlines())
    words = (*part.workload.args, *part.workload.env, *part.workload.secrets, *lines)
    return any(each.startswith(known.settings) for each in words) if known.settings else False

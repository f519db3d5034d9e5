"""Databases and other stores that need a file system of their own, and have their files on NFS."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.image import short_name
from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from config.service import HelmService, Service
from config.service.database import DatabaseBase
from config.source import Path
from config.storage_class import NfsStorageClass
from plan.changes.data_formats import SERVERS
from plan.findings.program import Program
from plan.model.fields import Fields, entries, text
from plan.model.findings import Finding, Rule
from plan.model.templates import containers_of, pod_spec

DATABASE_ON_NFS = Rule(
    "DATABASE-ON-NFS",
    "warning",
    title="A database has its files on NFS",
    meaning=(
        "A database waits for its disk with every commit, and relies on locks. An NFS server that is restarted or "
        "overloaded makes it wait, and may forget the locks: then two servers write the same files. Prometheus, Vault, "
        "etcd and Loki's index have the same needs; Prometheus says that it does not support NFS."
    ),
    remedy="Use a block storage class. Backups are well placed on NFS.",
)

_APPLICATIONS = ("gitlab-ce", "gitlab-ee", "nextcloud")
"""Servers with releases like those of a database, and files that may well be on NFS."""
STORES: Mapping[str, str] = {
    **{name: server.name for name, server in SERVERS.items() if name not in _APPLICATIONS},
    "clickhouse": "ClickHouse",
    "clickhouse-server": "ClickHouse",
    "etcd": "etcd",
    "harbor-db": "PostgreSQL",
    "kafka": "Kafka",
    "loki": "Loki",
    "nats": "NATS JetStream",
    "prometheus": "Prometheus",
    "qdrant": "Qdrant",
    "vault": "Vault",
    "openbao": "OpenBao",
    "victoria-metrics": "VictoriaMetrics",
    "victoria-metrics-single": "VictoriaMetrics",
}
"""By the last part of an image's name, and by the name of a chart. VictoriaMetrics, Prometheus, etcd, Vault's
integrated storage and Kafka ask for a local file system in their documentation."""


class Embedded(NamedTuple):
    """An application with a database of its own in one file, SQLite's: where it lies, and the variables by which it has
    another one instead."""

    folder: str
    instead: tuple[str, ...] = ()


_SERVARR = ("postgres",)
EMBEDDED: Mapping[str, Embedded] = {
    "actual-server": Embedded("/data"),
    "audiobookshelf": Embedded("/config"),
    "bazarr": Embedded("/config", _SERVARR),
    "calibre-web": Embedded("/config"),
    "frigate": Embedded("/config"),
    "grafana": Embedded("/var/lib/grafana", ("gf_database",)),
    "home-assistant": Embedded("/config"),
    "homebox": Embedded("/data", ("hbox_database",)),
    "jellyfin": Embedded("/config"),
    "jellyseerr": Embedded("/app/config", ("db_type",)),
    "kavita": Embedded("/kavita/config"),
    "komga": Embedded("/config"),
    "lidarr": Embedded("/config", _SERVARR),
    "linkding": Embedded("/etc/linkding/data", ("ld_db_",)),
    "mealie": Embedded("/app/data", ("db_engine", "postgres")),
    "memos": Embedded("/var/opt/memos", ("memos_driver", "memos_dsn")),
    "n8n": Embedded("/home/node/.n8n", ("db_type", "db_postgresdb")),
    "navidrome": Embedded("/data"),
    "open-webui": Embedded("/app/backend/data", ("database_",)),
    "overseerr": Embedded("/app/config", ("db_type",)),
    "paperless-ngx": Embedded("/usr/src/paperless/data", ("paperless_db",)),
    "pihole": Embedded("/etc/pihole"),
    "plex": Embedded("/config"),
    "prowlarr": Embedded("/config", _SERVARR),
    "radarr": Embedded("/config", _SERVARR),
    "readarr": Embedded("/config", _SERVARR),
    "sonarr": Embedded("/config", _SERVARR),
    "tautulli": Embedded("/config"),
    "uptime-kuma": Embedded("/app/data", ("uptime_kuma_db",)),
    "vaultwarden/server": Embedded("/data", ("database_url",)),
}
"""By the last part of an image's name, or the last two. SQLite relies on locks that NFS servers often do not keep
(sqlite.org, How To Corrupt; the wikis of Servarr, Uptime Kuma and Vaultwarden advise against NFS)."""

_STEADY = ("deployment", "statefulset")
_COPIES = ("backup", "dump", "copy", "export", "archive")
"""In the name of a volume: what a store writes there is no file that it keeps open."""

WHY = "a server that answers late or restarts holds up every commit, and locks that it forgets can ruin the files"
FIX = "use a block storage class; backups are well placed on NFS"
"""Reason and way out of every such finding."""


def store_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each database and store with its files on NFS."""
    yield from _in_files(lab, found)
    for name, service in lab.services.items():
        if isinstance(service, DatabaseBase) and isinstance(
            lab.storage_classes.get(service.storage_class), NfsStorageClass
        ):
            yield DATABASE_ON_NFS.finding(
                ("services", name, "storage_class"),
                f"the {service.size} of data of {name} are on NFS ({service.storage_class}): {WHY}",
                FIX,
                facts={"size_bytes": int(service.size), "storage_class": service.storage_class},
            )
        for path, store, volume in (*_in_parts(name, service), *_in_footprint(name, service)):
            row = service.volumes.get(volume)
            kept = row and row.storage_class if row and not row.copy_of else None
            if kept and isinstance(lab.storage_classes.get(kept), NfsStorageClass) and not _is_copy(volume):
                yield DATABASE_ON_NFS.finding(
                    path,
                    f"{store} of {name} has its files in {volume}, which is on NFS ({kept}): {WHY}",
                    FIX,
                    about=volume,
                    facts={"store": store, "volume": volume, "storage_class": kept},
                )


def _is_copy(volume: str) -> bool:
    return any(word in volume for word in _COPIES)


def _in_parts(name: str, service: Service) -> Iterator[tuple[Path, str, str]]:
    """Mounts of containers that run a store: their path, the store, the volume."""
    for part in service.parts(name):
        if part.workload.runs_as in _STEADY:
            for path, container in part.containers:
                store = STORES.get(short_name(container.image))
                named = (*container.env, *container.secrets, *container.env_keys, *container.env_fields)
                embedded = None if store else embedded_in(container.image, None if container.env_from else named)
                for volume, places in container.mounts.items():
                    written = {place.path.rstrip("/") for place in places if not place.read_only}
                    if store and written:
                        yield (*path, "mounts", volume), store, volume
                    elif embedded and embedded.folder in written:
                        yield (*path, "mounts", volume), "the SQLite database", volume


def embedded_in(image: str, variables: Iterable[str] | None) -> Embedded | None:
    """The database file of an application, unless its variables name another database, or are not known and may."""
    parts = [part.partition(":")[0] for part in image.partition("@")[0].split("/")]
    found = EMBEDDED.get(parts[-1]) or EMBEDDED.get("/".join(parts[-2:]))
    if found is None or (variables is None and found.instead):
        return None
    is_elsewhere = any(word in each.lower() for each in variables or () for word in found.instead)
    return None if is_elsewhere else found


def _in_files(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """Stores in pods of files whose folder is on a volume of NFS."""
    controllers = {each.path: each for stated in lab.objects.values() for each in stated}
    for each in found:
        stated = controllers.get(each.path)
        store = STORES.get(each.short)
        embedded = None if store else embedded_in(each.image, each.variables)
        if stated is None or each.runs_as not in _STEADY or not (store or embedded):
            continue
        shared = _shared_volumes(lab, stated)
        container = next(one for one in containers_of(pod_spec(stated.content)) if text(one, "image") == each.image)
        for point in entries(container, "volumeMounts"):
            volume, place = text(point, "name"), text(point, "mountPath").rstrip("/")
            is_its = store is not None or (embedded is not None and place == embedded.folder)
            if volume in shared and is_its and point.get("readOnly") is not True and not _is_copy(volume):
                yield DATABASE_ON_NFS.finding(
                    each.path,
                    f"{store or 'the SQLite database'} of {each.name} has its files in {volume}, which is on NFS "
                    f"({shared[volume]}): {WHY}",
                    FIX,
                    about=f"{each.name} {volume}",
                    facts={"store": store or "SQLite", "volume": volume},
                )


def _shared_volumes(lab: Lab, stated: StatedObject) -> Mapping[str, str]:
    """Volumes of a pod that are on NFS, by name, with the server or the class."""
    own = namespace_of_object(lab, stated)
    volumes = {each.name: each.content for each in lab.objects_by_kind.get("PersistentVolume", ())}
    claims = {
        each.name: each.content
        for each in lab.objects_by_kind.get("PersistentVolumeClaim", ())
        if namespace_of_object(lab, each) == own
    }
    found: dict[str, str] = {}
    for volume in entries(pod_spec(stated.content), "volumes"):
        claim = claims.get(text(volume, "persistentVolumeClaim", "claimName"), {})
        found[text(volume, "name")] = text(volume, "nfs", "server") or _of_claim(lab, claim, volumes)
    for claim in entries(stated.content, "spec", "volumeClaimTemplates"):
        found[text(claim, "metadata", "name")] = _of_claim(lab, claim, {})
    return {name: each for name, each in found.items() if each}


def _of_claim(lab: Lab, claim: Fields, volumes: Mapping[str, Fields]) -> str:
    """The server or the class of a claim on NFS; empty for any other."""
    kept = text(claim, "spec", "storageClassName")
    server = text(volumes.get(text(claim, "spec", "volumeName"), {}), "spec", "nfs", "server")
    return server or (kept if isinstance(lab.storage_classes.get(kept), NfsStorageClass) else "")


def _in_footprint(name: str, service: Service) -> Iterator[tuple[Path, str, str]]:
    store = STORES.get(service.chart.name) if isinstance(service, HelmService) else None
    if store and isinstance(service, HelmService):
        for key, workload in service.footprint.items():
            for volume in workload.volumes if workload.runs_as in _STEADY else ():
                yield ("services", name, "footprint", key), store, volume

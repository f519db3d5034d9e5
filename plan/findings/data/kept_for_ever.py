"""Stores that are told nothing, or the wrong thing, about when to delete: they grow until their volume is full."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from config.lab import Lab
from plan.findings.program import Program
from plan.model.fields import mapping, text
from plan.model.findings import Finding, Rule

KEPT_FOR_EVER = Rule(
    "KEPT-FOR-EVER",
    ("warning", "info"),
    title="Nothing deletes what a store no longer needs",
    meaning=(
        "A registry keeps the layers of every image that was ever pushed until its garbage collection runs, "
        "InfluxDB and object stores of backups keep all without a retention, and logs of changes grow without one. "
        "restic keeps each snapshot until `forget --prune`. When the volume is full, nothing can be written, and "
        "deleting needs room too. Of a bucket, whose size is not known, it is an info."
    ),
    remedy="State how long to keep it, as the message says.",
)


class _Store(NamedTuple):
    """A store that keeps all unless something is said, or where something is said."""

    said: re.Pattern[str]
    is_wrong_where_said: bool
    keeps: str
    fix: str


_REGISTRY = _Store(
    re.compile(
        r"(?i)DELETE_ENABLED=[\"']?true|PROXY_REMOTEURL=|garbage-collect|delete:\s*\{?\s*\n?\s*enabled: true|proxy:"
    ),
    False,
    "keeps all layers of all images that were ever pushed",
    "set REGISTRY_STORAGE_DELETE_ENABLED: 'true', and let a cronjob run registry garbage-collect",
)
_INFLUX = _Store(
    re.compile(r"DOCKER_INFLUXDB_INIT_RETENTION=(?!0)|^(?![\s\S]*DOCKER_INFLUXDB_INIT_MODE=setup)"),
    False,
    "makes its bucket without a retention, and keeps all values for ever",
    "set DOCKER_INFLUXDB_INIT_RETENTION, for example 30d",
)
_BINARY_LOG = _Store(
    re.compile(r"(?:binlog[-_]expire[-_]logs[-_]seconds|expire[-_]logs[-_]days)\s*[= ]\s*0\b"),
    True,
    "keeps its binary log for ever",
    "write binlog_expire_logs_seconds=604800",
)
_KAFKA = _Store(
    re.compile(r"(?i)(?:log[._]retention[._](?:ms|minutes|hours))\s*=\s*-1\b"),
    True,
    "keeps all messages for ever",
    "set KAFKA_LOG_RETENTION_HOURS: '168', or KAFKA_LOG_RETENTION_BYTES",
)
STORES: Mapping[str, _Store] = {
    "registry": _REGISTRY,
    "influxdb": _INFLUX,
    **dict.fromkeys(("mysql", "mariadb", "percona-server", "mysql-server"), _BINARY_LOG),
    **dict.fromkeys(("kafka", "cp-kafka"), _KAFKA),
}
"""By the last part of an image's name (their documentation)."""


_RESTIC = re.compile(r"\brestic\b[^;&|\n]*\bbackup\b")
_REPOSITORY = re.compile(r"(?:RESTIC_REPOSITORY=|(?:-r|--repo)[ =])[\"']?(?:local:)?((?:\w+:)?[\w./:@-]+)")


_BUCKETS = ("s3:", "b2:", "gs:", "azure:", "swift:")
"""Repositories behind which no server of restic may forget snapshots itself."""


def _forgets_nothing(found: Sequence[Program]) -> Iterator[Finding]:
    """Jobs that add to a repository with every run, and no job of the lab that forgets anything."""
    is_forgotten = any("restic" in each.told and "forget" in each.told for each in found)
    for each in found:
        if not each.ends:
            continue
        repository = _REPOSITORY.search(each.told)
        is_restic = each.short == "restic" or _RESTIC.search(each.told)
        backs_up = is_restic and re.search(r"\bbackup\b", " ".join(each.words)) is not None
        if not backs_up or not repository or is_forgotten:
            continue
        if repository[1].startswith("/") and not (each.path[0] == "services" and each.mounts_volume_at(repository[1])):
            continue
        if repository[1].startswith("/"):
            yield KEPT_FOR_EVER.finding(
                each.path,
                f"{each.name} adds a snapshot to {repository[1]} with every run, and no job of the lab forgets any: "
                "when the disk below is full, no backup is made",
                "let it run restic forget --keep-daily 14 --keep-weekly 8 --prune afterwards",
                about=each.name,
                severity="warning",
            )
        elif repository[1].startswith(_BUCKETS):
            yield KEPT_FOR_EVER.finding(
                each.path,
                f"{each.name} adds a snapshot to {repository[1]} with every run, and no job of the lab forgets any: "
                "the bucket grows for ever",
                "let it run restic forget --keep-daily 14 --keep-weekly 8 --prune afterwards",
                about=each.name,
                severity="info",
            )


def kept_for_ever_findings(lab: Lab, found: Sequence[Program]) -> Iterator[Finding]:
    """A finding for each store from which nothing is ever deleted."""
    for each in found:
        row = STORES.get(each.short) if not each.ends and "volume" in each.mounts.values() else None
        if row is None or bool(row.said.search(each.told)) is not row.is_wrong_where_said:
            continue
        if row is _REGISTRY and any("garbage-collect" in other.told for other in found):
            continue
        yield KEPT_FOR_EVER.finding(
            each.path,
            f"{each.name} ({each.short}) {row.keeps}: when its volume is full, it stops",
            row.fix,
            about=each.name,
            severity="warning",
        )
    yield from _forgets_nothing(found)
    for stated in lab.objects_by_kind.get("Schedule", ()):
        is_pruned = mapping(stated.content, "spec", "prune")
        if text(stated.content, "apiVersion").startswith("k8up.io/") and not is_pruned:
            yield KEPT_FOR_EVER.finding(
                stated.path,
                f"Schedule {stated.name} of K8up backs up and never prunes: its repository grows for ever",
                "write prune: {schedule: 0 5 * * 0, retention: {keepDaily: 14}} into its spec",
                about=stated.name,
                severity="info",
            )
    for kind, above in (("Cluster", ("spec", "backup")), ("ObjectStore", ("spec",))):
        for stated in lab.objects_by_kind.get(kind, ()):
            store = mapping(stated.content, *above, "barmanObjectStore" if kind == "Cluster" else "configuration")
            is_ruled = bool(text(stated.content, *above, "retentionPolicy"))
            if "cnpg.io" in text(stated.content, "apiVersion") and store and not is_ruled:
                yield KEPT_FOR_EVER.finding(
                    stated.path,
                    f"{kind} {stated.name} keeps all base backups and logs in {text(store, 'destinationPath')} for "
                    "ever",
                    f"write retentionPolicy: 30d into {'.'.join(above)} of {stated.name}",
                    about=stated.name,
                    severity="info",
                )

"""Files that a program is told to keep, beside the volume that it has for them."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from config.notation import rounded_up
from config.objects import StatedObject
from config.quantity import Memory
from plan.findings.program import Program
from plan.findings.told_amounts import told_bytes
from plan.model.fields import text
from plan.model.findings import Finding, Rule

TOLD_MORE_DISK = Rule(
    "TOLD-MORE-DISK",
    "warning",
    title="A program is told to keep more than its volume holds",
    meaning=(
        "A log, a cache or a queue on disk grows up to what the program is told. Where that is as much as its volume, "
        "the volume is full before anything is deleted: a database stops, and often cannot start again without room "
        "for its log. PostgreSQL keeps up to max_wal_size between checkpoints, and wal_keep_size besides."
    ),
    remedy="Tell it less, about three quarters of the volume, or make the volume larger.",
)


class _Setting(NamedTuple):
    """A setting that bounds what a program keeps on disk, and the images that know it."""

    name: str
    images: re.Pattern[str]
    pattern: re.Pattern[str]
    bare: int = 0
    """Power of two of a number without a unit."""


def _setting(name: str, images: str, before: str, bare: int = 0) -> _Setting:
    pattern = rf"(?im)(?<![\w#]){before}\s*[=: ]\s*[\"']?(?P<number>\d+)\s*(?P<unit>[kmgt]i?b?|b)?(?![\w.])"
    return _Setting(name, re.compile(images), re.compile(pattern), bare)


_PG = r"^(postgres|postgresql|postgis|timescaledb(-ha)?|pgvector|immich-app/postgres)$"
SETTINGS = (
    _setting("max_wal_size", _PG, "max_wal_size", 20),
    _setting("wal_keep_size", _PG, "wal_keep_size", 20),
    _setting("max_file_store", "^nats$", "max_file_store"),
    _setting("KAFKA_LOG_RETENTION_BYTES", "kafka", "(?:KAFKA_(?:CFG_)?LOG_RETENTION_BYTES|log.retention.bytes)"),
    _setting("retention.maxDiskSpaceUsageBytes", "^victoria-(logs|traces)", "-retention.maxDiskSpaceUsageBytes"),
    _setting("max_size of its cache", "^nginx|^lancache|^monolithic", "max_size"),
    _setting("CACHE_DISK_SIZE", "^monolithic$", "CACHE_DISK_SIZE"),
    _setting("cache_dir", "^squid$", r"cache_dir\s+\w+\s+\S+", 20),
    _setting("binlog_space_limit", "^(percona-server|mariadb)$", "(?:binlog_space_limit|max_binlog_total_size)"),
)
"""Of PostgreSQL, NATS, Kafka, VictoriaLogs, nginx, Squid, MariaDB and Percona Server (their documentation)."""
WAL_BY_DEFAULT, KEPT_BY_OPERATOR = 1 << 30, 512 << 20
"""Bytes: max_wal_size of PostgreSQL, and wal_keep_size that CloudNativePG writes."""


def told_disk_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each program that may fill its volume by what it is told, and each cluster of CloudNativePG."""
    for each in found:
        rows = [row for row in SETTINGS if row.images.search(each.short)] if each.sizes else []
        for row in rows:
            if match := row.pattern.search(each.told):
                told = told_bytes(match["number"], match["unit"], row.bare)
                if told >= max(each.sizes):
                    yield _finding(each, row.name, told, max(each.sizes))
    for cluster in lab.objects_by_kind.get("Cluster", ()):
        if text(cluster.content, "apiVersion").startswith("postgresql.cnpg.io/"):
            yield from _of_operator(cluster)


def _finding(program: Program, setting: str, told: int, size: int) -> Finding:
    return TOLD_MORE_DISK.finding(
        program.path,
        f"{setting} lets {program.name} keep {Memory(told)}, and its volume has {Memory(size)}: the volume is full "
        "before anything is deleted",
        f"write a {setting} of about {_less(size)}, or a volume of more than {Memory(told)}",
        about=f"{program.name} {setting}",
        facts={"told_bytes": told, "volume_bytes": size},
    )


def _of_operator(cluster: StatedObject) -> Iterator[Finding]:
    stated = text(cluster.content, "spec", "walStorage", "size")
    key = "walStorage" if stated else "storage"
    size = rounded_up(stated or text(cluster.content, "spec", "storage", "size") or "0")
    most = _of_parameter(cluster, "max_wal_size", WAL_BY_DEFAULT)
    kept = _of_parameter(cluster, "wal_keep_size", KEPT_BY_OPERATOR)
    if size and max(most, kept) > size:
        yield TOLD_MORE_DISK.finding(
            cluster.path,
            f"the cluster {cluster.name} may keep {Memory(max(most, kept))} of write-ahead log (max_wal_size "
            f"{Memory(most)}, wal_keep_size {Memory(kept)}), and its {key} has {Memory(size)}: when it is full, "
            "PostgreSQL stops and does not start again",
            f"write {key}.size: {Memory(1 << (most + kept).bit_length())}, or postgresql.parameters.max_wal_size: "
            f"{_less(size).removesuffix('i')}B and less for wal_keep_size",
            about=cluster.name,
            facts={"max_wal_bytes": most, "kept_bytes": kept, "volume_bytes": size},
        )


def _of_parameter(cluster: StatedObject, name: str, default: int) -> int:
    match = re.fullmatch(
        r"(\d+)\s*(kB|MB|GB|TB)?", text(cluster.content, "spec", "postgresql", "parameters", name).strip()
    )
    return told_bytes(match[1], match[2], 20) if match else default


def _less(size: int) -> str:
    """About half, in whole MiB."""
    return f"{max(size // 2 >> 20, 1)}Mi"

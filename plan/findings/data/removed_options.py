"""Options that a server no longer knows in the release that is asked for: it does not start with them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.source import Path
from plan.findings.program import Program
from plan.model.fields import switched_on
from plan.model.findings import Finding, Rule

OPTION_REMOVED = Rule(
    "OPTION-REMOVED",
    "warning",
    title="A server is given an option that its release no longer knows",
    meaning=(
        "Servers refuse to start with an option that they do not know. One that was right for years is removed in a "
        "later major release: the pod crashes at once, and with the old data already migrated there is no way back."
    ),
    remedy="Write what replaces it, or leave it out.",
)


class _Removed(NamedTuple):
    """An option, since when it is unknown, and what is written instead."""

    option: str
    since: tuple[int, ...]
    instead: str


_MYSQL = (
    _Removed("default-authentication-plugin", (8, 4), "authentication_policy"),
    _Removed("expire-logs-days", (8, 4), "binlog_expire_logs_seconds"),
    _Removed("skip-host-cache", (8, 3), "host_cache_size=0"),
    _Removed("master-info-repository", (8, 3), "nothing, it is always TABLE"),
    _Removed("relay-log-info-repository", (8, 3), "nothing, it is always TABLE"),
    _Removed("mysql-native-password", (9,), "users with caching_sha2_password"),
    _Removed("query-cache-size", (8,), "nothing, there is no query cache"),
    _Removed("query-cache-type", (8,), "nothing, there is no query cache"),
    _Removed("innodb-file-format", (8,), "nothing"),
    _Removed("innodb-large-prefix", (8,), "nothing"),
)
_POSTGRES = (
    _Removed("wal_keep_segments", (13,), "wal_keep_size"),
    _Removed("stats_temp_directory", (15,), "nothing"),
    _Removed("promote_trigger_file", (16,), "pg_promote()"),
    _Removed("vacuum_defer_cleanup_age", (16,), "hot_standby_feedback"),
    _Removed("force_parallel_mode", (16,), "debug_parallel_query"),
    _Removed("old_snapshot_threshold", (17,), "idle_in_transaction_session_timeout"),
    _Removed("db_user_namespace", (17,), "nothing"),
    _Removed("trace_recovery_messages", (17,), "nothing"),
)
_MONGO = (
    _Removed("smallfiles", (4, 2), "nothing"),
    _Removed("nojournal", (6, 1), "nothing, the journal is always on"),
    _Removed("journal", (6, 1), "nothing, the journal is always on"),
)
_PROMETHEUS = (
    _Removed("storage.tsdb.retention", (3,), "storage.tsdb.retention.time"),
    _Removed("storage.tsdb.allow-overlapping-blocks", (3,), "nothing, they are always allowed"),
    _Removed("alertmanager.timeout", (3,), "timeout of alertmanagers in its file"),
    _Removed("storage.tsdb.wal-compression-type", (4,), "nothing"),
)
_ETCD = (_Removed("enable-v2", (3, 6), "nothing"), _Removed("proxy", (3, 6), "the gRPC proxy"))
_LOKI = (
    _Removed("shared_store", (3,), "delete_request_store of the compactor"),
    _Removed("shared_store_key_prefix", (3,), "delete_request_store_key_prefix of the compactor"),
    _Removed("enforce_metric_name", (3,), "nothing"),
    _Removed("max_look_back_period", (3,), "max_query_lookback in limits_config"),
)
CHARTS: Mapping[str, tuple[int, tuple[_Removed, ...]]] = {"loki": (6, _LOKI)}
"""By chart: the first major version with the release that no longer knows them."""
REMOVED: Mapping[str, tuple[_Removed, ...]] = {
    **dict.fromkeys(("mysql", "mysql-server", "percona-server"), _MYSQL),
    **dict.fromkeys(("postgres", "postgresql", "postgis", "timescaledb", "pgvector"), _POSTGRES),
    "mongo": _MONGO,
    "prometheus": _PROMETHEUS,
    "etcd": _ETCD,
    "loki": _LOKI,
}
"""By the last part of an image's name; the release notes of each."""
_MAJOR = re.compile(r"(?:^|[-_])pg(\d+)")


def removed_option_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each option that a program's release does not know, also in the values of its chart."""
    for name, service in lab.charts(*CHARTS):
        since, rows = CHARTS[service.chart.name]
        major = service.chart.version.removeprefix("v").partition(".")[0]
        for row in rows if major.isdigit() and int(major) >= since else ():
            for path, _ in switched_on(service.values, ("services", name, "values"), row.option):
                yield _said(path, name, f"{service.chart.name} of chart {service.chart.version}", row)
    for each in found:
        for row in REMOVED.get(each.short, ()):
            version = _version(each)
            if version and version >= row.since and _says(each.told, row.option):
                yield _said(each.path, each.name, f"{each.short} {'.'.join(map(str, version))}", row)


def _said(path: Path, name: str, release: str, row: _Removed) -> Finding:
    since = ".".join(map(str, row.since))
    return OPTION_REMOVED.finding(
        path,
        f"{name} gives {release} the option {row.option}, which it does not know since {since}: it does not start",
        f"leave {row.option} out; instead there is {row.instead}"
        if not row.instead.startswith("nothing")
        else f"leave {row.option} out",
        about=f"{name} {row.option}",
        facts={"option": row.option, "release": release, "removed_in": since},
    )


def _version(program: Program) -> tuple[int, ...]:
    within = _MAJOR.search(program.image.rpartition(":")[2])
    return (int(within[1]),) if within else program.version


def _says(told: str, option: str) -> bool:
    words = re.escape(option) if "." in option else "[-_]".join(re.split("[-_]", option))
    return re.search(rf"(?m)(?<![\w.#-])(?:--|-c\s+)?{words}(?=[\s=:]|$)", told) is not None

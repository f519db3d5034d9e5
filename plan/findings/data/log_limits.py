"""Stores of logs that are told how many days to keep, and not how much."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from config.notation import counted
from config.quantity import Memory
from config.source import Path
from plan.findings.program import Program
from plan.findings.storage.retention import MOST_PERCENT, RETENTION_ABOVE_VOLUME
from plan.model.fields import mapping, text, value
from plan.model.findings import Finding
from plan.wording import percent

_FLAG = "retention.maxDiskSpaceUsageBytes"
_LIMIT = re.compile(rf"-{re.escape(_FLAG)}[= ](\S+)")
_SHARE = "retention.maxDiskUsagePercent"


class _Server(NamedTuple):
    """A VictoriaLogs with a volume."""

    path: Path
    name: str
    volume: int
    """Bytes."""
    limit: str
    has_share: bool
    """It keeps to a share of its volume."""
    key: str


def log_limit_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each VictoriaLogs that nothing keeps within its volume."""
    for server in (*_in_pods(found), *_in_charts(lab)):
        limit = _bytes(server.limit)
        if server.has_share or (server.limit and limit is None):
            continue
        if limit and limit <= server.volume * MOST_PERCENT // 100:
            continue
        advised = max(server.volume * 85 // 100 >> 30, 1)
        volume = Memory(server.volume)
        said = (
            f"{server.name} may keep {server.limit} on a volume of {volume}, {percent(limit, server.volume)} of it"
            if limit
            else f"nothing limits {server.name} to its volume of {volume}: how much its days take could not be checked"
        )
        yield RETENTION_ABOVE_VOLUME.finding(
            server.path,
            f"{said}. When the volume is full it takes no more logs",
            f"write {server.key}{advised}GiB: then it drops the oldest day instead",
            about="victoria-logs",
            facts={"volume_bytes": server.volume, "limit_bytes": limit},
        )


def _in_pods(found: Iterable[Program]) -> Iterator[_Server]:
    for each in found:
        if each.short == "victoria-logs" and len(each.sizes) == 1 and not each.ends:
            stated = _LIMIT.search(each.told)
            limit = stated[1] if stated else ""
            yield _Server(each.path, each.name, each.sizes[0], limit, _SHARE in each.told, f"-{_FLAG}=")


def _in_charts(lab: Lab) -> Iterator[_Server]:
    for name, service in lab.charts("victoria-logs-single"):
        server = mapping(service.values, "server")
        used = {volume for workload in service.footprint.values() for volume in workload.volumes}
        size = text(server, "persistentVolume", "size")
        if value(server, "persistentVolume", "enabled") is False or not (size or len(used) == 1):
            continue
        volume = counted(size) or 0 if size else int(service.volumes[used.pop()].size)
        more = mapping(server, "extraArgs")
        limit = text(server, "retentionDiskSpaceUsage") or text(more, _FLAG)
        has_share = bool(text(server, "retentionMaxDiskUsagePercent") or text(more, _SHARE))
        path = ("services", name, "values")
        yield _Server(path, name, volume, limit, has_share, "server.retentionDiskSpaceUsage: ")


def _bytes(size: str) -> int | None:
    """Bytes of an amount as VictoriaMetrics writes it: 40GiB, 40GB, 40000000000."""
    match = re.fullmatch(r"(?i)(\d+)([kmgt]?)(i?)b?", size)
    if match is None:
        return None
    power = "kmgt".find(match[2].lower()) + 1 if match[2] else 0
    return int(match[1]) * (1024 if match[3] else 1000) ** power

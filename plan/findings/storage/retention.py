"""How long stores of metrics and logs keep them, beside the volume that they have."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

import yaml

from config.image import short_name
from config.lab import Lab
from config.objects import StatedObject
from config.quantity import Memory
from config.service import HelmService, Service
from config.source import Path
from plan.model.fields import entries, mapping, text, value, values
from plan.model.findings import Finding, Rule
from plan.wording import percent
from plan.yaml_text import read_plain

RETENTION_ABOVE_VOLUME = Rule(
    "RETENTION-ABOVE-VOLUME",
    "warning",
    title="A store of metrics or logs may outgrow its volume",
    meaning=(
        "How much a number of days takes depends on what is written, and could not be checked. Prometheus stops when "
        "its volume is full, and often cannot start again, since it needs room to read its log. A limit on the size "
        "makes it drop the oldest blocks instead; its documentation asks for at most 80 to 85 % of the volume, because "
        "the log and a compaction come on top. VictoriaLogs takes no more logs when its volume is full, and has such a "
        "limit too. Loki has none: it has to be told how long to keep logs."
    ),
    remedy=(
        "Prometheus: write retentionSize (or --storage.tsdb.retention.size), about 85 % of the volume. Loki: write "
        "limits_config.retention_period and compactor.retention_enabled: true. VictoriaLogs: write "
        "-retention.maxDiskSpaceUsageBytes."
    ),
)

RETENTION_NOT_APPLIED = Rule(
    "RETENTION-NOT-APPLIED",
    "warning",
    title="A retention period that deletes nothing",
    meaning=(
        "Loki deletes logs only in its compactor, and only with compactor.retention_enabled. Without it a "
        "retention_period is read and has no effect: the volume or the bucket grows until it is full."
    ),
    remedy="Write compactor.retention_enabled: true, and delete_request_store: the store that has the chunks.",
)

MOST_PERCENT = 90
"""Of a volume. Prometheus' documentation (Storage, Right-sizing retention size) says 80 to 85; a little above it is
left alone."""
_SIZE = re.compile(r"(?i)^\s*(?P<number>\d+)\s*(?P<unit>[kmgtpe]?)i?b?\s*$")
_POWERS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40, "p": 50, "e": 60}
"""Prometheus counts in powers of two, whatever the unit is called."""
_CLAIMED = ("volumeClaimTemplate", "spec", "resources", "requests", "storage")
_FLAG_NAME = "--storage.tsdb.retention.size"
_FLAG = re.compile(rf"{re.escape(_FLAG_NAME)}[= ](?P<size>\S+)")


class _Server(NamedTuple):
    """A Prometheus."""

    path: Path
    name: str
    key: str
    """Of the limit on its size."""
    limit: str
    volume: Memory


def retention_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each Prometheus and each Loki that nothing keeps within its volume."""
    for name, service in lab.services.items():
        for server in _servers(name, service):
            yield from _prometheus(server)
        for server in _in_files(lab.objects.get(name, ())):
            yield from _prometheus(server)
        for path, settings, in_chart in _lokis(name, service):
            yield from _loki(path, name, settings, in_chart=in_chart)


def _prometheus(server: _Server) -> Iterator[Finding]:
    limit = _bytes(server.limit)
    size = int(server.volume)
    is_wrong_itself = limit is None and bool(server.limit)  # Prometheus refuses it
    if is_wrong_itself or (limit and limit <= size * MOST_PERCENT // 100):
        return
    advised = max(size * 85 // 100 >> 30, 1)
    if limit:
        said = (
            f"{server.name} may keep {server.limit} on a volume of {server.volume}, {percent(limit, size)} of it: its "
            "log and a compaction come on top"
        )
    else:
        said = (
            f"nothing limits {server.name} to its volume of {server.volume}: how much its days take could not be "
            "checked"
        )
    yield RETENTION_ABOVE_VOLUME.finding(
        server.path,
        f"{said}. When the volume is full it stops, and may not start again",
        f"write {server.key}: {advised}GB, or a larger volume"
        if limit
        else f"write {server.key}: {advised}GB: then it drops the oldest metrics instead",
        about="prometheus",
        facts={"volume_bytes": int(server.volume), "limit_bytes": limit},
    )


def _bytes(size: str) -> int | None:
    match = _SIZE.match(size)
    return int(match["number"]) << _POWERS[match["unit"].lower()] if match else None


def _servers(name: str, service: Service) -> Iterator[_Server]:
    if isinstance(service, HelmService):
        yield from _of_charts(name, service)
    for part in service.parts(name):
        if short_name(part.workload.image) == "prometheus" and part.workload.runs_as in ("deployment", "statefulset"):
            flags = " ".join((*part.workload.command, *part.workload.args))
            match = _FLAG.search(flags)
            for volume in part.workload.mounts:
                if (row := service.volumes.get(volume)) and not row.copy_of:
                    limit = match["size"] if match else ""
                    yield _Server((*part.path, "args"), part.name, _FLAG_NAME, limit, Memory(row.size))
                    break


def _in_files(objects: Iterable[StatedObject]) -> Iterator[_Server]:
    """Servers of the operator's kind, and statefulsets that run one on a volume of their own."""
    for each in objects:
        spec = mapping(each.content, "spec")
        if each.kind == "Prometheus" and text(each.content, "apiVersion").startswith("monitoring.coreos.com/"):
            size = text(spec, "storage", *_CLAIMED)
            if volume := _parsed(size):
                yield _Server(each.path, each.name, "spec.retentionSize", text(spec, "retentionSize"), volume)
        sizes = {
            text(claim, "metadata", "name"): text(claim, "spec", "resources", "requests", "storage")
            for claim in entries(spec, "volumeClaimTemplates")
        }
        for container in entries(spec, "template", "spec", "containers") if sizes else ():
            volumes = [_parsed(sizes.get(text(at, "name"), "")) for at in entries(container, "volumeMounts")]
            volume = next((found for found in volumes if found), None)
            if volume and short_name(text(container, "image")) == "prometheus":
                match = _FLAG.search(
                    " ".join(str(word) for key in ("command", "args") for word in values(container, key))
                )
                yield _Server(each.path, each.name, _FLAG_NAME, match["size"] if match else "", volume)


def _parsed(size: str) -> Memory | None:
    try:
        return Memory.parse(size) if size else None
    except ValueError:
        return None


def _of_charts(name: str, service: HelmService) -> Iterator[_Server]:
    given = service.values
    match service.chart.name:
        case "kube-prometheus-stack":
            above = ("prometheus", "prometheusSpec")
            claimed = ("storageSpec", *_CLAIMED)
            is_off = value(given, "prometheus", "enabled") is False
        case "prometheus":
            above, claimed, is_off = ("server",), ("persistentVolume", "size"), False
        case _:
            return
    settings = mapping(given, *above)
    volume = _volume(name, service, text(settings, *claimed), text(settings, "persistentVolume", "existingClaim"))
    if is_off or volume is None:
        return
    flags = " ".join(f"--{each}" if isinstance(each, str) else "" for each in values(settings, "extraFlags"))
    match_ = _FLAG.search(flags)
    yield _Server(
        ("services", name, "values"),
        name,
        ".".join((*above, "retentionSize")),
        text(settings, "retentionSize") or (match_["size"] if match_ else ""),
        volume,
    )


def _volume(name: str, service: HelmService, size: str, claim: str) -> Memory | None:
    """The volume of a server: the claim that its values name, what they ask for, or the only one of its footprint."""
    for key, row in service.volumes.items():
        if claim and claim == (row.claim or f"{name}-{key}"):
            return Memory(row.size)
    if size:
        return _parsed(size)
    used = {volume for workload in service.footprint.values() for volume in workload.volumes}
    return Memory(service.volumes[used.pop()].size) if len(used) == 1 else None


def _lokis(name: str, service: Service) -> Iterator[tuple[Path, Mapping[str, Any], bool]]:
    """The configurations of Loki: in the values of its chart, in files of a container."""
    if isinstance(service, HelmService):
        below = {"loki": ("loki",), "loki-stack": ("loki", "config")}.get(service.chart.name)
        if below:
            yield ("services", name, "values"), mapping(service.values, *below), True
    for part in service.parts(name):
        if short_name(part.workload.image) == "loki":
            for file, content in part.workload.files.items():
                if (settings := _read(content)) is not None:
                    yield (*part.path, "files", file), settings, False


def _read(content: str) -> Mapping[str, Any] | None:
    """A configuration of Loki; None for another file, and for one that is no YAML."""
    try:
        found = read_plain(content)
    except yaml.YAMLError:
        return None
    known = {"schema_config", "common", "limits_config", "storage_config", "compactor"}
    if not isinstance(found, Mapping):
        return None
    settings = cast(Mapping[str, Any], found)
    return settings if known & settings.keys() else None


def _loki(path: Path, name: str, settings: Mapping[str, Any], *, in_chart: bool) -> Iterator[Finding]:
    above = "loki." if in_chart else ""
    period = text(settings, "limits_config", "retention_period")
    is_kept_for_ever = period in ("", "0", "0s", "0h")
    deletes = value(settings, "compactor", "retention_enabled") is True or (
        value(settings, "table_manager", "retention_deletes_enabled") is True
    )
    if not is_kept_for_ever and not deletes:
        yield RETENTION_NOT_APPLIED.finding(
            path,
            f"{name} says retention_period: {period}, and its compactor deletes nothing: logs are kept until the "
            "volume is full",
            f"write {above}compactor.retention_enabled: true, with delete_request_store",
            facts={"retention_period": period},
        )
    elif is_kept_for_ever and _is_on_disk(settings) and not deletes:
        yield RETENTION_ABOVE_VOLUME.finding(
            path,
            f"{name} keeps all logs for ever, on its own volume: when it is full, Loki stops and does not start again",
            f"write {above}limits_config.retention_period, for example 720h, and {above}compactor.retention_enabled: "
            "true with delete_request_store: filesystem",
            about="loki",
        )


def _is_on_disk(settings: Mapping[str, Any]) -> bool:
    """Whether chunks are stated to lie on a file system. The chart's own default is a bucket."""
    return (
        text(settings, "storage", "type") == "filesystem"
        or bool(mapping(settings, "common", "storage", "filesystem"))
        or bool(mapping(settings, "storage_config", "filesystem"))
    )

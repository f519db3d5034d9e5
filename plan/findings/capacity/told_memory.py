"""Memory that a program is told to use, beside the memory that its container may have."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from config.lab import Lab
from config.quantity import Memory
from config.service import HelmService
from config.service.container import Container
from config.service.footprint import containers_in
from config.source import Path
from plan.findings.program import Program
from plan.findings.programs import programs
from plan.findings.told_amounts import told_bytes
from plan.model.fields import texts
from plan.model.findings import Finding, Rule

TOLD_MORE_MEMORY = Rule(
    "TOLD-MORE-MEMORY",
    "warning",
    title="A program is told to use more memory than its container has",
    meaning=(
        "A heap, a cache or a buffer pool grows up to what the program is told. Where that is as much as the "
        "container's limit or more, the kernel kills it before it is full: not at the start, but when the load rises "
        "or the cache is warm. A program needs some memory besides."
    ),
    remedy="Tell it less, about three quarters of the limit, or raise memory.",
)


class _Setting(NamedTuple):
    """A setting that bounds the memory of a program."""

    name: str
    pattern: re.Pattern[str]
    """With the groups `number` and `unit`."""
    bare: int = 0
    """Power of two of a number without a unit."""


def _setting(name: str, before: str, bare: int = 0, units: str = "[kmgt]i?b?") -> _Setting:
    return _Setting(name, re.compile(rf"(?i){before}(?P<number>\d+(?:\.\d+)?)(?P<unit>{units})?(?![\w.%])"), bare)


_SAVES = re.compile(r"appendonly\s+yes|save\s+[\"']?[1-9]")
"""Words with which Redis and Valkey write what they hold to disk, in a process forked for it (Redis, Persistence)."""
SETTINGS = (
    _setting("-Xmx", r"(?<![\w-])-Xmx", units="[kmgt]"),
    _setting("--max-old-space-size", r"--max[-_]old[-_]space[-_]size[= ]", bare=20, units="(?!)"),
    _setting("GOMEMLIMIT", r"\bGOMEMLIMIT="),
    _setting("maxmemory", r"(?<![\w-])(?:--)?maxmemory[= ]+"),
    _setting("innodb_buffer_pool_size", r"innodb[-_]buffer[-_]pool[-_]size\s*[= ]\s*", units="[kmgt]"),
    _setting("MAX_MEMORY", r"^MAX_MEMORY=", units="[kmgt]"),
    _setting("MEMORY", r"^MEMORY=", units="[mgt]"),
    _setting("PHP_MEMORY_LIMIT", r"^PHP_MEMORY_LIMIT=", units="[kmg]"),
    _setting("SOLR_HEAP", r"^SOLR_HEAP=", units="[kmg]"),
    _setting("wiredTigerCacheSizeGB", r"(?:--wiredTigerCacheSizeGB[= ]|\bcacheSizeGB:\s*)", bare=30, units="(?!)"),
    _setting("vm_memory_high_watermark", r"vm_memory_high_watermark[._]absolute\s*=\s*", units="[kmgt]i?b?"),
    _setting("heap_max_size", r"^NEO4J_(?:server|dbms)_memory_heap_max__size=", units="[kmg]"),
    _setting("pagecache_size", r"^NEO4J_(?:server|dbms)_memory_pagecache_size=", units="[kmg]"),
    _setting("max_server_memory_usage", r"max_server_memory_usage>\s*", units="(?!)"),
    _setting("-m of memcached", r"(?:^|memcached .*)(?<![\w-])-m[= ]?", bare=20, units="(?!)"),
    _setting("-s malloc", r"-s\s+(?:\w+=)?malloc,", units="[kmgt]"),
    _setting("shared_buffers", r"shared_buffers\s*=\s*'?", bare=13, units="kB|MB|GB|TB"),
)
"""Of the Java virtual machine, Node.js, Go, Redis and Valkey, MySQL and MariaDB, MongoDB, RabbitMQ, Neo4j, ClickHouse,
memcached, Varnish, PostgreSQL (their documentation)."""


def told_memory_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each container whose program is told to use all of its memory, or more."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            yield from _of_chart(name, service)
        for part in service.parts(name):
            for index, (path, container) in enumerate(part.containers):
                if "init" in path[len(part.path) :] or "memory" in container.unsized:
                    continue  # it writes settings for another container, or its limit is not stated
                files = part.workload.files if index == 0 else {}
                for at, text in (*_settings(path, container), *(((*path, "files", key), files[key]) for key in files)):
                    yield from _compared(name, at, text, container.memory)
    for each in programs(lab):
        is_apart = each.path[0] == "objects" or (each.places is not None and _has_several(lab, each))
        if is_apart and each.is_main and each.memory:
            for text in _texts(each):
                yield from _compared(each.name, each.path, text, Memory(each.memory))


def _texts(program: Program) -> Iterator[str]:
    """Settings of a pod in a file, each alone."""
    yield from (f"{variable}={value}" for variable, value in program.env.items())
    yield from (" ".join(program.words), *program.files.values())


def _of_chart(name: str, service: HelmService) -> Iterator[Finding]:
    """Settings among the values of a chart with one container: of several it is not known which is meant."""
    containers = [container for _, container in containers_in(name, service.footprint)]
    if len(containers) == 1:
        for path, text in texts(service.values, ("services", name, "values")):
            found = [*_compared(name, path, text, containers[0].memory)]
            yield from found or _compared(name, path, f"{path[-1]}={text}", containers[0].memory)


def _has_several(lab: Lab, program: Program) -> bool:
    service = lab.services[program.service]
    return isinstance(service, HelmService) and len([*containers_in(program.service, service.footprint)]) > 1


def _settings(path: Path, container: Container) -> Iterator[tuple[Path, str]]:
    for variable, value in container.env.items():
        yield (*path, "env", variable), f"{variable}={value}"
    for key, words in (("command", container.command), ("args", container.args)):
        if words:
            yield (*path, key), " ".join(words)


def _compared(service: str, path: Path, text: str, limit: Memory | Literal["unlimited"]) -> Iterator[Finding]:
    if limit == "unlimited":
        return
    for setting in SETTINGS:
        match = setting.pattern.search(text)
        if match is None:
            continue
        told = told_bytes(match["number"], match["unit"], setting.bare)
        saves = setting.name == "maxmemory" and _SAVES.search(text) is not None
        if told < limit and saves and told * 4 > limit * 3:
            yield TOLD_MORE_MEMORY.finding(
                path,
                f"{setting.name} lets {service} use {Memory(told)} of the {limit} that its container may have, and it "
                "saves to disk: its fork copies what is written meanwhile, and is killed for want of memory",
                f"write a {setting.name} of about {Memory(int(limit) * 3 // 4 >> 20 << 20)}, or a memory of "
                f"{Memory(told * 3 // 2 >> 20 << 20)}",
                about=setting.name,
                facts={"told_bytes": told, "limit_bytes": int(limit)},
            )
        if told >= limit:
            yield TOLD_MORE_MEMORY.finding(
                path,
                f"{setting.name} lets {service} use {Memory(told)}, and its container may have {limit}: it is killed "
                "before it has used them",
                f"write a memory of more than {Memory(told)}, or a {setting.name} of about {Memory(_less(limit))}",
                about=setting.name,
                facts={"told_bytes": told, "limit_bytes": int(limit)},
            )


def _less(limit: Memory) -> int:
    """Three quarters, in whole MiB."""
    return max((int(limit) * 3 // 4) >> 20, 1) << 20

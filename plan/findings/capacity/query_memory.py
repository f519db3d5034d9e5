"""Memory that the queries of all connections to a PostgreSQL server may take, beside that of its container."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from config.lab import Lab
from config.notation import rounded_up
from config.quantity import Memory
from config.service import HelmService
from config.service.container import Container
from config.service.footprint import containers_in
from config.source import Path
from plan.findings.data.connections import LIMIT
from plan.findings.told_amounts import told_bytes
from plan.model.fields import mapping, text, texts
from plan.model.findings import Finding, Rule

QUERIES_OUTGROW_MEMORY = Rule(
    "QUERIES-OUTGROW-MEMORY",
    "warning",
    title="The queries of a database server may take more memory than its container has",
    meaning=(
        "PostgreSQL gives each sort and each hash of a query up to work_mem, in every connection, beside "
        "shared_buffers. Where that is more for all connections than the container may have, a busy hour ends with the "
        "kernel killing one of its processes: then the server ends all connections and recovers from its log."
    ),
    remedy="Lower work_mem or max_connections, put a pooler before the server, or raise memory.",
)

_WORK = re.compile(r"(?i)(?<![\w-])work_mem\s*[= ]\s*'?(?P<number>\d+)(?P<unit>kB|MB|GB|TB)?(?![\w.])")
_SHARED = re.compile(r"(?i)(?<![\w-])shared_buffers\s*[= ]\s*'?(?P<number>\d+)(?P<unit>kB|MB|GB|TB)?(?![\w.])")
_COMMENT = re.compile(r"(?m)^\s*#.*$")
_SHARED_DEFAULT = 128 << 20
"""Bytes of shared_buffers that are not stated. Bare numbers of work_mem are KiB, those of shared_buffers pages of 8 KiB
(PostgreSQL, Resource Consumption)."""


def query_memory_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each server whose stated connections cannot all have the work_mem that it states."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            containers = [container for _, container in containers_in(name, service.footprint)]
            if len(containers) == 1:
                found = list(texts(service.values, ("services", name, "values")))
                yield from _judged(name, found, containers[0].memory)
        yield from _of_clusters(lab, name)
        for part in service.parts(name):
            for index, (path, container) in enumerate(part.containers):
                files = part.workload.files if index == 0 else {}
                in_files = [((*path, "files", key), said) for key, said in files.items()]
                limit = "unlimited" if "memory" in container.unsized else container.memory
                yield from _judged(part.name, [*_words(path, container), *in_files], limit)


def _of_clusters(lab: Lab, name: str) -> Iterator[Finding]:
    """Clusters of CloudNativePG, whose parameters are a mapping."""
    for stated in lab.objects.get(name, ()):
        if stated.kind == "Cluster" and text(stated.content, "apiVersion").startswith("postgresql.cnpg.io/"):
            parameters = mapping(stated.content, "spec", "postgresql", "parameters")
            limit = text(stated.content, "spec", "resources", "limits", "memory")
            if limit and parameters:
                said = "\n".join(f"{key} = {each}" for key, each in parameters.items())
                yield from _judged(stated.name, [(stated.path, said)], Memory(rounded_up(limit)))


def _words(path: Path, container: Container) -> Iterator[tuple[Path, str]]:
    for key, words in (("command", container.command), ("args", container.args)):
        if words:
            yield (*path, key), " ".join(words)


def _judged(name: str, found: Sequence[tuple[Path, str]], limit: Memory | Literal["unlimited"]) -> Iterator[Finding]:
    settings = [(path, _COMMENT.sub("", said)) for path, said in found]
    stated = next(((path, match) for path, said in settings if (match := _WORK.search(said))), None)
    if stated is None or limit == "unlimited":
        return
    path, match = stated
    everything = "\n".join(said for _, said in settings)
    work = told_bytes(match["number"], match["unit"], bare=10)
    shared_match, accepted = _SHARED.search(everything), LIMIT.search(everything)
    if accepted is None:
        return  # of the default 100, a server for a house never sees most
    shared = told_bytes(shared_match["number"], shared_match["unit"], bare=13) if shared_match else _SHARED_DEFAULT
    connections = int(accepted[1])
    needed = shared + work * connections
    if needed <= limit or (shared_match and shared >= limit):
        return  # the latter is told of shared_buffers
    fewer, less = (int(limit) - shared) // work, (int(limit) - shared) // connections >> 20
    steps = [
        *([f"a work_mem of {less}MB"] if less > 0 else []),
        *([f"a max_connections of {fewer}"] if fewer >= 10 else []),
        f"a memory of {Memory(-(-needed >> 20) << 20)}",
    ]
    yield QUERIES_OUTGROW_MEMORY.finding(
        path,
        f"work_mem lets each of {connections} connections to {name} take {Memory(work)} for a sort, "
        f"{Memory(work * connections)} in all beside {Memory(shared)} of shared_buffers, and its container may have "
        f"{limit}: it is killed when many sort at once",
        f"write {', or '.join(steps)}",
        facts={"work_bytes": work, "connections": connections, "shared_bytes": shared, "limit_bytes": int(limit)},
    )

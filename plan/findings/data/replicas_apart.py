"""Several pods of a store that is no cluster by itself: each has its own data, or all write the same files."""

import re
from collections.abc import Iterator

from config.image import short_name
from config.lab import Lab
from config.service import Service
from config.service.container import Part
from plan.findings.data.stores import embedded_in
from plan.model.findings import Finding, Rule

REPLICAS_APART = Rule(
    "REPLICAS-APART",
    "warning",
    title="Pods of a store do not share what they hold",
    meaning=(
        "More replicas make no cluster of a database. With a volume each they are servers of their own behind one "
        "name: what is written to one is not found at the other. With one volume they write the same files, and "
        "ruin them. SQLite's file is of one process too."
    ),
    remedy="Write replicas: 1; for a cluster use its operator, or settings by which its members find each other.",
)

_ALONE = frozenset(
    {"postgres", "postgis", "pgvector", "mysql", "mariadb", "mongo", "influxdb", "redis", "valkey", "etcd"}
)
"""By the last part of an image's name: servers that replicate only where they are told how."""
_TOLD = re.compile(
    r"(?i)repl|cluster|galera|wsrep|sentinel|primary|master|slave|initial-|standby|patroni|repmgr|peer|sharded"
)


def replicas_apart_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each store with several pods and no word of how they agree."""
    for name, service in lab.services.items():
        for part in service.parts(name):
            workload = part.workload
            if workload.runs_as in ("deployment", "statefulset") and workload.replicas > 1 and workload.mounts:
                yield from _apart(service, part)


def _apart(service: Service, part: Part) -> Iterator[Finding]:
    workload = part.workload
    short = short_name(workload.image)
    settings = " ".join((*workload.command, *workload.args, *workload.env, *workload.env.values(), *workload.secrets))
    is_told = _TOLD.search(f"{settings} {' '.join(workload.files.values())}") is not None
    embedded = embedded_in(workload) if workload.runs_as == "statefulset" else None
    keeps = [key for key in workload.mounts if key in service.volumes]
    if (short in _ALONE and not is_told and keeps) or (embedded and keeps):
        what = "the SQLite file" if embedded else short
        shared = workload.runs_as == "deployment"
        yield REPLICAS_APART.finding(
            (*part.path, "replicas"),
            f"{workload.replicas} pods of {part.name} run {what} "
            + (
                f"on one volume ({keeps[0]}): they write the same files, and ruin them"
                if shared
                else "with a volume each, and nothing says how they agree: what one is told, the others do not know"
            ),
            "write replicas: 1",
            about=part.name,
            facts={"replicas": workload.replicas},
        )

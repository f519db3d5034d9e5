"""Several pods of a store that is no cluster by itself: each has its own data, or all write the same files."""

import re
from collections.abc import Iterable, Iterator

from plan.findings.data.stores import embedded_in
from plan.findings.program import Program
from plan.model.findings import Finding, Rule

REPLICAS_APART = Rule(
    "REPLICAS-APART",
    "warning",
    title="Pods of a store do not share what they hold",
    meaning=(
        "More replicas make no cluster of a database. With a volume each they are servers of their own behind one "
        "name: what is written to one is not found at the other. With one volume they write the same files, and "
        "ruin them. SQLite's file is of one process too, and without a volume each pod has its own."
    ),
    remedy="Write replicas: 1; for a cluster use its operator, or settings by which its members find each other.",
)

_ALONE = frozenset(
    {"postgres", "postgis", "pgvector", "mysql", "mariadb", "mongo", "influxdb", "redis", "valkey", "etcd", "minio"}
)
"""By the last part of an image's name: servers that replicate only where they are told how."""
_TOLD = re.compile(
    r"(?i)repl|cluster|galera|wsrep|sentinel|primary|master|slave|initial-|standby|patroni|repmgr|peer|sharded|"
    r"server\b.*https?://"
)
"""Variables and options; MinIO is told the addresses of all its members."""
_UNKNOWN = "what one is told, the others do not know"


def replicas_apart_findings(found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each store with several pods and no word of how they agree."""
    for each in found:
        is_steady = each.runs_as in ("deployment", "statefulset")
        if is_steady and each.is_main and each.replicas > 1 and (way := _apart(each)):
            yield REPLICAS_APART.finding(
                each.at("replicas"),
                f"{each.replicas} pods of {each.name} run {way}",
                f"write {each.at('replicas')[-1]}: 1" if each.places else "write replicas: 1",
                about=each.name,
                facts={"replicas": each.replicas},
            )


def _apart(program: Program) -> str | None:
    """The store, and how its pods are apart; None where they are not, or where that is not known."""
    embedded = embedded_in(program.image, program.variables)
    on_volume = next((place for place, kept in program.mounts.items() if kept == "volume"), None)
    if program.short in _ALONE and on_volume and not _is_told(program):
        if program.runs_as == "statefulset":
            return f"{program.short} with a volume each, and nothing says how they agree: {_UNKNOWN}"
        return f"{program.short} on one volume (at {on_volume}): they write the same files, and ruin them"
    if embedded and on_volume and program.runs_as == "statefulset":
        return f"the SQLite file with a volume each, and nothing says how they agree: {_UNKNOWN}"
    if embedded and not program.is_on_volume(embedded.folder) and program.variables is not None:
        return f"a SQLite file each, in {embedded.folder} and in no volume: {_UNKNOWN}"
    return None


def _is_told(program: Program) -> bool:
    return _TOLD.search(f"{program.told} {' '.join(program.variables or ())}") is not None

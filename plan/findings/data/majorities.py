"""Stores that run on while most of their pods do: too few pods for that, or for the copies that they keep."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.service import HelmService
from plan.model.fields import number, text, value
from plan.model.findings import Finding, Rule
from plan.wording import plural

MAJORITY_OF_TWO = Rule(
    "MAJORITY-OF-TWO",
    "warning",
    title="Two members need each other",
    meaning=(
        "Such a store works while more than half of its members do. Of two members that is both: when one is lost, or "
        "its node restarts, the other one stops as well, so two run less than one would."
    ),
    remedy="Run three members, on three nodes, or one.",
)
COPIES_WITHOUT_PODS = Rule(
    "COPIES-WITHOUT-PODS",
    ("error", "warning"),
    title="Loki keeps more copies than it has pods that write",
    meaning=(
        "Loki writes each line to replication_factor ingesters, and takes it when more than half of them have it. With "
        "fewer of them it takes none: `too many unhealthy instances in the ring`. The chart's default is 3."
    ),
    remedy="Write loki.commonConfig.replication_factor: 1 for one pod.",
)


class _Members(NamedTuple):
    """Where the values of a chart say how many members vote."""

    path: tuple[str, ...]
    default: int
    switch: tuple[str, ...] = ()
    """The value with which members vote at all."""
    spare: tuple[str, ...] = ()
    """A value that adds a member without data; on unless it is false."""


_MEMBERS: Mapping[str, _Members] = {
    "argo-cd": _Members(("redis-ha", "replicas"), 3, ("redis-ha", "enabled")),
    "consul": _Members(("server", "replicas"), 1),
    "etcd": _Members(("replicaCount",), 1),
    "kafka": _Members(("controller", "replicaCount"), 3),
    "mariadb-galera": _Members(("replicaCount",), 3),
    "mongodb": _Members(("replicaCount",), 2, ("architecture",), ("arbiter", "enabled")),
    "nats": _Members(("config", "cluster", "replicas"), 3, ("config", "cluster", "enabled")),
    "opensearch": _Members(("replicas",), 3),
    "redis": _Members(("replica", "replicaCount"), 3, ("sentinel", "enabled")),
    "redis-ha": _Members(("replicas",), 3),
    "vault": _Members(("server", "ha", "replicas"), 3, ("server", "ha", "raft", "enabled")),
    "zookeeper": _Members(("replicaCount",), 1),
}
"""By the chart's name (their values.yaml)."""
_OFF: tuple[object, ...] = (None, False, "", "standalone")
_FACTOR = 3
"""Default of loki.commonConfig.replication_factor: chart loki 7.3.0, values.yaml."""


def majority_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each chart with two members, and for each Loki without the pods for its copies."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            yield from _of_two(name, service)
            if service.chart.name == "loki":
                yield from _loki(name, service)


def _of_two(name: str, service: HelmService) -> Iterator[Finding]:
    row = _MEMBERS.get(service.chart.name)
    if row is None or (row.switch and value(service.values, *row.switch) in _OFF):
        return
    if row.spare and value(service.values, *row.spare) is not False:
        return
    if number(service.values, *row.path, default=row.default) == 2:
        key = ".".join(row.path)
        yield MAJORITY_OF_TWO.finding(
            ("services", name, "values"),
            f"{name} has 2 members that vote ({key}): when one of them is lost, the other one has no majority and "
            "stops as well",
            f"write {key}: 3, or 1",
            facts={"members": 2},
        )


def _loki(name: str, service: HelmService) -> Iterator[Finding]:
    given = service.values
    mode = text(given, "deploymentMode")
    alone = number(given, "singleBinary", "replicas")
    if mode == "SingleBinary" or (not mode and alone):
        key, writing = "singleBinary.replicas", alone or 1
    elif mode == "Distributed":
        key, writing = "ingester.replicas", number(given, "ingester", "replicas")
    else:
        key, writing = "write.replicas", number(given, "write", "replicas", default=3)
    factor = number(given, "loki", "commonConfig", "replication_factor", default=_FACTOR)
    factor = number(given, "loki", "config", "common", "replication_factor", default=factor)
    needed = factor // 2 + 1
    if writing < needed:
        yield COPIES_WITHOUT_PODS.finding(
            ("services", name, "values"),
            f"{name} writes each line to {factor} pods (replication_factor) and has {plural(writing, 'pod')} that "
            f"writes ({key}), of which it needs {needed}: it takes no line at all",
            f"write loki.commonConfig.replication_factor: {max(writing, 1)}, or {key}: {factor}",
            severity="warning" if service.as_found else "error",
            facts={"factor": factor, "pods": writing, "needed": needed},
        )

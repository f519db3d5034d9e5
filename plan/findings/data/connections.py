"""Connections that applications may open to a database server, beside those that it accepts."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.service import MysqlService, PostgresService, Service
from config.service.container import Container, Workload
from config.source import Path
from plan.changes.data_formats import server_of
from plan.model.findings import Finding, Rule
from plan.wording import listed

CONNECTIONS_EXCEEDED = Rule(
    "CONNECTIONS-EXCEEDED",
    "warning",
    title="Applications may open more connections than their database accepts",
    meaning=(
        "Each pod keeps a pool of connections, up to the size that its settings state. Together they may ask for more "
        "than the server accepts: then those that come last are refused (too many clients), also a backup or whoever "
        "wants to look. Only pools whose size is stated are counted."
    ),
    remedy="Make pools smaller, raise max_connections, or put a pooler (PgBouncer, ProxySQL) before the server.",
)

_POOL = re.compile(
    r"(?i)^(?:.*_)?(?:DB|DATABASE|PG|PGSQL|POSTGRES|POSTGRESQL|MYSQL|SQL|SQLALCHEMY)_"
    r"(?:.*_)?(?:POOL|POOL_?SIZE|POOL_?MAX(?:_?SIZE)?|MAX_?POOL(?:_?SIZE)?|MAX_?(?:OPEN_?)?CONN(?:ECTION)?S?|"
    r"CONNECTION_?LIMIT)$"
)
_IN_ADDRESS = re.compile(r"(?i)\b(?:connection_limit|pool_max_conns|pool_size|max_pool_size)=(\d+)")
LIMIT = re.compile(r"(?i)max[-_]connections\s*[= ]\s*'?(\d+)")
_ACCEPTED = {"PostgreSQL": 100, "MySQL": 151, "MariaDB": 151}
"""By default (max_connections in their documentation)."""
_KEPT = {"PostgreSQL": 3, "MySQL": 0, "MariaDB": 0}
"""Of them for superusers (superuser_reserved_connections); MySQL has one beside them."""


class _Server(NamedTuple):
    """A database server."""

    path: Path
    accepted: int
    """Connections of ordinary users."""


def connection_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each server of which stated pools may ask too much."""
    servers = {name: found for name, service in lab.services.items() if (found := _server(name, service))}
    asked: dict[str, dict[str, int]] = defaultdict(dict)
    for name, service in lab.services.items():
        for part in service.parts(name):
            pool = sum(_pool(container) for _, container in part.containers)
            used = _used(servers, name, part.workload)
            if pool and len(used) == 1:
                asked[used[0]][part.name] = pool * _pods(part.workload)
    for server, pools in asked.items():
        total, row = sum(pools.values()), servers[server]
        if total > row.accepted:
            largest = sorted(pools, key=lambda each: -pools[each])
            yield CONNECTIONS_EXCEEDED.finding(
                row.path,
                f"{listed([f'{each} ({pools[each]})' for each in largest])} may open {total} connections to {server}, "
                f"which accepts {row.accepted}: who comes last is refused",
                f"make the pools smaller, or write max_connections of more than {total} at {server}",
                facts={"asked": total, "accepted": row.accepted, "pools": tuple(largest)},
            )


def _server(name: str, service: Service) -> _Server | None:
    match service:
        case PostgresService():
            return _Server(("services", name), service.max_connections - _KEPT["PostgreSQL"])
        case MysqlService():
            return _Server(("services", name), _ACCEPTED["MySQL"])
        case _:
            pass
    for part in service.parts(name):
        known = server_of(part.workload.image)
        if part.is_main and known and known.name in _ACCEPTED:
            stated = LIMIT.search(" ".join((*part.workload.command, *part.workload.args)))
            accepted = int(stated[1]) if stated else _ACCEPTED[known.name]
            return _Server(part.path, accepted - _KEPT[known.name])
    return None


def _pool(container: Container) -> int:
    """The connections of a container's pools, as far as they are stated."""
    stated = [int(value) for name, value in container.env.items() if _POOL.match(name) and value.isdigit()]
    in_addresses = [int(match[1]) for value in container.env.values() for match in _IN_ADDRESS.finditer(value)]
    return max((*stated, *in_addresses), default=0)


def _used(servers: Mapping[str, _Server], name: str, workload: Workload) -> list[str]:
    """The servers that a workload waits for, or whose names are in its settings."""
    texts = " ".join(value for container in workload.containers for value in container.env.values())
    words = {*re.findall(r"[a-z0-9][a-z0-9-]*", texts)}
    return [each for each in servers if each != name and (each in workload.waits_for or {each, f"{each}-rw"} & words)]


def _pods(workload: Workload) -> int:
    if workload.runs_as == "daemonset":
        return 1
    return workload.autoscale.max_replicas if workload.autoscale else workload.replicas

"""Servers that keep their data in a format of their own: where a newer release has read it, an older one cannot.

Sources: the upgrade pages of PostgreSQL ("Upgrading a PostgreSQL Cluster"), MySQL 8.4 ("Downgrading MySQL"), MariaDB
("Downgrading Between Major Versions"), MongoDB (feature compatibility version), Elasticsearch and OpenSearch
("Upgrade"), Nextcloud ("Upgrade"), GitLab ("Upgrade paths"), Redis and Valkey (RDB versions), CouchDB, Cassandra,
InfluxDB and Neo4j (upgrade guides), Meilisearch ("Update to the latest version") and RabbitMQ ("Upgrading RabbitMQ").
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from config.image import short_name


class Server(NamedTuple):
    """How a server counts the releases that share a format, and what a newer one does with the data."""

    name: str
    series: int
    """So many numbers of the version name a release that shares a format: 1 for 17.5, 2 for 8.4.6."""
    meeting: str
    """Effect of another release on the data."""
    way: str
    """How the data is taken along."""


_DUMP = "dump it with the old release, and load the dump into the new one"
_REFUSES = "it does not start on data of another major version, and stays off"
_UPGRADES = "it upgrades the data as it starts, and no older release reads it any more"

_STEPWISE = "it upgrades its files and its database as it starts, from the major release before alone"

_POSTGRES = Server("PostgreSQL", 1, _REFUSES, f"{_DUMP}, or run pg_upgrade")
_MYSQL = Server("MySQL", 2, _UPGRADES, "go through each LTS release in turn")
_MARIADB = Server("MariaDB", 2, _UPGRADES, "run mariadb-upgrade afterwards")
_MONGO = Server(
    "MongoDB", 2, f"{_UPGRADES} once its feature compatibility version is raised", "go through each release in turn"
)

SERVERS: Mapping[str, Server] = {
    "cassandra": Server("Cassandra", 1, _UPGRADES, "run nodetool upgradesstables afterwards"),
    "couchdb": Server("CouchDB", 1, _UPGRADES, _DUMP),
    "elasticsearch": Server("Elasticsearch", 1, _UPGRADES, "go through each major release in turn"),
    "gitlab-ce": Server("GitLab", 1, _STEPWISE, "go through each required release in turn"),
    "gitlab-ee": Server("GitLab", 1, _STEPWISE, "go through each required release in turn"),
    "influxdb": Server("InfluxDB", 1, "it does not read data of another major version", "run its own upgrade first"),
    "mariadb": _MARIADB,
    "meilisearch": Server("Meilisearch", 2, "it does not start on data of another release, and stays off", _DUMP),
    "mongo": _MONGO,
    "mongodb": _MONGO,
    "mongodb-community-server": _MONGO,
    "mysql": _MYSQL,
    "mysql-server": _MYSQL,
    "neo4j": Server("Neo4j", 1, "it does not start on data of another major version", "run neo4j-admin migrate"),
    "nextcloud": Server("Nextcloud", 1, _STEPWISE, "go through each major release in turn"),
    "opensearch": Server("OpenSearch", 1, _UPGRADES, "go through each major release in turn"),
    "percona-server": _MYSQL,
    "percona-server-mongodb": _MONGO,
    "pgvecto-rs": _POSTGRES,
    "pgvector": _POSTGRES,
    "postgis": _POSTGRES,
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    "rabbitmq": Server(
        "RabbitMQ",
        1,
        "it does not start unless all feature flags of the release before are enabled, and no older release reads its "
        "data any more",
        "run rabbitmqctl enable_feature_flag all before",
    ),
    "redis": Server("Redis", 1, _UPGRADES, "keep a copy of its RDB file"),
    "timescaledb": _POSTGRES,
    "timescaledb-ha": _POSTGRES,
    "valkey": Server("Valkey", 1, _UPGRADES, "keep a copy of its RDB file"),
    "vchord-postgres": _POSTGRES,
}
"""By the last part of an image's name, and by the name of a chart."""

_WITHIN = re.compile(r"(?:^|[-_.])pg(\d+)(?![\d])")
"""PostgreSQL's version in the tag of an extension's image: `2.17.2-pg16`, `pg16-v0.3.0`."""
_NUMBERS = re.compile(r"v?(\d+(?:\.\d+)*)")


def server_of(image: str) -> Server | None:
    """The server in an image, by its name: `docker.io/library/postgres:16`."""
    return SERVERS.get(short_name(image))


def series_of(server: Server, version: str) -> tuple[int, ...] | None:
    """The release that a version or a tag belongs to; None where it does not tell, as `latest`."""
    within = _WITHIN.search(version) if server is _POSTGRES else None
    if within is not None:
        return (int(within[1]),)
    numbers = _NUMBERS.match(version)
    found = tuple(int(part) for part in numbers[1].split(".")) if numbers else ()
    return found[: server.series] if len(found) >= server.series else None


def goes_back(old: str, new: str) -> bool:
    """Whether a tag names an older release than another; False where one of them does not tell."""
    versions = [_NUMBERS.match(each) for each in (old, new)]
    was, becomes = (tuple(map(int, each[1].split("."))) if each else () for each in versions)
    return len(was) == len(becomes) > 1 and becomes < was

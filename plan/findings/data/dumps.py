"""Jobs that dump a database: to a place that goes with their pod, or with a client that the server refuses."""

import re
from collections.abc import Iterator, Sequence

from config.lab import Lab
from config.service.database import DatabaseBase
from plan.findings.program import Program
from plan.model.fields import Fields, number, text
from plan.model.findings import Finding, Rule

DUMP_GOES_WITH_POD = Rule(
    "DUMP-GOES-WITH-POD",
    "warning",
    title="A dump is written to a place that goes with its pod",
    meaning=(
        "A file in a container, or in scratch space, is gone when the pod ends. The job succeeds every night, and "
        "there is no copy when one is needed. Nothing in the pod that is known to send files elsewhere was found."
    ),
    remedy="Mount a volume there, with copy_of, or let the job send the file to another server.",
)

DUMP_OLDER_THAN_SERVER = Rule(
    "DUMP-OLDER-THAN-SERVER",
    "warning",
    title="A dump is made by an older release than its server is",
    meaning="pg_dump refuses a server of a later major release: `aborting because of server version mismatch`.",
    remedy="Give the job an image of the server's major release, or a later one.",
)

_DUMPS = re.compile(
    r"\b(pg_dump|pg_dumpall|pg_basebackup|mysqldump|mariadb-dump|mongodump|influxd? backup|etcdctl .*snapshot save|"
    r"vault operator raft snapshot save|redis-cli .*--rdb|sqlite3 .*\.backup|neo4j-admin database dump)\b"
)
_SENDS = re.compile(
    r"\b(rclone|aws|s3cmd|s5cmd|mc|restic|borg|borgmatic|kopia|duplicity|rsync|scp|sftp|ssh|curl|wget|gsutil|azcopy|nc|"
    r"b2|rustic|psql|mysql|mariadb|mongorestore)\b"
)
"""Commands that take a file out of the pod, or into another server."""
_TO = re.compile(
    r"(?:>>?\s*|(?:-f|-o|--file|--out|--result-file|--archive|snapshot save|--rdb|-D|--pgdata)[= ]\s*)"
    r"[\"']?(/[\w./$(){}+%:-]*)"
)
_DEVICES = ("/dev/", "/proc/")
_HOST = re.compile(r"(?:-h\s*|--host[= ]|-d\s+\S*@|postgres(?:ql)?://[^@\s]*@|host=)([a-z0-9][-a-z0-9]*)")


def dump_findings(lab: Lab, found: Sequence[Program]) -> Iterator[Finding]:
    """A finding for each dump that does not stay, and for each that is refused."""
    dumping = [each for each in found if each.ends and _DUMPS.search(each.told)]
    for each in dumping:
        gone = [place for place in _TO.findall(" ".join(each.words)) if not place.startswith(_DEVICES)]
        if gone and not any(each.is_on_volume(place) for place in gone) and not _is_sent(each, found):
            yield DUMP_GOES_WITH_POD.finding(
                each.path,
                f"{each.name} writes its dump to {gone[0]}, which is in its container and no volume: it is gone when "
                "the pod ends",
                f"mount a volume with copy_of at {gone[0].rpartition('/')[0] or '/'}, or send the file to another "
                "server",
                about=each.name,
                facts={"place": gone[0]},
            )
        yield from _older(lab, each, found)


def _is_sent(dump: Program, found: Sequence[Program]) -> bool:
    """Whether something in the dump's pod takes a file out of it."""
    in_pod = (other for other in found if (other.service, other.name) == (dump.service, dump.name))
    return any(_SENDS.search(" ".join(other.words)) for other in in_pod)


def _older(lab: Lab, dump: Program, found: Sequence[Program]) -> Iterator[Finding]:
    if not re.search(r"\bpg_(dump|dumpall|basebackup)\b", dump.told) or not dump.version:
        return
    host = (_HOST.search(" ".join(dump.words)) or [None, dump.env.get("PGHOST", "")])[1]
    name = re.sub("-r[ow]?$", "", str(host).partition(".")[0])
    server = _server(lab, name, found)
    if server and dump.version[0] < server:
        yield DUMP_OLDER_THAN_SERVER.finding(
            dump.path,
            f"{dump.name} dumps {name}, PostgreSQL {server}, with an image of release {dump.version[0]}: pg_dump "
            "refuses a server that is newer than itself",
            f"give it an image of release {server} or later",
            about=dump.name,
            facts={"server_release": server, "dump_release": dump.version[0]},
        )


def _of_cluster(cluster: Fields) -> int | None:
    """The major release of a cluster of CloudNativePG, which its image or its catalogue says."""
    image, by_catalogue = text(cluster, "spec", "imageName"), number(cluster, "spec", "imageCatalogRef", "major")
    major = re.match(r"v?(\d+)", image.partition("@")[0].rpartition(":")[2])
    return int(major[1]) if major else by_catalogue or None


def _server(lab: Lab, name: str, found: Sequence[Program]) -> int | None:
    """The major release of the PostgreSQL of a name."""
    service = lab.services.get(name)
    if isinstance(service, DatabaseBase) and service.kind == "postgres":
        major = service.image.rpartition(":")[2].partition(".")[0].partition("-")[0]
        return int(major) if major.isdigit() else None
    for stated in lab.objects_by_kind.get("Cluster", ()):
        if stated.name == name and text(stated.content, "apiVersion").startswith("postgresql.cnpg.io/"):
            return _of_cluster(stated.content)
    for each in found:
        if each.name == name and not each.ends and each.is_main and each.short in ("postgres", "postgresql", "postgis"):
            return each.version[0] if each.version else None
    return None

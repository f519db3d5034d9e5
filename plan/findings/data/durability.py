"""Databases that are told not to wait for their disk: a power cut may leave them unreadable."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from plan.findings.program import Program
from plan.model.findings import Finding, Rule

DURABILITY_OFF = Rule(
    "DURABILITY-OFF",
    "warning",
    title="A database is told not to write through to its disk",
    meaning=(
        "It answers before what it was given is on disk. After a power cut or a reset of its machine, pages are half "
        "written and the database may not start again; it is not the last seconds alone that are lost. For a test, or "
        "while data is loaded that can be loaded again, it is meant."
    ),
    remedy="Take the setting out, and put the database on an SSD.",
)


class _Setting(NamedTuple):
    """A setting, and its safe value."""

    pattern: re.Pattern[str]
    name: str
    safe: str


def _off(name: str, unsafe: str, safe: str) -> _Setting:
    key = "[-_]".join(re.split("[-_]", name))
    pattern = re.compile(rf"(?im)(?<![\w#]){key}\s*[=: ]\s*[\"']?(?:{unsafe})(?![\w.])")
    return _Setting(pattern, name, safe)


_POSTGRES = (_off("fsync", "off|false|0|no", "on"), _off("full_page_writes", "off|false|0|no", "on"))
_MYSQL = (
    _off("innodb_flush_log_at_trx_commit", "0", "1"),
    _off("innodb_doublewrite", "0|off|skip_innodb_doublewrite", "1"),
)
SETTINGS: Mapping[str, tuple[_Setting, ...]] = {
    **dict.fromkeys(("postgres", "postgresql", "postgis", "pgvector", "timescaledb", "timescaledb-ha"), _POSTGRES),
    **dict.fromkeys(("mysql", "mariadb", "percona-server", "mysql-server"), _MYSQL),
    "etcd": (_Setting(re.compile(r"--unsafe-no-fsync(?!=false)"), "unsafe-no-fsync", "nothing"),),
    "mongo": (_Setting(re.compile(r"--nojournal\b"), "nojournal", "nothing"),),
}
"""By the last part of an image's name (their documentation)."""


def durability_findings(found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each setting with which a database does not wait for its disk."""
    for each in found:
        for row in SETTINGS.get(each.short, ()) if "volume" in each.mounts.values() else ():
            if row.pattern.search(each.told):
                yield DURABILITY_OFF.finding(
                    each.path,
                    f"{row.name} of {each.name} lets {each.short} answer before what it was given is on disk: after a "
                    "power cut it may not start again",
                    f"write {row.name}={row.safe}, or take it out" if row.safe != "nothing" else f"take {row.name} out",
                    about=f"{each.name} {row.name}",
                    facts={"setting": row.name},
                )

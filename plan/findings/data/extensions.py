"""Applications whose database server lacks the extension that they need."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from config.image import name_of
from plan.findings.program import Program
from plan.model.findings import Finding, Rule

EXTENSION_MISSING = Rule(
    "EXTENSION-MISSING",
    "warning",
    title="A database server lacks an extension that its application needs",
    meaning=(
        "The official image of PostgreSQL has no vectors and no geometry: `extension is not available`, and the "
        "application ends at every start. An image with the extension runs on the data of the same major release; "
        "one that orders texts by another C library wants its indexes made anew (REINDEX)."
    ),
    remedy="Give the database an image that has the extension, of the same major release.",
)


class _Extension(NamedTuple):
    """An extension, and the images that have it."""

    said: str
    images: str


_VECTOR = _Extension("vectors (pgvector or VectorChord)", "pgvector/pgvector or tensorchord/vchord-postgres")
_IMMICH = _Extension("VectorChord or pgvector", "ghcr.io/immich-app/postgres")
_POSTGIS = _Extension("PostGIS", "postgis/postgis")

NEEDED: Mapping[str, _Extension] = {
    "adventurelog-backend": _POSTGIS,
    "dawarich": _POSTGIS,
    "immich-server": _IMMICH,
    "librechat-rag-api-dev": _VECTOR,
    "librechat-rag-api-dev-lite": _VECTOR,
    "lobe-chat-database": _VECTOR,
}
"""By the last part of the application's image, from each project's guide to its installation."""
_HOST_NAMES = re.compile(r"(?i)host|url|uri|server|dsn|database|^(?:pg|db)")


def extension_findings(found: Sequence[Program]) -> Iterator[Finding]:
    """A finding for each database of the official image whose application needs more than that has."""
    plain = {each.name: each for each in found if _is_plain(each)}
    for program in found:
        needed = NEEDED.get(program.short)
        used = next((plain[name] for name in _named(program) if name in plain), None) if needed else None
        if needed and used:
            yield EXTENSION_MISSING.finding(
                used.at("image"),
                f"{program.name} needs {needed.said} in its database, and {used.image} of {used.name} has none: "
                f"{program.name} ends at every start",
                f"give {used.name} an image with it, of the same major release: {needed.images}",
                about=program.name,
                facts={"application": program.name, "image": used.image},
            )


def _is_plain(program: Program) -> bool:
    """Whether it is a server of PostgreSQL's official image, which has only the extensions that come with it."""
    is_server = program.is_main and not program.ends and program.words[:1] in ((), ("postgres",), ("-c",))
    return is_server and name_of(program.image) == "postgres"


def _named(program: Program) -> Iterator[str]:
    """The first labels of the hosts in its settings."""
    for key, each in program.env.items():
        if _HOST_NAMES.search(key):
            host = each.rpartition("@")[2].partition("://")[2] or each.rpartition("@")[2]
            yield re.split(r"[.:/]", host)[0]

"""How much shared memory known programs need, by their images and settings."""

import re
from typing import NamedTuple

from config.quantity import Memory

BY_DEFAULT = 64 << 20
"""Bytes at /dev/shm of a container for which nothing is mounted there (containerd, pkg/oci)."""


class Need(NamedTuple):
    """The need of an image at /dev/shm."""

    size: int
    """Bytes."""
    why: str


KNOWN: tuple[tuple[re.Pattern[str], Need], ...] = (
    (re.compile(r"(^|/)selenium/(standalone|node)-"), Need(2 << 30, "its browser keeps pages there")),
    (re.compile(r"(^|/)kasmweb/"), Need(512 << 20, "its desktop keeps pictures there")),
    (re.compile(r"(^|/)m1k1o/neko"), Need(1 << 30, "its browser keeps pages there")),
    (
        re.compile(r"(^|/)linuxserver/(chromium|firefox|webtop|brave|msedge|mullvad-browser)$"),
        Need(1 << 30, "its browser keeps pages there"),
    ),
    (re.compile(r"(^|/)blakeblackshear/frigate$"), Need(128 << 20, "it keeps the pictures of its cameras there")),
    (re.compile(r"(^|/)gitlab/gitlab-(ce|ee)$"), Need(256 << 20, "its metrics lie there")),
)
"""By an image without its tag: what the documentation of each asks for (`shm_size`, `--shm-size`)."""

_POSTGRES = re.compile(
    r"(^|/)(postgres|postgresql|pgvector|postgis|timescaledb|timescaledb-ha|pgvecto-rs|vchord-postgres|vchord-suite)$"
)
_VECTORS = re.compile(r"(^|/)(pgvector|pgvecto-rs|vchord-postgres|vchord-suite)$|(^|/)immich-app/postgres$")
"""Images whose indexes are built in parallel, all of maintenance_work_mem in shared memory (README of pgvector)."""
_SIZE = r"\s*[= ]\s*'?(?P<number>\d+)\s*(?P<unit>kB|MB|GB|TB)?"
_UNITS = {"kb": 10, "mb": 20, "gb": 30, "tb": 40}
WORK_MEM, MAINTENANCE = 4 << 20, 64 << 20
"""Bytes by default (PostgreSQL, Resource Consumption)."""
PER_GATHER, HASH_TIMES = 2, 2
"""Workers of a parallel query, and times work_mem that a hash table may take, by default."""


def shared_memory_need(image: str, words: tuple[str, ...], files: str) -> Need | None:
    """The need of a container, by its image, the command and arguments that replace the image's, and its files."""
    plain = image.partition("@")[0]
    head, slash, last = plain.rpartition("/")
    bare = f"{head}{slash}{last.partition(':')[0]}"
    if known := next((need for pattern, need in KNOWN if pattern.search(bare)), None):
        return known
    if not _POSTGRES.search(bare) or not _serves(words):
        return None
    return _of_postgres(" ".join((*words, files)), bare)


def _serves(words: tuple[str, ...]) -> bool:
    """Whether an image of a server runs the server, and no dump or client."""
    if not words or words[0].startswith("-"):
        return True
    return re.search(r"(^|[\s/])(postgres|docker-entrypoint\.sh)(\s|$)", " ".join(words)) is not None


def _of_postgres(said: str, image: str) -> Need | None:
    workers = _number(said, "max_parallel_workers_per_gather", PER_GATHER)
    work, times = _bytes(said, "work_mem", WORK_MEM, 10), _number(said, "hash_mem_multiplier", HASH_TIMES)
    hashed = work * times * (workers + 1)
    upkeep = _bytes(said, "maintenance_work_mem", MAINTENANCE, 10)
    if _VECTORS.search(image) and upkeep >= BY_DEFAULT:
        return Need(upkeep * 2, f"it builds indexes of vectors there, with maintenance_work_mem of {Memory(upkeep)}")
    if workers and hashed > BY_DEFAULT:
        why = f"a parallel query may take work_mem of {Memory(work)}, {times} times for a hash table, for each of"
        return Need(hashed, f"{why} {workers + 1} processes")
    return None


def _number(said: str, name: str, default: int) -> int:
    match = re.search(rf"(?<![\w]){name}\s*[= ]\s*'?(\d+)", said)
    return int(match[1]) if match else default


def _bytes(said: str, name: str, default: int, bare: int) -> int:
    match = re.search(rf"(?<![\w]){name}{_SIZE}", said)
    if not match:
        return default
    return int(match["number"]) << (_UNITS[match["unit"].lower()] if match["unit"] else bare)

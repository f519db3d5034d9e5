"""The answer of docs/cis.md to each point of the CIS Kubernetes Benchmark 1.12."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.plan.labs import ROOT

_POINTS = {
    "1.1": 21, "1.2": 30, "1.3": 7, "1.4": 2, "2": 7, "3.1": 3, "3.2": 2, "4.1": 10, "4.2": 14, "4.3": 1,
    "5.1": 13, "5.2": 12, "5.3": 2, "5.4": 2, "5.5": 1, "5.6": 4,
}  # fmt: skip
"""How many each section has."""
NUMBERS = frozenset(f"{section}.{number}" for section, most in _POINTS.items() for number in range(1, most + 1))
_ROW = re.compile(
    r"^\| (?P<numbers>\d[-\d., ]+) \| (?P<point>[^|]+) \| (?P<met>[^|]+) \| (?P<by>[^|]+) \|$", re.MULTILINE
)


class Claim(NamedTuple):
    """A row of the page."""

    numbers: tuple[str, ...]
    met: str
    by: str


def claims() -> list[Claim]:
    """All rows, in order."""
    page = (ROOT / "docs" / "cis.md").read_text(encoding="utf-8")
    return [Claim(tuple(_numbers(row["numbers"])), row["met"], row["by"]) for row in _ROW.finditer(page)]


def _numbers(text: str) -> Iterator[str]:
    """Numbers of `1.2.3, 1.2.5-1.2.7`."""
    for part in text.split(", "):
        first, _, last = part.partition("-")
        section, _, number = first.rpartition(".")
        for each in range(int(number), int((last or first).rpartition(".")[2]) + 1):
            yield f"{section}.{each}"

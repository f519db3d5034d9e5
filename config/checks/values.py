"""Values of charts that are another thing to Helm than they are here."""

import re
from collections.abc import Iterator
from typing import Any

from config.draft import Draft
from config.service import HelmService
from config.source import Path, Problem

_OF_VERSION = re.compile(r"(^|[a-z])(tag|version)$|(Tag|Version)$")
"""Keys of charts for versions, which are texts."""


def check_values(lab: Draft) -> Iterator[Problem]:
    """Values of charts mean the same to Helm as here: it reads `no` as false, and gives `tag: 1.10` on as 1.1."""
    charts: dict[Path, HelmService] = {
        ("services", name, "values"): each for name, each in lab.services.items() if isinstance(each, HelmService)
    }
    for path, other in lab.places.read_otherwise.items():
        if path[:3] in charts:
            text = _inside(charts[path[:3]].values, path[3:])
            message = f'Helm reads {text} as {other}, and here it is a text: write {other}, or "{text}" in quotes'
            yield lab.problem(path, message)
    for path, written in lab.places.written.items():
        if path[:3] in charts and _OF_VERSION.search(str(path[-1])):
            number = _inside(charts[path[:3]].values, path[3:])
            yield lab.problem(path, f'{written} is the number {number} to YAML; write "{written}", in quotes')


def _inside(values: Any, path: Path) -> Any:
    for key in path:
        values = values[key]
    return values

"""Values of charts that are another thing to Helm than they are here."""

import re
from collections.abc import Iterator
from typing import Any

from config.draft import Draft
from config.notation import quantity_refusal
from config.service import HelmService
from config.source import Path, Problem, is_mapping

_OF_VERSION = re.compile(r"(^|[a-z])(tag|version)$|(Tag|Version)$")
"""Keys of charts for versions, which are texts."""
_VOLUMES = ("persistence", "persistentVolume", "dataStorage")
"""Keys of charts for a volume with a size."""
_PLAIN = re.compile(r"[\w.+-]+( ?\w+)?")


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


def check_sizes(lab: Draft) -> Iterator[Problem]:
    """Amounts in the values of charts are ones that the API server takes; those of a template are not read."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            for path, amount in _sizes(service.values, ("services", name, "values")):
                if _PLAIN.fullmatch(amount) and (refused := quantity_refusal(amount)):
                    yield lab.problem(path, refused)


def _sizes(of: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Requests and limits, and sizes of volumes, with their places."""
    for key, each in of.items() if is_mapping(of) else ():
        at = (*path, key)
        if key == "resources" and is_mapping(each):
            for kind in ("requests", "limits"):
                amounts = each.get(kind)
                for resource, amount in amounts.items() if is_mapping(amounts) else ():
                    yield (*at, kind, resource), str(amount)
        elif key in _VOLUMES and is_mapping(each) and isinstance(each.get("size"), str):
            yield (*at, "size"), each["size"]
        yield from _sizes(each, at)


def _inside(values: Any, path: Path) -> Any:
    for key in path:
        values = values[key]
    return values

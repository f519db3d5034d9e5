"""Names of the fields of Kubernetes's own kinds: the API server refuses an object with one that it does not know.

`kubernetes_fields.json` has the fields of each type of k8s.io/api 1.36 (apps, autoscaling, batch, core, networking,
policy) with their own types. A later Kubernetes may have more: only what is near a known name, or is known elsewhere,
is taken for a mistake.
"""

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from config.model import shown
from config.source import Path, is_mapping, is_sequence

_NEAR = 0.8
"""Likeness of two names from which on one is a slip of the other, from 0 to 1."""
_HOMES = 2
"""Types that are named as the place of a field; one that more of them have could stand anywhere."""

Types = Mapping[str, Mapping[str, str]]
"""The fields of each type, each with its own type; empty for what has no fields that are known."""


def misnamed(document: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Fields that no object of its kind has."""
    yield from _misnamed(document, f"{document['apiVersion']}.{document['kind']}", ())


def _misnamed(value: Any, of: str, path: Path) -> Iterator[tuple[Path, str]]:
    types = _types()
    if is_sequence(value):
        for index, each in enumerate(value):
            yield from _misnamed(each, of, (*path, index))
    elif is_mapping(value) and of in types:
        for key, each in value.items():
            if key in types[of]:
                yield from _misnamed(each, types[of][key], (*path, key))
            elif meant := _meant(str(key), of, value):
                yield (*path, key), f"{shown(key)} is no field of {_called(of)}; {meant}"


def _meant(field: str, of: str, stated: Mapping[str, Any]) -> str | None:
    """Advice in place of a field that its type does not have; None where there is none."""
    types = _types()
    if homes := [name for name, fields in types.items() if field in fields]:
        if len(homes) > _HOMES:
            return "leave it out, or write it where it belongs"
        return f"it belongs to {' or '.join(map(_called, homes))}"
    near = get_close_matches(field, types[of].keys() - stated.keys(), n=1, cutoff=_NEAR)
    return f"did you mean {near[0]!r}?" if near else None


def _called(of: str) -> str:
    name = of.rpartition(".")[2]
    return f"{'an' if name[0] in 'AEIO' else 'a'} {name}"


@cache
def _types() -> Types:
    return json.loads((FilePath(__file__).parent / "kubernetes_fields.json").read_text(encoding="utf-8"))

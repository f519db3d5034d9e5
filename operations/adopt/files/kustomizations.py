"""Kustomizations in a folder, and which of them stand for the others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from config.files import UnreadableFile
from operations.adopt.cluster.objects import is_fields
from operations.adopt.files.reading import read_yaml
from plan.model.fields import values

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_INCLUDING = ("resources", "bases", "components")
_CHANGING_NOTHING = frozenset(
    {"apiVersion", "kind", "metadata", "resources", "bases", "generatorOptions", "sortOptions"}
)
"""Keys beside which a kustomization is its resources as they are."""


class NotBuilt(Exception):
    """A kustomization whose objects are not known; the message is the end of a sentence."""


def roots(folder: Path) -> tuple[Path, ...]:
    """The folders with a kustomization that none of the others includes, in order."""
    every = sorted({file.parent for name in NAMES for file in folder.rglob(name)})
    included = {each for root in every for each in _included(root)}
    return tuple(each for each in every if each.resolve() not in included)


def parts(folder: Path) -> tuple[str, ...]:
    """The resources of a kustomization that leaves them as they are, by their names in it; empty for one that changes
    or makes objects, since only the whole of it is what is applied."""
    stated = [each for each in _documents(folder) if is_fields(each)]
    if not all(each.keys() <= _CHANGING_NOTHING for each in stated):
        return ()
    return tuple(str(part) for each in stated for key in ("resources", "bases") for part in values(each, key))


def _included(folder: Path) -> Iterator[Path]:
    for stated in _documents(folder):
        for key in _INCLUDING:
            for each in values(stated, key) if is_fields(stated) else ():
                yield (folder / str(each)).resolve()


def _documents(folder: Path) -> list[Any]:
    for name in NAMES:
        try:
            if (folder / name).is_file():
                return read_yaml(folder / name)
        except (UnreadableFile, yaml.YAMLError, UnicodeDecodeError):
            return []  # kubectl says what is wrong with it
    return []

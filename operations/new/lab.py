"""A lab of one's own: a copy of a small one that fits."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from config.folder import LABS
from config.schema import COPIES, SCHEMAS, schemas_for

EXAMPLE = LABS / "small"
SCHEMA = re.compile(r"(?<=\$schema=)\S*?([^/\s]+\.json)")
NAME = re.compile(r"^name: .*$", re.MULTILINE)
PLAIN = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
"""Names that a cluster can have."""
_, ALONE = COPIES


def lab_files(folder: Path, schemas: Path | None = None) -> Iterator[tuple[Path, str]]:
    """The files of the copy in `folder`, and their texts. Its cluster is called after the folder. Schemas are in
    `schemas`, or where there are some above it, or copied into the lab."""
    found = schemas or schemas_for(folder)
    if found is None:
        found = folder / ALONE
        yield from schema_files(found)
    for file in sorted(EXAMPLE.rglob("*.yaml")):
        target = folder / file.relative_to(EXAMPLE)
        path = os.path.relpath(found.absolute(), target.parent.absolute())
        text = SCHEMA.sub(rf"{path}/\1", file.read_text(encoding="utf-8"))
        called = file.name == "cluster.yaml" and PLAIN.fullmatch(folder.name)
        yield target, NAME.sub(f"name: {folder.name}", text, count=1) if called else text


def schema_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Copies of the schemas in a folder: they go with its repository to whatever machine it is cloned on."""
    for file in sorted(SCHEMAS.glob("*.json")):
        yield folder / file.name, file.read_text(encoding="utf-8")

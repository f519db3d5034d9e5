"""A lab of one's own: a copy of a small one that fits."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from config.folder import LABS
from config.schema import SCHEMAS

EXAMPLE = LABS / "small"
SCHEMA = re.compile(r"(?<=\$schema=)\S*?([^/\s]+\.json)")


def lab_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files of the copy in `folder`, and their texts; their schemas are found from there."""
    for file in sorted(EXAMPLE.rglob("*.yaml")):
        target = folder / file.relative_to(EXAMPLE)
        schemas = os.path.relpath(SCHEMAS, target.parent)
        yield target, SCHEMA.sub(rf"{schemas}/\1", file.read_text(encoding="utf-8"))

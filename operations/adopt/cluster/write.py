"""Writes files of a lab: all of them, or none where something stops it."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Write texts by their paths in a folder. Each is written next to its place first, and all are put there in the
    end, so that a run that is stopped leaves the lab as it was. Raises OSError."""
    ready: list[tuple[Path, Path]] = []
    try:
        for file, text in texts.items():
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=target.parent, prefix=".adopted-")
            ready.append((Path(name), target))
            with os.fdopen(number, "wb") as stream:
                stream.write(text.encode("utf-8"))
            Path(name).chmod(target.stat().st_mode if target.exists() else 0o644)
        for temporary, target in ready:
            temporary.replace(target)
    finally:
        for temporary, _ in ready:
            temporary.unlink(missing_ok=True)

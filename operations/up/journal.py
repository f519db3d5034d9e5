"""The records of `up`, in the folder of the project."""

import json
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(".homelab")
LOG = FOLDER / "log"


@contextmanager
def work_folder(project: Path) -> Generator[Path]:
    """A folder for what the engine writes, readable for its owner alone, and gone afterwards."""
    (project / LOG).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="up-", dir=project / FOLDER))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def log_file(project: Path, stack: str, began: datetime) -> Path:
    """The file of one `up`: names sort by time."""
    return project / LOG / f"{began:%Y-%m-%dT%H-%M-%SZ}-{stack.replace('/', '-')}.json"


def write_record(file: Path, record: dict[str, Any]) -> None:
    """Write it whole or not at all."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(file)

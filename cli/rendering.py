"""A plan as a folder of files."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cli.reports.document import json_text
from cli.reports.plan import plan_report
from config.files import read_file
from config.writing import alone_in, inside, is_unused, write_inside
from plan import Plan
from plan.changes.files import rendered_files
from plan.yaml_text import to_yaml

MARKER = ".rendered-by-homelab"
"""Lists the files of a rendering, so that the next one removes what it wrote and nothing else."""
REPORT = "plan.json"
"""The plan itself, so that a later one can be compared with it."""


LARGEST = 64 << 20
"""Bytes. The largest file of a rendering that is read."""


class NotRendered(Exception):
    """A folder that holds something else than a rendering; the message is one sentence."""


def listed_files(folder: Path) -> list[str]:
    """The files of a rendering. Raises UnreadableFile, ValueError and OutsidePath."""
    names = read_file(folder / MARKER).decode("utf-8").splitlines()
    for name in names:
        inside(folder, name)
    return names


def write_rendering(folder: Path, files: Mapping[str, str]) -> None:
    """Write a rendering in place of the one before, and touch nothing else.

    An interrupted rendering leaves a folder that the next one takes again. Raises NotRendered, UnreadableFile,
    ValueError, OutsidePath, NotAlone and OSError.
    """
    if folder.exists() and not folder.is_dir():
        raise NotRendered(f"{folder} is no folder; name another one")
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        old = set(_previous(folder))
        _list(folder, old | files.keys())
        for name in sorted(old - files.keys()):
            _remove(folder, name)
        for name, content in files.items():
            write_inside(folder, name, content)
        _list(folder, files)


def _list(folder: Path, names: Iterable[str]) -> None:
    write_inside(folder, MARKER, "".join(f"{name}\n" for name in sorted(names)))


def _remove(folder: Path, name: str) -> None:
    """Remove a file, and the folders that are empty without it."""
    place = inside(folder, name)
    place.unlink(missing_ok=True)
    for parent in place.parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()


def _previous(folder: Path) -> list[str]:
    if (folder / MARKER).is_file():
        return listed_files(folder)
    if not is_unused(folder):
        raise NotRendered(f"{folder} is not empty and was not rendered before; name another folder")
    return []


def rendering(plan: Plan) -> dict[str, str]:
    """The text of every file, by its name in the folder."""
    files = {name: _to_text(content) for name, content in rendered_files(plan)}
    return {**files, REPORT: json_text(plan_report(plan), indent=1) + "\n"}


def _to_text(content: Any) -> str:
    """The text of a file: as it is, or as YAML."""
    return content if isinstance(content, str) else to_yaml(content)

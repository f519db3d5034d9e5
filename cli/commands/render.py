"""`homelab render`: every manifest and machine specification as a file."""

import sys
from pathlib import Path

from cli.exits import ERRORS, FINE, INVALID
from cli.output import print_json, refuse_lab
from cli.rendering import MARKER, rendering
from cli.reports.files import FilesReport
from config.load import InvalidLab, lab_folder, load_lab
from plan import make_plan
from plan.wording import plural


def run_render(lab: str, folder: Path, output: str) -> int:
    """Write the plan of a lab into a folder."""
    try:
        plan = make_plan(load_lab(lab_folder(lab)))
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    old = _previous(folder)
    if old is None:
        print(f"homelab: {folder} is not empty and was not rendered before; name another folder", file=sys.stderr)
        return INVALID
    files = rendering(plan)
    try:
        _write(folder, files, set(old) - files.keys())
    except OSError as error:
        print(f"homelab: {error.filename or folder} cannot be written: {error.strerror}", file=sys.stderr)
        return INVALID
    if output == "json":
        print_json(FilesReport(folder=str(folder), files=tuple(sorted(files))))
    else:
        print(f"{plural(len(files), 'file')} in {folder}")
    return ERRORS if plan.errors else FINE


def _write(folder: Path, files: dict[str, str], stale: set[str]) -> None:
    for name in stale:
        _remove(folder, name)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (folder / MARKER).write_text("".join(f"{name}\n" for name in sorted(files)), encoding="utf-8")


def _remove(folder: Path, name: str) -> None:
    """Remove a file, and the folders that are empty without it."""
    (folder / name).unlink(missing_ok=True)
    for parent in (folder / name).parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()


def _previous(folder: Path) -> list[str] | None:
    """Files of the rendering before; None where the folder holds something else."""
    marker = folder / MARKER
    if marker.is_file():
        return marker.read_text(encoding="utf-8").splitlines()
    return [] if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())) else None

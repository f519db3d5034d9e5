"""`homelab render`: every manifest and machine specification as a file."""

import json
import sys
from pathlib import Path
from typing import Any

from cli.commands.plan import refuse
from cli.exits import ERRORS, FINE, INVALID
from cli.output import print_json
from cli.reports.plan import plan_report
from config.load import InvalidLab, lab_folder, load_lab
from plan import Plan, make_plan
from plan.changes.files import rendered_files
from plan.yaml_text import to_yaml

MARKER = ".rendered-by-homelab"
"""Lists the files of a rendering, so that the next one removes what it wrote and nothing else."""
REPORT = "plan.json"
"""The plan itself, so that a later one can be compared with it."""


def run_render(lab: str, folder: Path, output: str) -> int:
    """Write the plan of a lab into a folder."""
    try:
        plan = make_plan(load_lab(lab_folder(lab)))
    except InvalidLab as error:
        return refuse(lab, error, output)
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
        print_json({"folder": str(folder), "files": sorted(files)})
    else:
        print(f"{len(files)} files in {folder}")
    return ERRORS if plan.errors else FINE


def rendering(plan: Plan) -> dict[str, str]:
    """The text of every file, by its name in the folder."""
    files = {name: _to_text(content) for name, content in rendered_files(plan)}
    return {**files, REPORT: json.dumps(plan_report(plan), indent=1) + "\n"}


def _write(folder: Path, files: dict[str, str], stale: set[str]) -> None:
    for name in stale:
        _remove(folder, name)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (folder / MARKER).write_text("".join(f"{name}\n" for name in sorted(files)), encoding="utf-8")


def _to_text(content: Any) -> str:
    """What stands in a file: a text as it is, and everything else as YAML."""
    return content if isinstance(content, str) else to_yaml(content)


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

"""The lab that a command is about, as it is typed."""

import os
import shlex
import sys
from pathlib import Path

import typer

from config.folder import LABS
from config.lab import Lab

DEFAULT = "prod"
"""The lab of commands that name none."""
EXPLAINED = "`homelab explain` lists them"
"""Where a list of names of a lab ends, for `did_you_mean`."""


def named(context: typer.Context, lab: str | None) -> str | None:
    """The name or path of a lab, which is not empty. Raises BadParameter.

    Whoever names none, and stands in the folder of another, is told which one it is.
    """
    if lab is not None and not lab.strip():
        raise typer.BadParameter("it is empty; write the name of a folder in config/labs/, or a path such as ./house")
    source = context.get_parameter_source("lab")
    is_meant = context.resilient_parsing or source is None or source.name != "DEFAULT"
    if lab and not is_meant and (here := _lab_here(lab)):
        print(f"homelab: this is lab {lab}; for the lab in this folder write --lab {here}", file=sys.stderr)
    return lab


def lab_option(lab: Lab) -> str:
    """The option that a command needs to be about a lab, after a space; empty for the lab that it takes by itself."""
    place = lab.place(("site", "domain"))
    folder = Path(place.file).parent if place else LABS / DEFAULT
    if folder.resolve().parent == LABS:
        return "" if folder.name == DEFAULT else f" --lab {shlex.quote(folder.name)}"
    path = str(folder)
    return f" --lab {shlex.quote(path if os.sep in path or path == os.curdir else f'.{os.sep}{path}')}"


def _lab_here(lab: str) -> str | None:
    """The folder of a lab in which the user stands, unless it is that lab."""
    here = Path.cwd()
    for path, folder in ((".", here), ("..", here.parent)):
        is_lab = (folder / "site.yaml").is_file() and (folder / "machines.yaml").is_file()
        if is_lab and folder.resolve() != (LABS / lab).resolve():
            return path
    return None

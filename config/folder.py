"""Folders of a lab: their files, and problems with whole files."""

import os
from collections.abc import Iterable
from pathlib import Path as FilePath

from config.reasons import reason_of
from config.source import Place, Problem
from config.suggest import did_you_mean

LABS = FilePath(__file__).resolve().parent / "labs"
"""Where the labs are that have a name."""


def lab_folder(lab: str) -> FilePath:
    """The folder of a lab: a name in `config/labs/`, or a path; relative to the current folder if it is below it."""
    path = FilePath(lab) if os.sep in lab or lab in (os.curdir, os.pardir) else LABS / lab
    try:
        return path.resolve().relative_to(FilePath.cwd())
    except ValueError:
        return path


def entries(folder: FilePath) -> tuple[dict[str, FilePath], list[Problem]]:
    """The files and folders in a folder, by name, without hidden ones; or why they cannot be read."""
    try:
        return {file.name: file for file in sorted(folder.iterdir()) if not file.name.startswith(".")}, []
    except FileNotFoundError:
        message = f"there is no such folder{_lab_here(folder) or did_you_mean(folder.name, _labs_beside(folder))}"
    except (OSError, ValueError) as error:
        message = f"cannot be read: {reason_of(error)}"
    return {}, [problem_of(folder, message)]


def problem_of(file: FilePath, message: str) -> Problem:
    """A problem with a file as a whole."""
    return Problem(Place(str(file), 1, 1), (), message)


def no_lab(folder: FilePath, needed: Iterable[str]) -> Problem:
    """Problem of a folder without any file of a lab, not even one of those that are `needed`."""
    inside = sorted(site.parent.name for site in folder.glob("*/site.yaml"))
    labs = f"; labs in it: {', '.join(inside)}" if inside else ""
    return problem_of(folder, f"is no lab: none of {', '.join(needed)} is in it{labs}")


def _lab_here(folder: FilePath) -> str:
    """A lab of the same name where the user stands, which a bare name does not mean."""
    here = FilePath(folder.name)
    is_one = here != folder and (here / "site.yaml").is_file()
    return f"; did you mean {os.curdir}{os.sep}{here}, the folder here?" if is_one else ""


def _labs_beside(folder: FilePath) -> list[str]:
    try:
        return [site.parent.name for site in folder.parent.glob("*/site.yaml")]
    except OSError:
        return []

"""Folders of a lab: what stands in them, and problems with whole files."""

from pathlib import Path as FilePath

from config.source import Place, Problem
from config.suggest import did_you_mean


def entries(folder: FilePath) -> tuple[dict[str, FilePath], list[Problem]]:
    """The files and folders in a folder, by name, without hidden ones; or why that cannot be said."""
    try:
        return {file.name: file for file in sorted(folder.iterdir()) if not file.name.startswith(".")}, []
    except FileNotFoundError:
        message = f"there is no such folder{did_you_mean(folder.name, _labs_beside(folder))}"
    except (OSError, ValueError) as error:
        message = f"cannot be read: {error.strerror if isinstance(error, OSError) else error}"
    return {}, [problem_of(folder, message)]


def problem_of(file: FilePath, message: str) -> Problem:
    """A problem with a file as a whole."""
    return Problem(Place(str(file), 1, 1), (), message)


def _labs_beside(folder: FilePath) -> list[str]:
    try:
        return [site.parent.name for site in folder.parent.glob("*/site.yaml")]
    except OSError:
        return []

"""Options that many commands have."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from cli.completion import complete_lab
from cli.lab import named


class Format(StrEnum):
    """How a command prints."""

    TEXT = "text"
    JSON = "json"


class PlanFormat(StrEnum):
    """How a plan is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


LabOption = Annotated[
    str,
    typer.Option(
        "--lab",
        "-l",
        help="Name of a folder in config/labs/, or a path.",
        callback=named,
        autocompletion=complete_lab,
    ),
]
WholeOption = Annotated[
    bool | None,
    typer.Option("--all/--short", help="All of it, or the essential; a terminal gets the latter, a file or pipe all."),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="For people or for programs.")]


def is_whole(stated: bool | None) -> bool:
    """Whether all of it is printed: as stated, and else unless a terminal shows it."""
    return not sys.stdout.isatty() if stated is None else stated

"""Finds and reads the lab that a command is about."""

import os
from pathlib import Path

from config.lab import Lab
from config.load import load_lab

ROOT = Path(__file__).resolve().parent.parent


def lab_folder(lab: str) -> Path:
    """The folder of a lab: a name below `config/`, or a path. Relative to where the user stands, if it is below."""
    path = Path(lab) if os.sep in lab else ROOT / "config" / lab
    try:
        return path.resolve().relative_to(Path.cwd())
    except ValueError:
        return path


def read_lab(lab: str) -> Lab:
    """The lab by name or path. Raises InvalidLab."""
    return load_lab(lab_folder(lab))

"""What commands print for programs."""

import json
import sys

from cli.exits import INVALID
from config.load import InvalidLab, lab_folder


def print_json(content: object) -> None:
    """Print a small document, laid out."""
    print(json.dumps(content, indent=2))


def refuse_input(sentence: str, output: str) -> int:
    """Say in one sentence why a command does not begin, in the form that was asked for; returns INVALID."""
    if output == "json":
        print_json({"valid": False, "message": sentence})
    else:
        print(f"homelab: {sentence}", file=sys.stderr)
    return INVALID


def refuse_lab(lab: str, error: InvalidLab, output: str) -> int:
    """Print what is wrong with the input: one line for each problem."""
    if output == "json":
        problems = [
            {
                "file": problem.place.file,
                "line": problem.place.line,
                "column": problem.place.column,
                "path": problem.dotted,
                "message": problem.message,
            }
            for problem in error.problems
        ]
        print_json({"lab": lab, "valid": False, "problems": problems})
    else:
        for problem in error.problems:
            print(problem)
        count = len(error.problems)
        print(f"{lab_folder(lab)} is not a valid lab: {count} problem{'s' * (count != 1)}.", file=sys.stderr)
    return INVALID

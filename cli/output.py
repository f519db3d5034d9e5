"""Output for programs, and refusals in the form that was asked for."""

import sys

from cli.exits import INVALID
from cli.reports.document import Document, json_text
from cli.reports.refusal import Refusal, invalid_lab_report
from config.folder import lab_folder
from config.load import InvalidLab
from plan.wording import plural, printable


def print_json(content: Document) -> None:
    """Print a document, laid out."""
    print(json_text(content))


def refuse_input(sentence: str, output: str) -> int:
    """Say in one sentence why a command does not begin, in the form that was asked for; returns INVALID."""
    if output == "json":
        print_json(Refusal(message=sentence))
    else:
        warn(sentence)
    return INVALID


def warn(sentence: str) -> None:
    """Say something beside the output that its reader should know."""
    tell(f"homelab: {sentence}")


def say(line: str) -> None:
    """A line of the output; names and messages from elsewhere in it control no terminal."""
    print(printable(line))


def tell(line: str) -> None:
    """The same beside the output, at once."""
    print(printable(line), file=sys.stderr, flush=True)


def refuse_lab(lab: str, error: InvalidLab, output: str) -> int:
    """Print all mistakes of a lab, one line for each; returns INVALID."""
    if output == "json":
        print_json(invalid_lab_report(lab, error))
    else:
        for problem in error.problems:
            say(str(problem))
        count, codes = plural(len(error.problems), "problem"), sorted({problem.code for problem in error.problems})
        folder = lab_folder(lab)
        tell(f"{folder if folder.name else folder.resolve()} is not a valid lab: {count} ({', '.join(codes)}).")
    return INVALID

"""`homelab guard`."""

import sys
from pathlib import Path

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.guard import guard_report
from cli.text.console import make_console
from cli.text.guard import print_judgement
from config.load import InvalidLab, lab_folder, load_lab
from operations.guard import UnknownAllowance, judge
from operations.guard.document import InvalidPreview
from operations.guard.preview import read_preview
from operations.guard.stack import read_stack


def run_guard(preview: Path | None, stack: Path | None, allow: tuple[str, ...], lab: str, output: str) -> int:
    """Print what an `up` would do, and return ERRORS if something in it does damage that is not allowed."""
    try:
        previewed = read_preview(_text(preview))
        state = read_stack(_text(stack), previewed) if stack else None
        judgement = judge(previewed, load_lab(lab_folder(lab)), state, allow)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except (InvalidPreview, UnknownAllowance) as error:
        return refuse_input(str(error), output)
    if output == "json":
        print_json(guard_report(judgement))
    else:
        print_judgement(judgement, make_console())
    return FINE if judgement.passes else ERRORS


def _text(file: Path | None) -> str:
    """A file, or standard input. Raises InvalidPreview."""
    if file is None and sys.stdin.isatty():
        raise InvalidPreview("name a file, or pipe into this: pulumi preview --json | homelab guard")
    try:
        return file.read_text(encoding="utf-8") if file and str(file) != "-" else sys.stdin.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InvalidPreview(f"{file or 'standard input'} cannot be read: {reason}") from None

"""`homelab guard`."""

import sys
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.commands.plan import refuse
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input
from cli.text.amounts import plural
from cli.text.plan import INDENT, SEVERITY_STYLE, make_console
from config.load import InvalidLab, lab_folder, load_lab
from operations.guard import Judgement, UnknownAllowance, judge
from operations.guard.consequence import Consequence
from operations.guard.preview import InvalidPreview, read_preview, read_stack


def run_guard(preview: Path | None, stack: Path | None, allow: tuple[str, ...], lab: str, output: str) -> int:
    """Print what an `up` would do, and return ERRORS if something in it does damage that is not allowed."""
    try:
        previewed = read_preview(_text(preview))
        state = read_stack(_text(stack), previewed) if stack else None
        judgement = judge(previewed, load_lab(lab_folder(lab)), state, allow)
    except InvalidLab as error:
        return refuse(lab, error, output)
    except (InvalidPreview, UnknownAllowance) as error:
        return refuse_input(str(error), output)
    if output == "json":
        print_json(guard_report(judgement))
    else:
        _print_judgement(judgement, make_console())
    return ERRORS if judgement.refused else FINE


def guard_report(judgement: Judgement) -> dict[str, object]:
    """What an `up` would do, for programs."""
    return {
        "valid": True,
        "refused": [each.name for each in judgement.refused],
        "consequences": [
            {**consequence_report(each), "allowed": each.name in judgement.allowed} for each in judgement.consequences
        ],
    }


def consequence_report(consequence: Consequence) -> dict[str, object]:
    """What a step does, for programs."""
    return {**consequence._asdict(), "causes": list(consequence.causes)}


def _text(file: Path | None) -> str:
    """A file, or standard input. Raises InvalidPreview."""
    if file is None and sys.stdin.isatty():
        raise InvalidPreview("name a file, or pipe into this: pulumi preview --json | homelab guard")
    try:
        return file.read_text(encoding="utf-8") if file and str(file) != "-" else sys.stdin.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InvalidPreview(f"{file or 'standard input'} cannot be read: {reason}") from None


def _print_judgement(judgement: Judgement, console: Console) -> None:
    for each in judgement.consequences:
        print_consequence(each, each.name in judgement.allowed, console)
    if judgement.consequences:
        console.print()
    refused = judgement.refused
    if not refused:
        console.print(Text("Nothing that runs is damaged, but by what was allowed." if judgement.allowed else HARMLESS))
        return
    console.print(Text(f"Do not apply this: {plural(len(refused), 'step')} would do damage.", "bold red"))
    console.print(f"What may happen nevertheless: {' '.join(f'--allow {each.name}' for each in refused)}")


HARMLESS = "Nothing that runs is damaged."


def print_consequence(consequence: Consequence, allowed: bool, console: Console) -> None:
    causes = f"  {', '.join(consequence.causes)}" if consequence.causes else ""
    console.print(
        Text.assemble(
            ("allowed", "dim") if allowed else (consequence.severity, SEVERITY_STYLE[consequence.severity]),
            " ",
            (consequence.name, "bold"),
            causes,
        )
    )
    console.print(Padding(consequence.message, INDENT, expand=False))
    if consequence.fix and not allowed:
        console.print(Padding(Text(f"fix: {consequence.fix}", "green"), INDENT, expand=False))

"""The console that everything is printed to, and the styles of what is said."""

from rich.console import Console

from plan.model import Severity

LONGEST_LINE = 10_000
SEVERITY_STYLE: dict[Severity, str] = {"error": "bold red", "warning": "yellow", "info": "cyan"}
INDENT = (0, 0, 0, 2)


def make_console() -> Console:
    """A console that neither cuts nor wraps lines when the output is not a terminal."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = LONGEST_LINE
    return console

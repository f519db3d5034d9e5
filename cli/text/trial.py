"""Objects that were tried on an API server, as text."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.adopt_cluster import difference_lines
from cli.text.console import INDENT
from operations.adopt.cluster.trying import Trial
from plan.wording import plural


def print_trial(trial: Trial, releases: int, console: Console) -> None:
    """Print what applying a lab would do; `releases` of Helm were not tried."""
    for each in trial.refused:
        console.print(Text.assemble(("refused", "bold red"), f" {each.key}: {each.reason}"))
    for line in difference_lines(trial.differences):
        console.print(Padding(line, INDENT, expand=False))
    said = f"{plural(trial.tried, 'object')} tried by a dry run, {len(trial.refused)} refused."
    unasked = f" {plural(releases, 'release')} of Helm not tried." if releases else ""
    console.print(Text(said + unasked, "bold red" if trial.refused else "bold green"))

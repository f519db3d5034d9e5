"""A plan that is recreated whenever a file of the lab changes."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from cli.baseline import side_of
from cli.text.comparison import closing, summary
from cli.text.findings import finding_text
from cli.text.plan import print_plan
from config.load import InvalidLab, load_lab
from operations.guard.predicted import predicted
from plan import Plan, make_plan
from plan.changes.comparison import Side, compare
from plan.model import Finding

CLEAR = "\x1b[2J\x1b[H"
WAIT_MILLISECONDS = 300
"""Changes within so long are one: an editor writes several files for one save."""


def watch(folder: Path, console: Console) -> None:
    """Show the plan, again after each change, until Ctrl-C."""
    from watchfiles import watch as changes  # only this needs it

    try:
        show_each(folder, changes(folder, debounce=WAIT_MILLISECONDS, raise_interrupt=True), console)
    except KeyboardInterrupt:
        print(file=sys.stderr)


def show_each(folder: Path, changes: Iterable[object], console: Console) -> None:
    """Show the plan now and after each of the changes: what has changed since the start, then the first screen."""
    start: tuple[Side, Plan] | None = None
    for _ in _now_and_after(changes):
        if console.is_terminal:
            console.print(Text(CLEAR), end="")
        try:
            plan = make_plan(load_lab(folder))
        except InvalidLab as error:
            for problem in error.problems:
                console.print(Text(str(problem)))
            console.print(Text("The lab is not valid; the plan follows when it is.", "bold red"))
            continue
        if start is None:
            start = side_of(plan, "the start"), plan
        _show(plan, *start, console)


def _show(plan: Plan, before: Side, first: Plan, console: Console) -> None:
    after = side_of(make_plan(plan.lab, running=before.running), "now")
    comparison = compare(before, after)
    if comparison.subjects or comparison.verdicts:
        console.print(Text(f"Since the start: {summary(comparison)}.", "bold"))
        sentence, is_good = closing(comparison, predicted(plan.lab, before, after, comparison))
        console.print(Text(sentence, "bold green" if is_good else "bold yellow"))
        for finding in _new(first, plan):
            for part in finding_text(plan.lab, finding):
                console.print(part)
        console.print()
    print_plan(plan, console, whole=False)


def _new(before: Plan, after: Plan) -> Iterator[Finding]:
    """Errors and warnings that were not there."""
    old = {(each.code, each.path) for each in before.findings}
    yield from (each for each in after.findings if each.severity != "info" and (each.code, each.path) not in old)


def _now_and_after(changes: Iterable[object]) -> Iterator[object]:
    yield None
    yield from changes

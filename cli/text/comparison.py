"""The effects of a change of the lab as text: declarations, steps of an `up`, figures, failures, findings."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Any

from rich.console import Console
from rich.text import Text

from cli.text.alike import figures_alike, subjects_alike
from cli.text.console import SEVERITY_STYLE, make_console
from cli.text.forecast import EVENTS
from cli.text.guard import print_consequence
from cli.text.tables import Column, Table, number
from operations.guard.consequence import Consequence
from plan.changes.comparison import Comparison, Difference, FileChange, LossChange, Status, SubjectChange, VerdictChange
from plan.wording import listed, plural

SIGNS: dict[Status, str] = {"added": "+", "removed": "-", "changed": "~"}
STYLES: dict[Status, str] = {"added": "green", "removed": "red", "changed": "yellow"}
LONGEST_VALUE, CONTEXT = 80, 20
STEPS = "Steps of an `up`, if the other side is what runs"
LATENT_STYLE = "magenta"
FIGURES = "Figures (those of nodes by estimate: what did not change stays where it is)"


def print_comparison(lab: str, comparison: Comparison, consequences: Sequence[Consequence]) -> None:
    """Print the differences; what is the same is left out."""
    console = make_console()
    console.print(Text(f"{lab} compared with {comparison.before}: {summary(comparison)}", "bold"))
    for title, subject in subjects_alike(comparison.subjects, subject_lines):
        _print_subject(title, subject, console)
    _print_consequences(consequences, console)
    _print_figures(comparison, console)
    _print_verdicts(comparison, console)
    if comparison.subjects or comparison.verdicts:
        sentence, is_good = closing(comparison, consequences)
        console.print(Text(sentence, "bold green" if is_good else "bold yellow"))


def summary(comparison: Comparison) -> str:
    """For example `2 services changed, 1 machine added`."""
    counts = Counter((each.subject.kind, each.status) for each in comparison.subjects)
    parts = [f"{plural(count, kind)} {status}" for (kind, status), count in counts.items()]
    return ", ".join(parts) or "nothing that is declared is different"


def _print_subject(title: str, change: SubjectChange, console: Console) -> None:
    console.print()
    console.print(Text(f"{SIGNS[change.status]} {title}", STYLES[change.status]))
    for line in subject_lines(change):
        console.print(Text(f"  {line}"))


def subject_lines(change: SubjectChange) -> Iterator[str]:
    """One line for each field that differs; only the names where all of it is new or gone."""
    if change.status != "changed":
        yield listed([object_name(file) for file in change.files], most=10)
        return
    for file in change.files:
        if file.status != "changed":
            yield f"{SIGNS[file.status]} {object_name(file)}"
        for difference in file.differences:
            yield f"{object_name(file)}: {difference_line(difference)}"


def object_name(file: FileChange) -> str:
    """`deployment-photos`, or the file's own name."""
    return file.name.rpartition("/")[2].removesuffix(".yaml")


def difference_line(difference: Difference) -> str:
    """`spec.replicas 1 -> 2`."""
    if difference.before is None:
        return f"{difference.path} is new: {_value(difference.after)}"
    if difference.after is None:
        return f"{difference.path} is gone, was {_value(difference.before)}"
    before, after = _plain(difference.before), _plain(difference.after)
    skipped = _same_beginning(before, after) if max(len(before), len(after)) > LONGEST_VALUE else 0
    return f"{difference.path} {_cut(before, skipped)} -> {_cut(after, skipped)}"


def _value(value: Any) -> str:
    return _cut(_plain(value), 0)


def _plain(value: Any) -> str:
    return " ".join((value if isinstance(value, str) else json.dumps(value)).split())


def _same_beginning(before: str, after: str) -> int:
    """How much of two long values is left out, so that the place is seen where they begin to differ."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    return max(0, sum(1 for _ in same) - CONTEXT)


def _cut(text: str, skipped: int) -> str:
    shown = f"…{text[skipped:]}" if skipped else text
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[: LONGEST_VALUE - 1]}…"


def noteworthy(consequences: Iterable[Consequence]) -> list[Consequence]:
    """The consequences that do more than update in place, or than delete an object that holds nothing."""
    return [each for each in consequences if each.severity != "info" or each.effect not in ("UPDATE", "DELETE")]


def _print_consequences(consequences: Iterable[Consequence], console: Console) -> None:
    if found := noteworthy(consequences):
        console.print()
        console.print(Text(STEPS, "bold"))
        for each in found:
            print_consequence(each, False, console)


def _print_figures(comparison: Comparison, console: Console) -> None:
    if comparison.figures:
        table = Table(FIGURES, Column("of"), Column("figure"), number("before"), number("after"))
        for each in figures_alike(comparison.figures):
            table.add_row(each.of, each.figure, each.before, each.after)
        console.print()
        console.print(table)
    if comparison.losses:
        console.print()
    for loss in comparison.losses:
        console.print(Text(loss_line(loss)))


def loss_line(loss: LossChange) -> str:
    """The names that a loss takes in addition, and those that it takes no more."""
    more = [f"+ {name}" for name in loss.after if name not in loss.before]
    less = [f"- {name}" for name in loss.before if name not in loss.after]
    return f"when {EVENTS[loss.event].format(loss.name)}, without a place or out of reach: {', '.join((*more, *less))}"


def closing(comparison: Comparison, consequences: Iterable[Consequence]) -> tuple[str, bool]:
    """The verdict on a change in one sentence, and whether it is good."""
    damage = [each.name for each in consequences if each.severity == "error"]
    new = Counter(each.severity for each in comparison.verdicts if each.status == "added")
    parts = [f"{plural(len(damage), 'step')} would do damage ({', '.join(damage)})"] if damage else []
    parts += [plural(new[each], f"new {each}") for each in ("error", "warning") if new[each]]
    parts += [f"pods of {new['latent']} more would be refused when they are recreated"] if new["latent"] else []
    if parts:
        return f"Look at this before you apply it: {', '.join(parts)}.", False
    gone = sum(each.status == "removed" for each in comparison.verdicts)
    less = f"; {plural(gone, 'finding')} less" if gone else ""
    return f"Nothing that runs is damaged, and no error or warning is new{less}.", True


def _print_verdicts(comparison: Comparison, console: Console) -> None:
    console.print()
    if not comparison.verdicts:
        console.print(Text("No finding is new, changed or gone."))
    for each in comparison.verdicts:
        finding = each.finding
        style = LATENT_STYLE if each.is_latent else SEVERITY_STYLE[finding["severity"]]
        console.print(Text.assemble(f"{SIGNS[each.status]} ", (verdict_head(each), style)))
        console.print(Text(f"    {finding['message']}"))
        if each.because:
            console.print(Text(f"    brought by the change of: {listed(each.because)}"))
        if each.status != "removed":
            console.print(Text(f"    fix: {finding['fix']}"))


def verdict_head(verdict: VerdictChange) -> str:
    """Severity, code and place of a finding, and what has become of it."""
    finding = verdict.finding
    place = f"  {finding['file']}:{finding['line']}" if finding["file"] and verdict.status != "removed" else ""
    said = {"added": "", "removed": " (no longer)", "changed": " (with other numbers)"}[verdict.status]
    latent = " (running pods stay, and are refused when they are recreated)" if verdict.is_latent else ""
    return f"{verdict.severity} {finding['code']} {finding['path']}{place}{said}{latent}"

"""Outcome of taking over, as text."""

from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.adopt_cluster import EFFECTS, some
from cli.text.console import INDENT
from operations.adopt.cluster.comparison import Effect
from operations.adopt.takeover.run import Outcome
from plan.wording import plural


def print_take_over(outcome: Outcome, dry_run: bool, console: Console) -> None:
    """Print what was taken over, and what the next `up` does."""
    found = outcome.take_over
    would = "would be " if dry_run else ""
    console.print(f"{plural(len(found.taken), 'object')} that run {would}taken into the state.")
    console.print(f"{plural(outcome.moved, 'object')} {would}written, only the ownership of their fields.")
    for line in _lines(outcome):
        console.print(Padding(line, INDENT, expand=False))
    for name, reason in found.unfit:
        console.print(Text.assemble(("not taken over", "bold red"), " ", (name, "bold")))
        console.print(Padding(reason, INDENT, expand=False))
    if outcome.left:
        said = ", ".join(f"{count} {operation}" for operation, count in sorted(outcome.left.items()))
        console.print(f"The preview afterwards: {said}.")
    style = "bold red" if found.unfit else "bold green"
    after = "" if dry_run else " Next: pulumi preview --diff."
    console.print(Text.assemble(("Nothing that runs was changed.", style), after))


def _lines(outcome: Outcome) -> Iterator[str]:
    effects: Counter[Effect] = Counter(one.effect for each in outcome.take_over.taken for one in each.differences)
    for effect, count in effects.items():
        yield f"the next up: {plural(count, 'field')}, {EFFECTS[effect]}"
    for each in outcome.take_over.taken:
        for one in each.differences:
            if one.effect != "in place":
                yield f"{EFFECTS[one.effect]}: {each.key} {'.'.join(one.path)}: {one.live} -> {one.stated}"
    if outcome.take_over.missing:
        yield f"the next up creates, as it does not run: {some(outcome.take_over.missing)}"
    if outcome.take_over.elsewhere:
        yield f"not in the cluster, or its provider is not in the state yet: {some(outcome.take_over.elsewhere)}"

"""Departures of a service as text."""

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.adopt_cluster import EFFECTS, difference_lines
from cli.text.console import INDENT
from operations.adopt.tidy.tidy import Possible, Tidied
from plan.wording import plural


def print_tidied(found: Tidied, chosen: Possible | None, dry_run: bool, console: Console) -> None:
    """Print what is taken out, what that does, and what else departs from the conventions."""
    if chosen:
        verb = "would go" if dry_run else "is taken out"
        console.print(Text.assemble((str(chosen.departure), "bold"), f" of {found.service} {verb}."))
        for line in _lines(chosen):
            console.print(Padding(line, INDENT, expand=False))
        if chosen.steps:
            console.print(Text("Before the up, in this order", "bold"))
            for number, step in enumerate(chosen.steps, start=1):
                console.print(Padding(f"{number}. {step}", INDENT, expand=False), soft_wrap=True)
    others = [each for each in found.possible if each is not chosen]
    if others or found.kept:
        console.print(Text("Further departures", "bold"))
        for each in others:
            console.print(Padding(f"{each.departure}: {_effect(each)}", INDENT, expand=False))
        for each in found.kept:
            console.print(Padding(f"{each.departure}: not by itself: {each.reason}", INDENT, expand=False))
    left = len(others) + len(found.kept)
    if not chosen:
        console.print(Text(f"{found.service} departs from no convention that could go.", "bold green"))
    elif chosen.errors:
        console.print(Text("Not written: the lab would have errors.", "bold red"))
    else:
        after = "" if dry_run else f" Next: homelab plan, then homelab adopt tidy {found.service} again."
        console.print(Text.assemble((f"{plural(left, 'departure')} left.", "bold green"), after))


def _effect(each: Possible) -> str:
    return "nothing changes" if each.change.is_empty else EFFECTS[each.change.effect]


def _lines(chosen: Possible) -> Iterator[str]:
    change = chosen.change
    yield from (f"error: {message}" for message in chosen.errors)
    yield from difference_lines(change.differences)
    yield from (f"made anew: {old} -> {new}" for old, new in change.moved)
    yield from (f"deleted: {key}" for key in change.deleted)
    yield from (f"created: {key}" for key in change.created)
    if change.is_empty:
        yield "nothing changes: what it says is so by convention"

"""A rehearsal as text for people."""

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT
from plan import Plan
from plan.wording import plural
from rehearsal.outcome import Key, Refusal, WorkloadState, written_key
from rehearsal.rehearse import Step, foretold, is_foreseen


def print_step(plan: Plan, step: Step, console: Console) -> None:
    """Print what came of the lab, or of an event."""
    outcome = step.outcome
    console.print()
    console.print(Text(step.event[:1].upper() + step.event[1:], "bold"))
    if step.objects:
        applied = f"{step.objects} objects applied in {rate(step.objects, step.apply_seconds)}"
        _indented(console, f"{applied}, settled {outcome.seconds:.0f} s later")
    placed = f", placed within {rate(outcome.running, outcome.placing_seconds)}" if step.objects else ""
    _indented(console, f"{plural(outcome.running, 'pod')} run{'s' * (outcome.running == 1)}{placed}")
    estimated = {use.node.name: use for use in plan.capacity.nodes} if step.objects else {}
    for node in outcome.nodes:
        use = estimated.get(node.name)
        estimate = f" (estimate: {use.pods} and {use.volumes})" if use else ""
        _indented(console, f"{node.name}: {plural(node.pods, 'pod')}, {plural(node.volumes, 'volume')}{estimate}")
    for words, waiting in _by_words(outcome.waiting).items():
        who = [f"{written_key(key)} ({pods})" if pods > 1 else written_key(key) for key, pods in waiting.items()]
        _said(console, f"{plural(sum(waiting.values()), 'pod')} pending: {', '.join(who)}", words)
    for each in outcome.refusals:
        _said(console, f"{written_key(each.what)}: refused by {each.by}", each.message)
        console.print(Padding(_foretold(plan, each), (0, 0, 0, 4), expand=False))
    for each in outcome.workloads:
        if each.missing and all(refusal.what != each.key for refusal in outcome.refusals):
            _said(console, f"{written_key(each.key)}: {plural(each.missing, 'pod')} not there", "nobody says why")
    if step.kept:
        _said(console, "Not all pods could be evicted", step.kept)
    _print_planner(plan, step, console)


def rate(count: int, seconds: float) -> str:
    """The time that a number of objects took, and the rate per second."""
    return f"{seconds:.0f} s ({count / max(seconds, 1):.0f} a second)"


def _print_planner(plan: Plan, step: Step, console: Console) -> None:
    for each in step.disagreements:
        message = f"{each.planned} pending according to the planner, {each.waiting} on the control plane"
        _said(console, f"{written_key(each.key)}: the plan differs", message)
    if not step.outcome.settled:
        _indented(console, Text("It did not settle: pods still came and went.", "bold red"))
    elif step.is_fine:
        _indented(console, Text("Everything runs, as planned.", "bold green"))
    elif is_foreseen(plan, step):
        _indented(console, Text("Not everything runs, as the plan predicted.", "bold red"))
    else:
        _indented(console, Text("Not everything runs, and the plan did not predict it.", "bold red"))


def _foretold(plan: Plan, refusal: Refusal) -> str:
    told = [f"{each.code} ({plan.lab.place(each.path)})" for each in foretold(plan, refusal)]
    return f"the plan said so: {', '.join(told)}" if told else "the plan did not predict it"


def _by_words(waiting: Iterable[WorkloadState]) -> dict[str, dict[Key, int]]:
    """Pods that wait, by the scheduler's words and by workload, with those that are not made yet because of them."""
    found: dict[str, dict[Key, int]] = {}
    for each in waiting:
        for number, (words, pods) in enumerate(each.waiting.items()):
            found.setdefault(words, {})[each.key] = pods + (each.behind if number == 0 else 0)
    return found


def _said(console: Console, what: str, words: str) -> None:
    _indented(console, Text(what, "yellow"))
    console.print(Padding(words, (0, 0, 0, 4), expand=False))


def _indented(console: Console, line: str | Text) -> None:
    console.print(Padding(line, INDENT, expand=False))

"""Whether the number of workers fits the cluster, as text for people."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console

from cli.text.gaps import gap_lines
from cli.text.tables import Column, Table, number
from observation.history import Measure
from observation.model import Gap
from operations.scale import Condition, NoTrend, Removal, Scale, Trend
from operations.scale.conditions import Subject
from operations.scale.judge import Verdict
from operations.scale.removal import Kept
from operations.scale.worker import NewWorker
from plan.model.resources import notation
from plan.wording import listed, plural

VERDICTS: Mapping[Verdict, str] = {
    "add": "Add a worker",
    "remove": "A worker may go",
    "keep": "Keep the number of workers",
    "not known": "No known reason to add a worker, but not every condition is known",
}
SUBJECTS: Mapping[Subject, str] = {
    "attachments": "volumes on the fullest node",
    "memory-requests": "memory requests of the workers",
    "memory-limits": "memory limits of the fullest worker",
    "evictions": "evictions in 24 hours",
    "exhausted-slots": "volumes without a free slot, last hour",
    "planned-volumes": "block volumes planned and not there",
}
KEEPS: Mapping[Kept, str] = {
    "control-plane": "no: {about} of the control plane",
    "device": "no: only it has {about}, which its pods ask for",
    "local-volume": "no: the volume of claim {about} lies on it alone",
    "host-path": "no: {about} lies in a folder of it",
    "memory": "no: {needed} of {there} GiB of memory",
    "cpu": "no: {needed} of {there} CPU",
    "volume-slots": "no: {needed} of {there} volume slots",
    "no-place": "no: {about}",
    "n-1": "no: the cluster would no longer bear the loss of {about}",
    "not-tried": "its pods have a place; the loss of a further node was not tried with it",
}
_SHARES: tuple[Subject, ...] = ("memory-requests", "memory-limits")
_GIB = 1 << 30


def print_scale(
    scale: Scale, new_worker: NewWorker | None, now: datetime, gaps: Sequence[Gap], console: Console
) -> None:
    """The verdict, its conditions, the trends, what keeps each node, and the worker that could be added."""
    console.print(f"{VERDICTS[scale.verdict]}.", style="bold")
    _print_conditions("Reasons to add a worker (one is enough)", scale.to_add, ">=", console)
    _print_conditions("Conditions to remove one (all of them)", scale.to_remove, "<=", console)
    for each in scale.trends:
        console.print(trend_sentence(each, now))
    table = Table("Why not smaller", Column("node"), number("pods", drop=1), number("memory"), Column("without it"))
    for each in scale.removals:
        table.add_row(each.node, str(each.pods), f"{each.memory / _GIB:.1f} GiB", removal_sentence(each))
    console.print(table)
    if new_worker:
        _print_new_worker(new_worker, console)
    for part in gap_lines(gaps):
        console.print(part)


def _print_conditions(title: str, conditions: Sequence[Condition], sign: str, console: Console) -> None:
    table = Table(title, Column("condition"), number("now"), number("from"), Column("for"), Column("state"))
    for each in conditions:
        table.add_row(
            SUBJECTS[each.subject],
            _amount(each.subject, each.now),
            f"{sign} {_amount(each.subject, each.threshold)}",
            _span(each),
            each.state,
        )
    console.print(table)


def _span(condition: Condition) -> str:
    if not condition.dwell_days:
        return "-"
    if condition.held_days is None:
        return f"{condition.dwell_days:g} days wanted, nothing recorded"
    return f"{condition.held_days:g} of {condition.dwell_days:g} days, {condition.seen_days:g} recorded"


def _amount(subject: Subject, value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value:.0%}" if subject in _SHARES else f"{value:g}"


def trend_sentence(trend: Trend | NoTrend, now: datetime) -> str:
    """When a measure reaches its threshold, or why that cannot be said."""
    name = SUBJECTS[trend.measure]
    if isinstance(trend, NoTrend):
        return f"{name}: when its threshold is reached cannot be said: {_why(trend)}"
    rise = _rise(trend.measure, trend.per_week)
    when = "is passed already" if trend.reached <= now else f"is reached about {trend.reached:%Y-%m-%d}"
    return f"{name}: {_amount(trend.measure, trend.threshold)} {when}, at {rise} a week over {trend.days} days"


def _rise(measure: Measure, per_week: float) -> str:
    return f"+{per_week * 100:.1f} points" if measure in _SHARES else f"+{per_week:.1f}"


def _why(trend: NoTrend) -> str:
    if trend.why == "too short":
        return f"{plural(trend.days, 'day')} of data, 14 are needed"
    return trend.why if trend.why == "not recorded" else f"it {trend.why}"


def removal_sentence(removal: Removal) -> str:
    """Whether a node could go, with the one thing that keeps it."""
    if removal.kept_by is None:
        return "could go"
    needed, there = removal.needed or 0, removal.there or 0
    if removal.kept_by == "memory":
        amounts = (f"{needed / _GIB:.1f}", f"{there / _GIB:.1f}")
    elif removal.kept_by == "cpu":
        amounts = (notation("cpu", needed), notation("cpu", there))
    else:
        amounts = (str(needed), str(there))
    return KEEPS[removal.kept_by].format(about=removal.about, needed=amounts[0], there=amounts[1])


def _print_new_worker(worker: NewWorker, console: Console) -> None:
    room = worker.host_has_room_for
    if room == 0:
        console.print("No host has memory for a further worker.", style="bold red")
    else:
        known = "not known" if room is None else plural(room, "such worker")
        console.print(f"To add one: {worker.entry} in machines.yaml; hosts have memory for {known}.")
    new = [f"{each.severity} {each.code}: {each.message}" for each in worker.new_findings]
    console.print(f"A plan with {worker.name} finds {plural(len(new), 'thing')} new.")
    for line in new:
        console.print(f"  {line}")
    if worker.gone_findings:
        console.print(f"It no longer finds {listed(list(worker.gone_findings))}.")

"""Proposals for requests and limits as text for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console

from cli.text.console import SEVERITY_STYLE
from cli.text.gaps import gap_lines
from cli.text.tables import Column, Table, number
from observation.model import Gap
from operations.rightsize.answer import Answer
from operations.rightsize.cluster import Sized
from operations.rightsize.patterns import Pattern
from operations.rightsize.scratch import SizedScratch
from operations.rightsize.size import Proposal
from operations.rightsize.volumes import SizedVolume
from plan.model.resources import notation
from plan.wording import gib, listed, plural

_STYLES = {"+": "green", "-": "red"}
MEANINGS: Mapping[Pattern, str] = {
    "short-history": "too few days of data for a proposal",
    "killed": "killed at its limit, so its need was never seen whole",
    "leak": "memory rises until the kill: a leak cannot be sized",
    "at-limit": "memory reaches the limit without a kill: file pages, or a setting, fill it",
    "growing": "its weekly peaks grow",
    "idle": "nobody has seen it at work",
    "steady-cache": "memory is steady near its peak: a cache or heap of a set size",
    "peaks": "the peak is rare and far above typical use, so the limit stays above it",
    "restarts": "it restarted without a kill; a start may need more than typical use",
}


def why(sized: Sized, proposal: Proposal) -> str:
    """The figures behind a proposal, with the number of days that they cover."""
    return "; ".join(_why(sized, proposal))


def _why(sized: Sized, proposal: Proposal) -> Iterator[str]:
    used = sized.usage
    span = f"over {used.days:g} days"
    if proposal.resource == "memory":
        yield f"{used.memory.p95:,.0f} MiB at the 95th percentile, {used.memory.max:,.0f} MiB at most {span}"
        if sized.kills.times:
            yield f"{plural(sized.kills.times, 'OOM kill')} ({', '.join(sized.kills.sources)})"
        if proposal.leak_per_day is not None:
            yield f"rises by {proposal.leak_per_day:,.0f} MiB a day"
    else:
        yield f"{used.cpu.p95:,.0f}m at the 95th percentile, {used.cpu.max:,.0f}m at most {span}"
    yield from (MEANINGS[each] for each in sorted(proposal.patterns))
    if proposal.resource == "memory":
        if sized.witness:
            target, most = (notation("memory", each) for each in (sized.witness.target, sized.witness.upper_bound))
            yield f"{sized.witness.object} recommends {target}, at most {most}"
        if sized.written and sized.written.floor:
            yield f"never below {notation('memory', sized.written.floor.memory)}: {sized.written.floor.reason}"
        if sized.policy.keep:
            yield "left alone: the cluster cannot start without it"
    if proposal.resource in sized.policy.scaled_by:
        yield "an autoscaler divides by the request, so it stays"


def print_sizes(answer: Answer, warnings: Iterable[str], gaps: Sequence[Gap], console: Console) -> None:
    """The proposals that change something, then how many containers are left alone."""
    sizes = answer.sizes
    changed = [
        (sized, proposal)
        for sized in sizes.sized
        for proposal in (sized.memory, sized.cpu)
        if proposal.proposed != (None, None)
    ]
    if changed:
        table = Table(
            f"Proposals ({sizes.days:g} days of usage)",
            Column("container"),
            Column("of", drop=1),
            number("request"),
            number("limit"),
            Column("why", drop=2),
        )
        for sized, proposal in changed:
            table.add_row(
                f"{sized.namespace}/{sized.workload.partition('/')[2]}/{sized.container}",
                proposal.resource,
                _step(proposal, proposal.now.request, proposal.proposed.request),
                _step(proposal, proposal.now.limit, proposal.proposed.limit),
                f"{why(sized, proposal)} ({proposal.confidence} confidence)",
            )
        console.print(table)
    untouched = len(sizes.sized) - len({(sized.namespace, sized.workload, sized.container) for sized, _ in changed})
    console.print(f"left alone: {plural(untouched, 'container')}; not sized: {len(sizes.not_sized)}")
    for each in sizes.not_sized:
        console.print(f"  not sized: {each.namespace}/{each.workload}/{each.container}: {each.why}", highlight=False)
    _print_volumes(answer.volumes, console)
    _print_scratch(answer.scratch, console)
    _print_effect(answer, console)
    for each in answer.files:
        console.print(f"{'wrote' if each.written else 'would write'} {each.file}")
        for line in each.diff.splitlines():
            console.print(f"  {line}", style=_STYLES.get(line[:1], ""))
    for each in answer.not_writable if answer.lab else ():
        console.print(f"  to be changed elsewhere: {'/'.join(each.sized.key)}: {each.why}")
    for warning in warnings:
        console.print(f"warning: {warning}", highlight=False)
    for part in gap_lines(gaps):
        console.print(part)


def _print_scratch(scratch: Sequence[SizedScratch], console: Console) -> None:
    growing = [each for each in scratch if each.answer == "grow"]
    if growing:
        table = Table("Limits of ephemeral storage to raise", Column("container"), number("limit"), Column("why"))
        for each in growing:
            size = f"{notation('memory', each.limit)} -> {notation('memory', each.proposed or each.limit)}"
            written = "" if each.used is None else f"{gib(each.used)} written now"
            evicted = f"{plural(each.evicted, 'pod')} evicted for it" if each.evicted else ""
            why = "; ".join(part for part in (written, evicted) if part)
            table.add_row(f"{each.namespace}/{each.workload.partition('/')[2]}/{each.container}", size, why)
        console.print(table)
    if unknown := [f"{each.namespace}/{each.container}" for each in scratch if each.answer == "cannot be said"]:
        console.print(f"ephemeral storage that nobody measured: {listed(unknown)}")


def _print_volumes(volumes: Sequence[SizedVolume], console: Console) -> None:
    growing = [each for each in volumes if each.answer == "grow"]
    if growing:
        table = Table("Volumes to grow", Column("claim"), number("size"), Column("why"))
        for each in growing:
            fixed = "; its class does not let claims grow" if each.can_grow is False else ""
            size = f"{notation('memory', each.size)} -> {notation('memory', each.proposed or each.size)}"
            table.add_row(f"{each.namespace}/{each.claim}", size, f"{each.why}{fixed}")
        console.print(table)
    unknown = [each for each in volumes if each.answer == "cannot be said"]
    enough = len(volumes) - len(growing) - len(unknown)
    if volumes:
        console.print(f"volumes with room: {enough}; of {plural(len(unknown), 'volume')} it cannot be said")
    for why in dict.fromkeys(each.why for each in unknown):
        names = [f"{each.namespace}/{each.claim}" for each in unknown if each.why == why]
        console.print(f"  {why}: {listed(names)}", highlight=False)


def _print_effect(answer: Answer, console: Console) -> None:
    found = answer.effect
    if not found.restarted and not answer.files:
        return
    table = Table("Requests that are freed", Column("on"), number("memory"), number("cpu"))
    for each in (*found.tiers, *found.nodes):
        if each.memory or each.cpu:
            table.add_row(each.name, f"{each.memory / (1 << 30):+.1f} GiB", f"{each.cpu / 1000:+.1f}")
    console.print(table)
    console.print(f"{plural(found.restarted, 'pod')} would be started again.")
    for namespace, name in found.without_place:
        console.print(f"error: {namespace}/{name} would find no place", style="bold red")
    if found.losses_no_longer_borne:
        console.print(f"error: the loss of {listed(found.losses_no_longer_borne)} would leave pods without a place")
    if found.losses_borne_again:
        console.print(f"The loss of {listed(found.losses_borne_again)} would leave no pod without a place any more.")
    for each in answer.new_findings:
        console.print(f"new {each.severity} {each.code}: {each.message}", style=SEVERITY_STYLE[each.severity])
    if answer.is_worse:
        console.print("Nothing is written: something would no longer fit.", style="bold red")


def _step(proposal: Proposal, now: int | None, proposed: int | None) -> str:
    stated = "none" if now is None else notation(proposal.resource, now)
    return stated if proposed is None else f"{stated} -> {notation(proposal.resource, proposed)}"

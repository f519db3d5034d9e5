"""Proposals for requests and limits as text for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console

from cli.text.gaps import gap_lines
from cli.text.tables import Column, Table, number
from observation.model import Gap
from observation.usage import ContainerUsage
from operations.rightsize.cluster import Sizes
from operations.rightsize.patterns import Pattern
from operations.rightsize.size import Proposal
from plan.model.resources import notation
from plan.wording import plural

MEANINGS: Mapping[Pattern, str] = {
    "short-history": "too few days of data for a proposal",
    "killed": "killed at its limit, so its need was never seen whole",
    "leak": "memory rises until the kill: a leak cannot be sized",
    "at-limit": "memory reaches the limit without a kill: file pages, or a setting, fill it",
    "steady-cache": "memory is steady near its peak: a cache or heap of a set size",
    "peaks": "the peak is rare and far above typical use, so the limit stays above it",
    "restarts": "it restarted without a kill; a start may need more than typical use",
}


def why(used: ContainerUsage, proposal: Proposal) -> str:
    """The figures behind a proposal, with the number of days that they cover."""
    return "; ".join(_why(used, proposal))


def _why(used: ContainerUsage, proposal: Proposal) -> Iterator[str]:
    span = f"over {used.days:g} days"
    if proposal.resource == "memory":
        yield f"{used.memory.p95:,.0f} MiB at the 95th percentile, {used.memory.max:,.0f} MiB at most {span}"
        if used.oom_kills:
            yield plural(used.oom_kills, "OOM kill")
        if proposal.leak_per_day is not None:
            yield f"rises by {proposal.leak_per_day:,.0f} MiB a day"
    else:
        yield f"{used.cpu.p95:,.0f}m at the 95th percentile, {used.cpu.max:,.0f}m at most {span}"
    yield from (MEANINGS[each] for each in sorted(proposal.patterns))


def print_sizes(sizes: Sizes, warnings: Iterable[str], gaps: Sequence[Gap], console: Console) -> None:
    """The proposals that change something, then how many containers are left alone."""
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
                f"{why(sized.usage, proposal)} ({proposal.confidence} confidence)",
            )
        console.print(table)
    untouched = len(sizes.sized) - len({(sized.namespace, sized.workload, sized.container) for sized, _ in changed})
    console.print(f"left alone: {plural(untouched, 'container')}; not sized: {len(sizes.not_sized)}")
    for each in sizes.not_sized:
        console.print(f"  not sized: {each.namespace}/{each.workload}/{each.container}: {each.why}", highlight=False)
    for warning in warnings:
        console.print(f"warning: {warning}", highlight=False)
    for part in gap_lines(gaps):
        console.print(part)


def _step(proposal: Proposal, now: int | None, proposed: int | None) -> str:
    stated = "none" if now is None else notation(proposal.resource, now)
    return stated if proposed is None else f"{stated} -> {notation(proposal.resource, proposed)}"

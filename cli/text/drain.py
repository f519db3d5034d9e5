"""The drain of a node as text for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from rich.console import Console

from cli.text.console import INDENT
from cli.text.gaps import gap_lines
from cli.text.tables import Column, Table, number
from observation.model import Gap
from operations.drain import Blocker, Drain, Move
from operations.drain.blockers import Kind
from operations.drain.run import Told
from plan.model.resources import MEMORY
from plan.wording import cores, gib, listed, plural

BLOCKED: Mapping[Kind, str] = {
    "bare-pod": "pod {namespace}/{name} has no controller: {detail}",
    "local-volume": "the volume of claim {namespace}/{name} is on this node only: {detail}",
    "host-path": "pod {namespace}/{name} has data in a folder of this node: {detail}",
    "budget": "disruption budget {namespace}/{name} allows no eviction now: {detail}",
    "no-place": "{namespace}/{name} finds no other place: {detail}",
}

TIES = "Of nodes that score alike kube-scheduler takes any: `or` names the others that a pod may go to."


def print_drain(drain: Drain, steps: Iterable[tuple[str, str]], gaps: Sequence[Gap], console: Console) -> None:
    """The verdict, what holds the drain up, where the pods go, and the commands."""
    pods = sum(count for _, count in drain.namespaces)
    verdict = "can be drained" if drain.can_end else f"cannot be drained: {plural(len(drain.blockers), 'blocker')}"
    console.print(
        f"{drain.node} {verdict}. {plural(pods, 'pod')} would be evicted, {drain.staying} "
        f"{'stays' if drain.staying == 1 else 'stay'}."
    )
    for sentence in _blocked(drain.blockers):
        console.print(f"  blocker: {sentence}", style="bold red")
    if drain.moves:
        table = Table("Pods", Column("workload"), number("pods", drop=1), Column("to"), Column("meanwhile", drop=2))
        for move in drain.moves:
            table.add_row(f"{move.namespace}/{move.workload}", str(move.pods), _to(move), _meanwhile(move))
        console.print(table)
        if any(_others(move) for move in drain.moves):
            console.print(TIES)
    for each in drain.short:
        amount = gib if each.resource == MEMORY else cores
        free = listed([f"{name} {amount(left)}" for name, left in each.free])
        console.print(
            f"short of {each.resource}: pods without a place request {amount(each.wanted)}; left free: {free}"
        )
    for each in drain.slots:
        limit = "no limit is known" if each.limit is None else f"of {each.limit}"
        console.print(f"volume slots of {each.node}: {each.before} -> {each.after}, {limit}")
    if drain.scratch:
        console.print(f"scratch space (emptyDir) is lost of {listed(drain.scratch)}")
    console.print("Commands, in this order:" if drain.can_end else "When nothing blocks it, commands in this order:")
    for purpose, command in steps:
        console.print(f"{' ' * INDENT[3]}{command}  # {purpose}")
    for part in gap_lines(gaps):
        console.print(part)


def told_sentence(told: Told) -> str:
    """Events of a drain that is carried out."""
    left = f", {plural(told.left, 'pod')} left" if told.left else ""
    match told.stage:
        case "cordoned":
            return f"{told.about} is cordoned{left}"
        case "held":
            return f"{told.about} waits for its disruption budget: {told.detail}"
        case "evicted":
            return f"{told.about} is evicted"
        case "ended":
            return f"{told.about} has ended{left}"
        case "done":
            return f"{told.about} is drained"
        case _:
            assert_never(told.stage)


def going_on(node: str) -> str:
    """How a drain that stopped goes on, or is taken back."""
    return (
        f"{node} stays cordoned, and what was evicted stays where it is; `homelab drain {node} --yes` goes on, "
        f"`kubectl uncordon {node}` ends it"
    )


def blocked(blocker: Blocker) -> str:
    """A blocker in a sentence."""
    return BLOCKED[blocker.kind].format(**blocker._asdict())


def _blocked(blockers: Sequence[Blocker]) -> Iterator[str]:
    """Each blocker in a sentence; workloads that find no place for the same reason in one."""
    homeless: dict[str, list[str]] = {}
    for each in blockers:
        if each.kind == "no-place":
            homeless.setdefault(each.detail, []).append(f"{each.namespace}/{each.name}")
        else:
            yield blocked(each)
    for reason, names in homeless.items():
        find = "find" if len(names) > 1 else "finds"
        yield f"{listed(names, len(names))} {find} no other place: {reason}"


def _others(move: Move) -> list[str]:
    """Nodes that its pods may go to instead."""
    return sorted(set(move.among) - {node for node, _ in move.to})


def _to(move: Move) -> str:
    places = [f"{node} ({count})" if count > 1 else node for node, count in move.to]
    others = _others(move)
    told = ", ".join([*places, *([f"nowhere ({move.without_place})"] if move.without_place else [])])
    return f"{told}, or {listed(others)}" if others else told or "-"


def _meanwhile(move: Move) -> str:
    match move.meanwhile:
        case "goes-on":
            return "other pods go on"
        case "no-majority":
            return f"other pods go on, and {plural(move.pods, 'pod')} away at once may leave no majority"
        case "gone":
            return "gone: nothing recreates it"
        case "down":
            if move.without_place:
                return "down until it finds a place"
            return f"down until it has started there; up to {move.grace_seconds} s to stop"
        case _:
            assert_never(move.meanwhile)

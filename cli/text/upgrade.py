"""The way to the next minor release of Kubernetes as text for people."""

from collections.abc import Iterator, Sequence

from rich.console import Console

from cli.text.gaps import gap_lines
from cli.text.tables import Column, Table
from observation.model import Gap
from operations.upgrade import Upgrade
from plan.wording import listed, plural


def print_upgrade(upgrade: Upgrade, gaps: Sequence[Gap], console: Console) -> None:
    """How long the release is supported, what holds the upgrade up, and the steps."""
    for sentence in _support(upgrade):
        console.print(sentence)
    names = ("node", "role", "kubelet", "skew", "runtime", "for the next release", "drain")
    table = Table("Nodes", *(Column(name) for name in names))
    drains = {each.node: each for each in upgrade.drains}
    for node in upgrade.nodes:
        role = "control plane" if node.is_control_plane else "worker"
        blockers = drains[node.name].blockers
        drain = plural(blockers, "blocker") if blockers else "free"
        runtime = node.runtime.replace("://", " ")
        table.add_row(node.name, role, node.kubelet, node.skew, runtime, node.runtime_for_target, drain)
    console.print(table)
    if upgrade.add_ons:
        table = Table(
            f"Add-ons with {upgrade.target or 'the next release'}",
            Column("add-on"),
            Column("version"),
            Column("answer"),
            Column("source"),
        )
        for each in upgrade.add_ons:
            admits = f"{each.admits}, {each.admits.source}" if each.admits else "-"
            table.add_row(f"{each.namespace}/{each.name}", each.version, each.answer, admits)
        console.print(table)
    if upgrade.changes:
        table = Table(
            f"Documented changes of {upgrade.target or 'the next release'}",
            *(Column(name) for name in ("change", "answer", "effect", "what to do", "source")),
        )
        for judged in upgrade.changes:
            answer = f"{judged.answer}: {listed([str(each) for each in judged.objects])}"
            change = judged.change
            told = answer if judged.objects else judged.answer
            table.add_row(change.name, told, change.effect, change.remedy, change.source)
        console.print(table)
    if upgrade.steps:
        console.print("Steps, in this order:")
        for step in upgrade.steps:
            console.print(f"  [{step.where}] {step.command}  # {step.purpose}")
    for part in gap_lines(gaps):
        console.print(part)


def _support(upgrade: Upgrade) -> Iterator[str]:
    if upgrade.release is None or upgrade.days_left is None:
        yield f"{upgrade.version}: not checked, this program does not know that release."
    elif upgrade.days_left < 0:
        yield (
            f"{upgrade.version} has had no fixes since {upgrade.release.end_of_life}, for "
            f"{plural(-upgrade.days_left, 'day')}."
        )
    else:
        left = plural(upgrade.days_left, "day")
        yield f"{upgrade.version} gets fixes until {upgrade.release.end_of_life}, for {left}."
    if upgrade.target is None:
        yield "The next release is not known to this program, so nothing about it was checked."
        return
    yield f"Next is {upgrade.target}, with fixes until {upgrade.target.end_of_life}. No release may be skipped."
    if not upgrade.target.rules_read:
        yield f"The planner's rules were not tested against {upgrade.target}: its verdicts are not checked there."
    if upgrade.changes is None:
        yield f"The changes of {upgrade.target} are not known to this program, so they were not checked."
    if upgrade.distribution != "kubeadm":
        yield f"The nodes run {upgrade.distribution}, which has its own upgrade: its steps are not known here."

"""Reboots of nodes by kured: how many at a time."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.model import Node
from plan.model.fields import value
from plan.model.findings import Finding, Rule

REBOOTS_TOGETHER = Rule(
    "REBOOTS-TOGETHER",
    "warning",
    title="Several nodes may reboot at the same time",
    meaning=(
        "The chart kured drains and reboots as many nodes at once as its concurrency says. Losses and drains of the "
        "plan are of one node: with two away, replicas on both are gone together, majorities are lost, and pods may "
        "find no place."
    ),
    remedy="Write configuration.concurrency: 1 in the values of kured, or leave it out.",
)


def reboot_findings(lab: Lab, nodes: Iterable[Node]) -> Iterator[Finding]:
    """A finding for each kured that reboots several nodes at once."""
    count = len(list(nodes))
    for name, service in lab.charts("kured"):
        stated = value(service.values, "configuration", "concurrency")
        if isinstance(stated, int) and stated > 1:
            yield REBOOTS_TOGETHER.finding(
                ("services", name, "values"),
                f"{name} reboots up to {stated} of {count} nodes at once (configuration.concurrency): replicas on "
                "all of them are away together",
                f"write configuration.concurrency: 1 in the values of {name}",
                facts={"concurrency": stated, "nodes": count},
            )

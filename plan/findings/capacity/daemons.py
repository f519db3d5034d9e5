"""Findings about daemonsets that run on no node: nothing waits for them, so that nobody is told."""

from collections.abc import Iterable, Iterator, Sequence

from plan.model import Finding, Node, Workload
from plan.model.findings import Rule
from plan.model.placement import NoPlace
from plan.scenarios.blocker_words import sentence
from plan.scenarios.blockers import blockers

RUNS_ON_NO_NODE = Rule(
    "RUNS-ON-NO-NODE",
    ("warning", "info"),
    title="A daemonset runs on no node",
    meaning=(
        "A daemonset has a pod on each node that lets it in. Where none does, it has none: no pod is Pending, no event "
        "is written, and what it should do is not done."
    ),
    remedy="Correct its node_selector, or tolerate the taints of the nodes that it is for.",
)


def daemon_findings(nodes: Sequence[Node], workloads: Iterable[Workload]) -> Iterator[Finding]:
    """Daemonsets that no node lets in. One of a chart may be for nodes to come, and is an info."""
    for workload in workloads:
        if workload.controller == "DaemonSet" and not workload.replicas:
            found = blockers(workload, NoPlace(len(nodes), (), None), nodes, ())
            if found:
                yield RUNS_ON_NO_NODE.finding(
                    workload.path,
                    f"{workload.name} is a daemonset and runs on no node: {sentence(found[0], workload)}",
                    "correct what the message names; a daemonset that is for nodes to come may stay as it is",
                    severity="info" if "footprint" in workload.path else "warning",
                )

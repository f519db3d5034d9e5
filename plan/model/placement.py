"""Reasons for which no node takes a pod: values first, the scheduler's sentence last."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

Cause = Literal[
    "resource",
    "pods",
    "taints",
    "node-labels",
    "cordoned",
    "ports",
    "volume-slots",
    "volume-zone",
    "spread",
    "spread-label",
    "near",
    "apart",
    "apart-from-existing",
    "other-node",
    "no-victims",
    "preemption-unhelpful",
]
"""The filters of kube-scheduler, and the outcomes of its preemption."""

SENTENCES: Mapping[Cause, str] = {
    "resource": "Insufficient {resource}",
    "pods": "Too many pods",
    "taints": "node(s) had untolerated taint(s)",
    "node-labels": "node(s) didn't match Pod's node affinity/selector",
    "cordoned": "node(s) were unschedulable",
    "ports": "node(s) didn't have free ports for the requested pod ports",
    "volume-slots": "node(s) exceed max volume count",
    "volume-zone": "node(s) didn't match PersistentVolume's node affinity",
    "spread": "node(s) didn't match pod topology spread constraints",
    "spread-label": "node(s) didn't match pod topology spread constraints (missing required label)",
    "near": "node(s) didn't match pod affinity rules",
    "apart": "node(s) didn't match pod anti-affinity rules",
    "apart-from-existing": "node(s) didn't satisfy existing pods anti-affinity rules",
    "other-node": "node(s) didn't satisfy plugin(s) [NodeAffinity]",
    "no-victims": "No preemption victims found for incoming pod",
    "preemption-unhelpful": "Preemption is not helpful for scheduling",
}
"""In the words of kube-scheduler 1.34 (pkg/scheduler/framework/plugins)."""

NO_CLAIMS = "no new claims to deallocate"
"""Words about dynamic resources, for every pod, whether it claims any or not."""
NEVER_PREEMPTS = "not eligible due to preemptionPolicy=Never."


class Obstacle(NamedTuple):
    """A reason of one node."""

    cause: Cause
    resource: str = ""
    """The resource of which too little is free."""

    def __str__(self) -> str:
        return SENTENCES[self.cause].format(resource=self.resource)


Obstacles = tuple[tuple[Obstacle, int], ...]
"""Reasons, and on how many nodes each holds."""


class NoPlace(NamedTuple):
    """No node takes a pod."""

    nodes: int
    obstacles: Obstacles
    preemption: Obstacles | None
    """Why no less important pods can make room; None where the pod never preempts."""

    def lacks(self, resource: str) -> bool:
        """Whether some node has too little of a resource: also `pods`."""
        return any(resource == (each.resource or each.cause) for each, _ in self.obstacles)

    @property
    def lacking(self) -> frozenset[str]:
        """Everything of which some node has too little: resources, `pods`, `volume-slots`."""
        short = ("resource", "pods", "volume-slots")
        return frozenset(each.resource or each.cause for each, _ in self.obstacles if each.cause in short)

    def has(self, cause: Cause) -> bool:
        """Whether some node has such a reason."""
        return any(each.cause == cause for each, _ in self.obstacles)

    def __str__(self) -> str:
        room = NEVER_PREEMPTS if self.preemption is None else available(self.nodes, self.preemption)
        return f"{available(self.nodes, self.obstacles)} {NO_CLAIMS}, preemption: {room}"


def available(nodes: int, obstacles: Iterable[tuple[Obstacle, int]]) -> str:
    """Why none of some nodes will do, as the scheduler puts it."""
    listed = ", ".join(sorted(f"{count} {each}" for each, count in obstacles))
    return f"0/{nodes} nodes are available: {listed}."

"""Where pods would go: an estimate, one pod after the other, highest priority first.

It knows taints, node selectors, requests, pod count and volume slots, and prefers the emptiest node as the
default scheduler does. It is no substitute for the scheduler: affinity, preemption and zones are not modelled.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from plan.model import Node, NodeUse, Pending, Workload
from plan.nodes import PODS, admits, matches, tolerates
from plan.resources import CPU, MEMORY, pod_limits, pod_requests


@dataclass
class _Filling:
    """A node while it is filled."""

    node: Node
    requests: Counter[str] = field(default_factory=Counter)
    limits: Counter[str] = field(default_factory=Counter)
    volumes: int = 0
    pods: list[str] = field(default_factory=list)
    """Names of the workloads, once per pod."""

    def lacks(self, requests: Counter[str], volumes: int) -> list[str]:
        """What a pod would need more than is left, in the scheduler's words; empty if it fits."""
        missing = [
            "Too many pods" if resource == PODS else f"Insufficient {resource}"
            for resource, amount in requests.items()
            if amount > 0 and self.requests[resource] + amount > self.node.allocatable.get(resource, 0)
        ]
        if volumes and self.volumes + volumes > self.node.volume_slots:
            missing.append("node(s) exceed max volume count")
        return missing

    def free_share(self) -> float:
        """Mean share of CPU and memory that is left."""
        return sum(1 - self.requests[name] / self.node.allocatable[name] for name in (CPU, MEMORY)) / 2


def place(nodes: Iterable[Node], workloads: Iterable[Workload]) -> tuple[tuple[NodeUse, ...], tuple[Pending, ...]]:
    """Place the pods that run all the time; those of jobs come and go and are not placed."""
    uses = [_Filling(node) for node in nodes]
    pending: list[Pending] = []
    steady = [workload for workload in workloads if workload.is_steady]
    for workload in sorted(steady, key=lambda workload: (workload.controller != "DaemonSet", -workload.pod.priority)):
        requests = Counter(pod_requests(workload.pod) | {PODS: 1})
        limits = Counter(pod_limits(workload.pod))
        candidates = [use for use in uses if admits(use.node, workload.pod)]
        unplaced = (
            _place_daemons(workload, requests, limits, candidates)
            if workload.controller == "DaemonSet"
            else _place_replicas(workload, requests, limits, candidates)
        )
        if unplaced:
            pending.append(Pending(workload, unplaced, _reason(workload, requests, uses)))
    filled = (NodeUse(use.node, dict(use.requests), dict(use.limits), use.volumes, len(use.pods)) for use in uses)
    return tuple(filled), tuple(pending)


def _place_daemons(workload: Workload, requests: Counter[str], limits: Counter[str], uses: list[_Filling]) -> int:
    fitting = [use for use in uses if not use.lacks(requests, len(workload.pod.block_volumes))]
    for use in fitting:
        _put(workload, requests, limits, use)
    return len(uses) - len(fitting)


def _place_replicas(workload: Workload, requests: Counter[str], limits: Counter[str], uses: list[_Filling]) -> int:
    for placed in range(workload.replicas):
        fitting = [use for use in uses if not use.lacks(requests, len(workload.pod.block_volumes))]
        if not fitting:
            return workload.replicas - placed
        best = min(fitting, key=lambda use: (use.pods.count(workload.name), -use.free_share(), use.node.name))
        _put(workload, requests, limits, best)
    return 0


def _put(workload: Workload, requests: Counter[str], limits: Counter[str], use: _Filling) -> None:
    use.requests.update(requests)
    use.limits.update(limits)
    use.volumes += len(workload.pod.block_volumes)
    use.pods.append(workload.name)


def _reason(workload: Workload, requests: Counter[str], uses: list[_Filling]) -> str:
    reasons: Counter[str] = Counter()
    for use in uses:
        if not tolerates(use.node, workload.pod):
            taint = next(taint for taint in use.node.taints if taint not in workload.pod.tolerated_taints)
            reasons[f"node(s) had untolerated taint {{{taint}}}"] += 1
        elif not matches(use.node, workload.pod):
            reasons["node(s) didn't match Pod's node affinity/selector"] += 1
        else:
            reasons.update(use.lacks(requests, len(workload.pod.block_volumes)))
    listed = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    return f"0/{len(uses)} nodes are available: {listed}."

"""Pods that have the place which another one lacks: those of the same or a higher priority, where it could run."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from plan.cluster.nodes import PODS, admits
from plan.model import NodeUse, Pending, Workload
from plan.model.resources import pod_requests
from plan.scenarios.blocker_words import amount_of

MOST_NAMED = 3
LEAST_SHARE = 10
"""Of what the largest of them has, in percent: below it none is named."""


class Rival(NamedTuple):
    """A workload that comes first, and how much it has of what another one lacks."""

    workload: Workload
    resource: str
    amount: int

    def __str__(self) -> str:
        """For example `database (3Gi of memory)`."""
        return f"{self.workload.name} ({amount_of(self.resource, self.amount)})"


def rivals(pending: Pending, uses: Iterable[NodeUse]) -> tuple[Rival, ...]:
    """The workloads that have most of what a waiting pod lacks on nodes that would take it without them."""
    lacking = [each for each in pod_requests(pending.workload.pod) if pending.reason.lacks(each) and each != PODS]
    nodes = [use for use in uses if admits(use.node, pending.workload.pod)]
    open_without = [use for use in nodes if lacking and _fits_without(pending.workload, use, lacking)]
    found: Counter[str] = Counter()
    workloads: dict[str, Workload] = {}
    for use in open_without:
        for workload, count in _first(pending.workload, use):
            found[workload.name] += pod_requests(workload.pod).get(lacking[0], 0) * count
            workloads[workload.name] = workload
    most = found.most_common(MOST_NAMED)
    named = ((name, amount) for name, amount in most if amount and amount * 100 >= most[0][1] * LEAST_SHARE)
    return tuple(Rival(workloads[name], lacking[0], amount) for name, amount in named)


def _first(wanted: Workload, use: NodeUse) -> Iterator[tuple[Workload, int]]:
    """Pods of the lab on a node that are at least as important, those of the workload itself aside."""
    for workload, count in use.workloads:
        is_other = workload.key != wanted.key and workload.service != "kubeadm"
        if is_other and workload.pod.priority >= wanted.pod.priority:
            yield workload, count


def _fits_without(wanted: Workload, use: NodeUse, lacking: Sequence[str]) -> bool:
    """Whether a node had room for a pod were the others that come first gone."""
    asked = pod_requests(wanted.pod)
    taken = [(pod_requests(workload.pod), count) for workload, count in _first(wanted, use)]
    return all(
        use.requests.get(each, 0) - sum(one.get(each, 0) * count for one, count in taken) + asked[each]
        <= use.node.allocatable.get(each, 0)
        for each in lacking
    )

"""Pods that have the place which another one lacks: the more important ones on the nodes that could take it."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from plan.cluster.nodes import PODS, admits
from plan.model import NodeUse, Pending
from plan.model.resources import pod_requests
from plan.scenarios.blocker_words import amount_of

MOST_NAMED = 3


class Rival(NamedTuple):
    """A more important workload, and how much it has of what another one lacks."""

    name: str
    resource: str
    amount: int

    def __str__(self) -> str:
        """For example `database (3Gi of memory)`."""
        return f"{self.name} ({amount_of(self.resource, self.amount)})"


def rivals(pending: Pending, uses: Iterable[NodeUse]) -> tuple[Rival, ...]:
    """The more important workloads that have most of what a waiting pod lacks, where it could run."""
    wanted = pending.workload
    lacking = [each for each in pod_requests(wanted.pod) if pending.reason.lacks(each) and each != PODS]
    found: Counter[tuple[str, str]] = Counter()
    for use in uses if lacking else ():
        if admits(use.node, wanted.pod):
            for workload, count in use.workloads:
                if workload.pod.priority > wanted.pod.priority and workload.service != "kubeadm":
                    amount = pod_requests(workload.pod).get(lacking[0], 0) * count
                    found[workload.name, lacking[0]] += amount
    most = ((key, amount) for key, amount in found.most_common(MOST_NAMED) if amount)
    return tuple(Rival(name, resource, amount) for (name, resource), amount in most)

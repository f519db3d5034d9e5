"""A cluster in which everything that finds a place has it: what a loss, a rollout or a fix is tried on."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from plan.capacity.beside import place_beside
from plan.cluster.system import system_workloads
from plan.model import Capacity, Node, NodeUse, Pending, Workload

MANY_WAITING = 100
"""Workloads without a place from which on nothing is tried out any more: each trial places all pods of the lab anew,
and says little about a lab that is far too large. Prod has 239 workloads in all."""
MANY_PLACES = 3_000_000
"""Pods times nodes from which on nothing is tried out either, as each trial looks at every node for many pods: 9,500
pods on 316 nodes. Prod has 2,000; 30,000 pods on 1,000 nodes would take more than ten minutes."""


class ClusterSnapshot(NamedTuple):
    """A cluster as it stands."""

    nodes: Sequence[Node]
    workloads: Sequence[Workload]
    """Workloads of the lab, and what kubeadm runs itself."""
    uses: Sequence[NodeUse]
    pending: Sequence[Pending]
    running: Sequence[NodeUse] = ()
    """The cluster before, where that is known."""

    def placed(self) -> tuple[tuple[NodeUse, ...], tuple[Pending, ...]]:
        """Where the pods go, and which wait. Those that ran before stay where nothing changed."""
        return place_beside(self.nodes, self.workloads, self.running)

    def changed(self, instead: Workload) -> "ClusterSnapshot":
        """The same with one workload in place of that of its key."""
        return self._replace(workloads=[instead if each.key == instead.key else each for each in self.workloads])


def as_it_stands(capacity: Capacity, workloads: Iterable[Workload]) -> ClusterSnapshot:
    """The cluster of a lab with these workloads."""
    nodes = tuple(use.node for use in capacity.nodes)
    everything = (*system_workloads(nodes), *workloads)
    return ClusterSnapshot(nodes, everything, capacity.nodes, capacity.pending, capacity.running)


def newly(waiting: Iterable[Pending], before: Iterable[Pending]) -> tuple[Pending, ...]:
    """Pods that wait now and did not before."""
    waited = {each.workload.key: each.pods for each in before}
    more = (each._replace(pods=each.pods - waited.get(each.workload.key, 0)) for each in waiting)
    return tuple(each for each in more if each.pods > 0)


def hardly_fits(snapshot: ClusterSnapshot) -> bool:
    """Whether so much waits for a place that losses, rollouts and the like are not computed."""
    return len(snapshot.pending) > MANY_WAITING


def is_too_large(snapshot: ClusterSnapshot) -> bool:
    """Whether there are so many pods and nodes that losses, rollouts and the like are not computed."""
    return sum(each.replicas for each in snapshot.workloads) * len(snapshot.nodes) > MANY_PLACES

"""Where pods go: the filters, scores and preemption of kube-scheduler 1.34 with its default profile.

Not modelled: dynamic resources, attached volumes other than by their number, more than a hundred nodes being
looked at only in part, and time: all pods are there at once, and the most important is placed first.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple

from plan.model import Node, NodeUse, Pending, Workload
from plan.nodes import admits
from plan.scheduling.cluster import Cluster
from plan.scheduling.filters import Filter, Unfit, feasible, filters_for, first_refusal, fixed_filters
from plan.scheduling.kinds import Kind
from plan.scheduling.preemption import Room, make_room, sentence
from plan.scheduling.scores import best

NO_CLAIMS = "no new claims to deallocate"
"""What the plugin for dynamic resources says of every pod, whether it claims any or not."""
NOT_ITS_NODE = Unfit(("node(s) didn't satisfy plugin(s) [NodeAffinity]",), False)
"""A pod of a daemonset belongs to one node."""


class _Queued(NamedTuple):
    """A pod that waits; they come out by priority, then in the order in which they came."""

    order: tuple[int, int]
    kind: Kind
    only: int | None
    """Index of the node that it belongs to, of a daemonset."""


def place(
    nodes: Iterable[Node], workloads: Iterable[Workload], running: Iterable[NodeUse] = ()
) -> tuple[tuple[NodeUse, ...], tuple[Pending, ...]]:
    """Place the pods that run all the time; those of jobs come and go and are not placed.

    Pods that are `running` stay where they are, unless more important ones push them out. What runs on a node that is
    not among `nodes` is placed anew.
    """
    scheduler = _Scheduler(nodes, [workload for workload in workloads if workload.is_steady], running)
    waiting = scheduler.schedule()
    return scheduler.cluster.uses(), waiting


def one_more(
    nodes: Iterable[Node], workloads: Iterable[Workload], running: Iterable[NodeUse], candidates: Iterable[Workload]
) -> Iterator[tuple[Workload, str]]:
    """Those candidates of which no node would take one more pod beside what runs, and why; jobs among them."""
    scheduler = _Scheduler(nodes, workloads, running)
    kinds = {kind.workload.key: kind for kind in scheduler.cluster.kinds}
    for candidate in candidates:
        outcome = scheduler.find_place(_Queued((0, 0), kinds[candidate.key], None))
        if isinstance(outcome, str):
            yield candidate, outcome


class _Scheduler:
    """A cluster that is being filled."""

    def __init__(self, nodes: Iterable[Node], workloads: Iterable[Workload], running: Iterable[NodeUse]) -> None:
        self.cluster = Cluster(nodes, [Kind(workload) for workload in workloads])
        self._fixed: dict[object, Sequence[Filter]] = {}
        kinds = {kind.workload.key: kind for kind in self.cluster.kinds}
        indices = {node.name: index for index, node in enumerate(self.cluster.nodes)}
        for use in running:
            for workload, number in use.workloads if use.node.name in indices else ():
                if workload.key in kinds:
                    self.cluster.put(kinds[workload.key], indices[use.node.name], number)

    def schedule(self) -> tuple[Pending, ...]:
        """Place every pod that does not run yet; returns those that find no place."""
        cluster, arrivals = self.cluster, count()
        running = self._running()
        queue = [_queued(kind, only, arrivals) for kind in cluster.kinds for only in self._missing(kind, running[kind])]
        heapify(queue)
        waiting: Counter[Kind] = Counter()
        reasons: dict[Kind, str] = {}
        while queue:
            pod = heappop(queue)
            outcome = self.find_place(pod)
            if isinstance(outcome, str):
                waiting[pod.kind] += 1
                reasons[pod.kind] = outcome
                continue
            for victim in outcome.victims:
                cluster.put(victim, outcome.node, -1)
                only = outcome.node if victim.workload.controller == "DaemonSet" else None
                heappush(queue, _queued(victim, only, arrivals))
            cluster.put(pod.kind, outcome.node)
        return tuple(Pending(kind.workload, pods, reasons[kind]) for kind, pods in waiting.items())

    def find_place(self, pod: _Queued) -> Room | str:
        """The place of one more pod, or in the scheduler's words why there is none."""
        cluster, fixed = self.cluster, self._fixed_filters(pod.kind)
        filters = filters_for(pod.kind, cluster, fixed)
        found = feasible(filters)
        if pod.only is not None:
            found = found[found == pod.only]
        if len(found):
            return Room(best(pod.kind, cluster, found), ())
        refusals = dict(_refusals(filters, pod.only, len(cluster.nodes)))
        room = make_room(pod.kind, cluster, fixed, refusals)
        if isinstance(room, Room):
            return room
        reasons = Counter(reason for unfit in refusals.values() for reason in unfit.reasons)
        return f"{sentence(len(cluster.nodes), reasons)} {NO_CLAIMS}, {room}"

    def _fixed_filters(self, kind: Kind) -> Sequence[Filter]:
        """Most pods ask for the same: what they ask is looked at once."""
        pod, controller = kind.workload.pod, kind.workload.controller
        key = (
            controller == "DaemonSet",
            pod.tolerated_taints,
            tuple(pod.node_selector.items()),
            pod.constraints.node_affinity,
        )
        if key not in self._fixed:
            self._fixed[key] = fixed_filters(kind, self.cluster)
        return self._fixed[key]

    def _running(self) -> Mapping[Kind, Counter[int]]:
        found: dict[Kind, Counter[int]] = {kind: Counter() for kind in self.cluster.kinds}
        for index, pods in enumerate(self.cluster.pods):
            for kind, number in pods.items():
                found[kind][index] = number
        return found

    def _missing(self, kind: Kind, running: Counter[int]) -> Iterable[int | None]:
        """For each pod of a workload that does not run yet the node that it belongs to, if it does."""
        workload = kind.workload
        if workload.controller != "DaemonSet":
            return [None] * (workload.replicas - running.total())
        nodes = enumerate(self.cluster.nodes)
        return [index for index, node in nodes if not running[index] and admits(node, workload.pod)]


def _queued(kind: Kind, only: int | None, arrivals: Iterator[int]) -> _Queued:
    return _Queued((-kind.workload.pod.priority, next(arrivals)), kind, only)


def _refusals(filters: Sequence[Filter], only: int | None, nodes: int) -> Iterator[tuple[int, Unfit]]:
    for index in range(nodes):
        unfit = NOT_ITS_NODE if only not in (None, index) else first_refusal(filters, index)
        if unfit is not None:
            yield index, unfit

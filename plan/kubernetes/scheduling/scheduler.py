"""A cluster that is being filled, one pod after the other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import chain, count
from typing import NamedTuple, cast

import numpy as np

from plan.cluster.nodes import admits
from plan.kubernetes.scheduling.cluster import Cluster, Integers
from plan.kubernetes.scheduling.filters import (
    Filter,
    Unfit,
    feasible,
    filters_for,
    first_refusal,
    fixed_filters,
    is_counted_alone,
    labelled,
    on_one_node,
)
from plan.kubernetes.scheduling.kinds import Kind
from plan.kubernetes.scheduling.preemption import Room, make_room
from plan.kubernetes.scheduling.scores import best
from plan.model import Node, NodeUse, Pending, Workload
from plan.model.constraints import Selector
from plan.model.placement import NoPlace, Obstacle, Obstacles

NOT_ITS_NODE = Unfit((Obstacle("other-node"),), False)
"""A pod of a daemonset belongs to one node."""


class Queued(NamedTuple):
    """A pod that waits; they come out by priority, then in the order in which they came."""

    order: tuple[int, int]
    kind: Kind
    only: int | None
    """Index of the node that it belongs to, of a daemonset."""


class _Waiting:
    """Pods that found no place. Those of one workload are alike: one of them is tried again first."""

    def __init__(self) -> None:
        self._pods: dict[Kind, list[Queued]] = {}
        self._reasons: dict[Kind, NoPlace] = {}
        self._dependent: dict[Kind, Sequence[Selector]] = {}

    def add(self, pod: Queued, reason: NoPlace) -> None:
        """A pod finds no place, for a reason."""
        self._pods.setdefault(pod.kind, []).append(pod)
        self._reasons[pod.kind] = reason
        needed = (*pod.kind.constraints.near, *pod.kind.required_spread)
        if needed:
            self._dependent[pod.kind] = [each.selector for each in needed]

    def woken_by_room(self) -> Iterator[Queued]:
        """Pods to try again when others have gone."""
        return chain.from_iterable(self._taken(kind) for kind in list(self._pods))

    def woken_by(self, placed: Kind) -> Iterator[Queued]:
        """Pods to try again when one has been placed: more of its kind, and those that want it near or spread."""
        helped = {
            kind: None
            for kind, selectors in self._dependent.items()
            if any(placed.is_selected(kind, selector) for selector in selectors)
        }
        return chain.from_iterable(self._taken(kind) for kind in {placed: None, **helped})

    def _taken(self, kind: Kind) -> Sequence[Queued]:
        pods = self._pods.pop(kind, [])
        number = len(pods) if kind.workload.controller == "DaemonSet" else 1
        if left := pods[number:]:
            self._pods[kind] = left
        return pods[:number]

    def pending(self) -> tuple[Pending, ...]:
        """All of them, by workload."""
        return tuple(Pending(kind.workload, len(pods), self._reasons[kind]) for kind, pods in self._pods.items())


class Scheduler:
    """A cluster that is being filled."""

    def __init__(self, nodes: Iterable[Node], workloads: Iterable[Workload], running: Iterable[NodeUse] = ()) -> None:
        """Nodes with the pods on them that are `running`, and every workload whose pods there will be."""
        self.cluster = Cluster(nodes, [Kind(workload) for workload in workloads])
        self._fixed: dict[object, Sequence[Filter]] = {}
        kinds = {kind.workload.key: kind for kind in self.cluster.kinds}
        indices = {node.name: index for index, node in enumerate(self.cluster.nodes)}
        for use in running:
            for workload, number in use.workloads if use.node.name in indices else ():
                if workload.key in kinds:
                    self.cluster.put(kinds[workload.key], indices[use.node.name], number)

    def schedule(self, stuck: Iterable[Pending] = ()) -> tuple[Pending, ...]:
        """Place every pod that does not run yet; returns those that find no place.

        `stuck` are known to find none next to what runs. They are looked at only when other pods go.

        Pods that wait are looked at again when others go, and when one comes that may help them. So a more important
        one that never preempts takes the room that a lesser one has made.
        """
        cluster, arrivals = self.cluster, count()
        known = {each.workload.key: each.reason for each in stuck}
        queue: list[Queued] = []
        waiting = _Waiting()
        for pod in self.missing(arrivals):
            reason = known.get(pod.kind.workload.key)
            if reason and not pod.kind.claims and is_counted_alone(pod.kind, cluster):
                waiting.add(pod, reason)
            else:
                queue.append(pod)
        heapify(queue)
        while queue:
            pod = heappop(queue)
            room = self.room(pod.kind, pod.only)
            if isinstance(room, NoPlace):
                waiting.add(pod, room)
                continue
            for victim in room.victims:
                cluster.put(victim, room.node, -1)
                only = room.node if victim.workload.controller == "DaemonSet" else None
                heappush(queue, _queued(victim, only, arrivals))
            woken = list(waiting.woken_by_room()) if room.victims else []
            if any(each.order[0] < pod.order[0] for each in woken):
                woken.append(pod)
            else:
                cluster.put(pod.kind, room.node)
                woken += waiting.woken_by(pod.kind)
            for each in woken:
                heappush(queue, each)
        return waiting.pending()

    def room(self, kind: Kind, only: int | None = None) -> Room | NoPlace:
        """The place of one more pod, the first of `rooms`; or why there is none."""
        found = self._find(kind, only)
        if isinstance(found, NoPlace):
            return found
        return Room(int(found[0]), ()) if isinstance(found, np.ndarray) else found[0]

    def rooms(self, kind: Kind, only: int | None = None) -> Sequence[Room] | NoPlace:
        """The equally good rooms of which the scheduler takes any for one more pod, or why there is none.

        `only` is the node that the pod of a daemonset belongs to.
        """
        found = self._find(kind, only)
        return [Room(int(index), ()) for index in found] if isinstance(found, np.ndarray) else found

    def _find(self, kind: Kind, only: int | None) -> Integers | Sequence[Room] | NoPlace:
        """The nodes with room, or else rooms that can be made, or else why there is none."""
        cluster, fixed = self.cluster, self._fixed_filters(kind)
        if only is not None:
            fixed = on_one_node(fixed, only)
        filters = filters_for(kind, cluster, fixed)
        found = feasible(filters)
        if len(found):
            return best(kind, cluster, found, labelled(fixed))
        refusals = dict(_refusals(filters, only, len(cluster.nodes)))
        rooms = make_room(kind, cluster, fixed, refusals)
        if rooms and isinstance(rooms[0], Room):
            return cast("Sequence[Room]", rooms)
        obstacles = Counter(reason for unfit in refusals.values() for reason in unfit.reasons)
        return NoPlace(len(cluster.nodes), tuple(obstacles.items()), cast("Obstacles | None", rooms))

    def missing(self, arrivals: Iterator[int]) -> Iterator[Queued]:
        """The pods that do not run yet, in the order in which the workloads are declared."""
        running: Mapping[Kind, Counter[int]] = {kind: Counter() for kind in self.cluster.kinds}
        for index, pods in enumerate(self.cluster.pods):
            for kind, number in pods.items():
                running[kind][index] = number
        for kind in self.cluster.kinds:
            for only in self._missing(kind, running[kind]):
                yield _queued(kind, only, arrivals)

    def _missing(self, kind: Kind, running: Counter[int]) -> Iterable[int | None]:
        """For each pod of a workload that does not run yet the node that it belongs to, if it does."""
        workload = kind.workload
        if workload.controller != "DaemonSet":
            return [None] * (workload.replicas - running.total())
        nodes = enumerate(self.cluster.nodes)
        return [index for index, node in nodes if not running[index] and admits(node, workload.pod)]

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


def _queued(kind: Kind, only: int | None, arrivals: Iterator[int]) -> Queued:
    return Queued((-kind.workload.pod.priority, next(arrivals)), kind, only)


def _refusals(filters: Sequence[Filter], only: int | None, nodes: int) -> Iterator[tuple[int, Unfit]]:
    for index in range(nodes):
        unfit = NOT_ITS_NODE if only not in (None, index) else first_refusal(filters, index)
        if unfit is not None:
            yield index, unfit

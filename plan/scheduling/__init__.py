"""Where pods go: the filters, scores and preemption of kube-scheduler 1.34 with its default profile.

Not modelled: dynamic resources, attached volumes other than by their number, more than a hundred nodes being
looked at only in part, and time: all pods are there at once, and the most important is placed first.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple

from plan.model import Node, NodeUse, Pending, Workload
from plan.nodes import admits
from plan.scheduling.filters import Unfit, filters_for, first_refusal
from plan.scheduling.preemption import Room, make_room, sentence
from plan.scheduling.scores import best
from plan.scheduling.state import Cluster, Kind, Place

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
    cluster = Cluster(nodes, [Kind(workload) for workload in workloads if workload.is_steady])
    _put_running(cluster, running)
    waiting = _schedule(cluster)
    return tuple(_use(each) for each in cluster.places), waiting


def one_more(
    nodes: Iterable[Node], workloads: Iterable[Workload], running: Iterable[NodeUse], candidates: Iterable[Workload]
) -> Iterator[tuple[Workload, str]]:
    """Those candidates of which no node would take one more pod beside what runs, and why; jobs among them."""
    kinds = {each.key: Kind(each) for each in workloads}
    cluster = Cluster(nodes, kinds.values())
    _put_running(cluster, running)
    for candidate in candidates:
        outcome = _place_one(cluster, _Queued((0, 0), kinds[candidate.key], None))
        if isinstance(outcome, str):
            yield candidate, outcome


def _use(place: Place) -> NodeUse:
    pods = tuple((kind.workload, number) for kind, number in place.pods.items())
    return NodeUse(place.node, dict(place.used), place.limits, place.volumes, place.pods.total(), pods)


def _put_running(cluster: Cluster, running: Iterable[NodeUse]) -> None:
    kinds = {kind.workload.key: kind for kind in cluster.kinds}
    places = {place.node.name: place for place in cluster.places}
    for use in running:
        for workload, number in use.workloads if use.node.name in places else ():
            if workload.key in kinds:
                cluster.put(kinds[workload.key], places[use.node.name], number)


def _schedule(cluster: Cluster) -> tuple[Pending, ...]:
    arrivals = count()
    queue = [_queued(kind, only, arrivals) for kind in cluster.kinds for only in _missing(cluster, kind)]
    heapify(queue)
    waiting: Counter[Kind] = Counter()
    reasons: dict[Kind, str] = {}
    while queue:
        pod = heappop(queue)
        outcome = _place_one(cluster, pod)
        if isinstance(outcome, str):
            waiting[pod.kind] += 1
            reasons[pod.kind] = outcome
            continue
        for victim in outcome.victims:
            cluster.put(victim, outcome.place, -1)
            heappush(queue, _queued(victim, _node_of(cluster, victim, outcome.place), arrivals))
        cluster.put(pod.kind, outcome.place)
    return tuple(Pending(kind.workload, pods, reasons[kind]) for kind, pods in waiting.items())


def _queued(kind: Kind, only: int | None, arrivals: Iterator[int]) -> _Queued:
    return _Queued((-kind.workload.pod.priority, next(arrivals)), kind, only)


def _missing(cluster: Cluster, kind: Kind) -> Iterable[int | None]:
    """For each pod of a workload that does not run yet the node that it belongs to, if it does."""
    workload = kind.workload
    if workload.controller != "DaemonSet":
        return [None] * (workload.replicas - sum(place.pods[kind] for place in cluster.places))
    return [
        index for index, place in enumerate(cluster.places) if admits(place.node, workload.pod) and not place.pods[kind]
    ]


def _node_of(cluster: Cluster, kind: Kind, place: Place) -> int | None:
    return cluster.places.index(place) if kind.workload.controller == "DaemonSet" else None


def _place_one(cluster: Cluster, pod: _Queued) -> Room | str:
    filters = filters_for(pod.kind, cluster)
    refusals: dict[int, Unfit] = {}
    feasible: list[Place] = []
    for index, candidate in enumerate(cluster.places):
        unfit = NOT_ITS_NODE if pod.only not in (None, index) else first_refusal(filters, candidate)
        if unfit is None:
            feasible.append(candidate)
        else:
            refusals[index] = unfit
    if feasible:
        return Room(best(pod.kind, cluster, feasible), ())
    room = make_room(pod.kind, cluster, refusals)
    if isinstance(room, Room):
        return room
    reasons = Counter(reason for unfit in refusals.values() for reason in unfit.reasons)
    return f"{sentence(len(cluster.places), reasons)} {NO_CLAIMS}, {room}"

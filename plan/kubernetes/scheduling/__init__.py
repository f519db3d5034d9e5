"""Where pods go: the filters, scores and preemption of kube-scheduler 1.34 with its default profile.

Not modelled: dynamic resources, attached volumes other than by their number, their zone and who shares them, which
images a node has already, that of more than a hundred nodes only a part is looked at, and time: all pods are there at
once, and the most important is placed first.
"""

from collections.abc import Iterable, Iterator

from plan.kubernetes.scheduling.kinds import Kind
from plan.kubernetes.scheduling.preemption import Room
from plan.kubernetes.scheduling.scheduler import Scheduler
from plan.model import Node, NodeUse, Pending, Workload
from plan.model.placement import NoPlace

__all__ = ["Kind", "Room", "Scheduler", "one_more", "place", "staying"]


def place(
    nodes: Iterable[Node],
    workloads: Iterable[Workload],
    running: Iterable[NodeUse] = (),
    stuck: Iterable[Pending] = (),
) -> tuple[tuple[NodeUse, ...], tuple[Pending, ...]]:
    """Place the pods that run all the time; those of jobs come and go and are not placed.

    Pods that are `running` stay where they are, unless more important ones push them out. What runs on a node that is
    not among `nodes` is placed again. `stuck` are pods known to find no place next to `running`, on
    these nodes or more: it saves another search.
    """
    scheduler = Scheduler(nodes, [workload for workload in workloads if workload.is_steady], running)
    waiting = scheduler.schedule(stuck)
    return scheduler.cluster.uses(), waiting


def staying(running: Iterable[NodeUse], nodes: Iterable[Node], workloads: Iterable[Workload]) -> Iterator[NodeUse]:
    """The pods that stay where they are while a lab is changed: those whose node and whose workload's pod are the same,
    as many as are still wanted."""
    nodes_now, wanted = {node.name: node for node in nodes}, {each.key: each for each in workloads}
    left = {key: workload.replicas for key, workload in wanted.items()}
    for use in running:
        if nodes_now.get(use.node.name) != use.node:
            continue
        kept: list[tuple[Workload, int]] = []
        for workload, count in use.workloads:
            now = wanted.get(workload.key)
            number = min(count, left.get(workload.key, 0)) if now and now.pod == workload.pod else 0
            if now and number:
                left[workload.key] -= number
                kept.append((now, number))
        yield use._replace(workloads=tuple(kept))


def one_more(
    nodes: Iterable[Node], workloads: Iterable[Workload], running: Iterable[NodeUse], candidates: Iterable[Workload]
) -> Iterator[tuple[Workload, NoPlace]]:
    """Candidates of which no node would take one more pod next to what runs, and why; jobs among them."""
    scheduler = Scheduler(nodes, workloads, running)
    kinds = {kind.workload.key: kind for kind in scheduler.cluster.kinds}
    for candidate in candidates:
        room = scheduler.room(kinds[candidate.key])
        if isinstance(room, NoPlace):
            yield candidate, room

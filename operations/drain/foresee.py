"""The drain of a node, predicted with the scheduler's own rules on the cluster that runs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from config.suggest import did_you_mean
from observation import Observation
from observation.objects import name_of, namespace_of, spec_of, status_of
from operations.drain.blockers import Blocker, blockers
from operations.drain.short import Short, shortages
from operations.snapshot import NO_LIMIT_OF_VOLUMES, Snapshot, snapshot
from plan.cluster.nodes import UNSCHEDULABLE
from plan.kubernetes.scheduling import place
from plan.model import Manifest, Node, NodeUse, Pending, Workload
from plan.model.fields import entries, number

DEFAULT_GRACE_SECONDS = 30


Meanwhile = Literal["goes-on", "no-majority", "down", "gone"]
"""How a workload fares until its pods have started elsewhere: other pods of it run; half of the pods of a statefulset
or more are away at once, so that its members may find no majority; none runs; it is gone for good."""


class UnknownNode(Exception):
    """The cluster has no such node; the message names those that it has."""


class Move(NamedTuple):
    """Pods of one workload that the drain evicts."""

    namespace: str
    workload: str
    pods: int
    to: tuple[tuple[str, int], ...]
    """Nodes that would take them, and how many each: one of several answers where nodes score alike."""
    without_place: int
    reason: str | None
    """In the scheduler's words, where some find no place."""
    meanwhile: Meanwhile
    grace_seconds: int
    """It may take so long to stop."""
    among: tuple[str, ...] = ()
    """All nodes that they may go to, where that was asked for."""

    @property
    def interrupted(self) -> bool:
        """Whether no other pod of it runs meanwhile."""
        return self.meanwhile in ("down", "gone")


class Slots(NamedTuple):
    """Volume slots of a node that stays."""

    node: str
    before: int
    after: int
    limit: int | None
    """None where no CSI driver reports one."""


class Drain(NamedTuple):
    """Effects of a drain."""

    node: str
    namespaces: tuple[tuple[str, int], ...]
    """Pods that would be evicted, by namespace, most first."""
    moves: tuple[Move, ...]
    blockers: tuple[Blocker, ...]
    staying: int
    """Pods of daemonsets and of the node itself, which a drain leaves."""
    scratch: tuple[str, ...]
    """Pods that lose scratch space (emptyDir)."""
    slots: tuple[Slots, ...]
    """Volume slots of the nodes that get more volumes."""
    short: tuple[Short, ...] = ()
    """Memory and CPU of which pods that find no place have too little."""

    @property
    def can_end(self) -> bool:
        """Whether nothing holds it up."""
        return not self.blockers


def foresee(observation: Observation, name: str, cluster: Snapshot | None = None) -> Drain:
    """The drain of a node. `cluster` is the snapshot of the observation, where it was taken. Raises UnknownNode."""
    cluster = cluster or snapshot(observation)
    node = next((each for each in cluster.nodes if each.name == name), None)
    if node is None:
        if not cluster.nodes:
            raise UnknownNode(f"no node of the cluster was read, so {name} is not known: see what could not be asked")
        names = [each.name for each in cluster.nodes]
        raise UnknownNode(f"the cluster has no node {name}{did_you_mean(name, names)}")
    evicted = tuple(pod for pod in observation.pods_on(name) if is_evicted(pod))
    uses, waiting = after_drain(cluster, node)
    moves = tuple(_moves(cluster, node, uses, waiting, evicted, observation))
    namespaces = Counter(namespace_of(pod) or "" for pod in evicted)
    here = next(use for use in cluster.uses if use.node is node)
    return Drain(
        node=name,
        namespaces=tuple(namespaces.most_common()),
        moves=moves,
        blockers=(*blockers(observation, evicted, name), *_without_place(moves)),
        staying=sum(status_of(pod).get("phase") == "Running" for pod in observation.pods_on(name)) - len(evicted),
        scratch=tuple(name_of(pod) for pod in evicted if _has_scratch(pod)),
        slots=tuple(_slots(cluster, uses, node)),
        short=tuple(shortages([(each, _missing(cluster, each)) for each in waiting if _is_on(each, here)], uses, node)),
    )


def _is_on(waits: Pending, use: NodeUse) -> bool:
    return any(
        workload.key == waits.workload.key and workload.controller != "DaemonSet" for workload, _ in use.workloads
    )


def _missing(cluster: Snapshot, waits: Pending) -> int:
    """Its pods that find no place by the drain, without those that wait already."""
    return max(0, waits.pods - {each.key: count for each, count in cluster.waiting}.get(waits.workload.key, 0))


def is_evicted(pod: Manifest) -> bool:
    """Whether a drain makes a pod go: not one that has ended, nor one of a daemonset or of the node itself."""
    if status_of(pod).get("phase") in ("Succeeded", "Failed"):
        return False
    owner = next((each for each in entries(pod, "metadata", "ownerReferences") if each.get("controller")), None)
    return owner is None or owner["kind"] not in ("DaemonSet", "Node")


def _has_scratch(pod: Manifest) -> bool:
    return any("emptyDir" in volume for volume in entries(spec_of(pod), "volumes"))


def after_drain(cluster: Snapshot, node: Node) -> tuple[tuple[NodeUse, ...], tuple[Pending, ...]]:
    """The cluster when the pods of a node have gone elsewhere, and those that find no place."""
    cordoned = node._replace(taints={**node.taints, UNSCHEDULABLE: ""})
    nodes = [cordoned if each is node else each for each in cluster.nodes]
    staying = [use for use in cluster.uses if use.node is not node]
    return place(nodes, cluster.workloads, staying)


def _moves(
    cluster: Snapshot,
    node: Node,
    uses: Iterable[NodeUse],
    waiting: Iterable[Pending],
    evicted: Iterable[Manifest],
    observation: Observation,
) -> Iterator[Move]:
    before = {use.node.name: _counts(use) for use in cluster.uses}
    pending = {each.workload.key: each for each in waiting}
    grace = {_controller(observation, pod): _grace(pod) for pod in evicted}
    bare = {(namespace_of(pod), name_of(pod)) for pod in cluster.bare}
    for workload, places in gained(cluster, node, uses):
        is_bare = (workload.namespace, workload.name) in bare
        waits = pending.get(workload.key)
        missing = _missing(cluster, waits) if waits else 0
        yield Move(
            namespace=workload.namespace,
            workload=workload.name,
            pods=before[node.name][workload.key],
            to=() if is_bare else places,
            without_place=0 if is_bare else missing,
            reason=str(waits.reason) if waits and missing and not is_bare else None,
            meanwhile="gone" if is_bare else fares(workload, *_here_and_elsewhere(before, node.name, workload)),
            grace_seconds=grace.get((workload.namespace, workload.name), DEFAULT_GRACE_SECONDS),
        )


def _here_and_elsewhere(
    before: Mapping[str, Counter[tuple[str, str, str]]], node: str, workload: Workload
) -> tuple[int, int]:
    """Its pods on the node, and on all others."""
    return before[node][workload.key], sum(counts[workload.key] for name, counts in before.items() if name != node)


def fares(workload: Workload, here: int, elsewhere: int) -> Meanwhile:
    """How a workload fares that loses its pods on a node at once."""
    if not elsewhere:
        return "down"
    is_quorum = workload.controller == "StatefulSet" and here + elsewhere > 2
    return "no-majority" if is_quorum and here >= elsewhere else "goes-on"


def gained(
    cluster: Snapshot, node: Node, uses: Iterable[NodeUse]
) -> Iterator[tuple[Workload, tuple[tuple[str, int], ...]]]:
    """Workloads with pods on a node, and the other nodes that have more of them afterwards."""
    before = {use.node.name: _counts(use) for use in cluster.uses}
    after = {use.node.name: _counts(use) for use in uses}
    for workload in cluster.workloads:
        if before[node.name][workload.key] and workload.controller != "DaemonSet":
            yield (
                workload,
                tuple(
                    sorted(
                        (name, more)
                        for name, counts in after.items()
                        if name != node.name and (more := counts[workload.key] - before[name][workload.key]) > 0
                    )
                ),
            )


def _counts(use: NodeUse) -> Counter[tuple[str, str, str]]:
    return Counter({workload.key: count for workload, count in use.workloads})


def _controller(observation: Observation, pod: Manifest) -> tuple[str, str]:
    return namespace_of(pod) or "", name_of(observation.top(pod))


def _grace(pod: Manifest) -> int:
    return number(spec_of(pod), "terminationGracePeriodSeconds", default=DEFAULT_GRACE_SECONDS)


def _without_place(moves: Iterable[Move]) -> Iterator[Blocker]:
    for move in moves:
        if move.without_place:
            yield Blocker("no-place", move.namespace, move.workload, move.reason or "")


def _slots(cluster: Snapshot, uses: Iterable[NodeUse], node: Node) -> Iterator[Slots]:
    before = {use.node.name: use.volumes for use in cluster.uses}
    for use in uses:
        if use.node.name != node.name and use.volumes != before[use.node.name]:
            slots = use.node.volume_slots
            limit = None if slots == NO_LIMIT_OF_VOLUMES else slots
            yield Slots(use.node.name, before[use.node.name], use.volumes, limit)

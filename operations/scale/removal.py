"""Whether a node could go: what is on it that no other node can take, and the one thing that keeps it."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from observation import Observation
from operations.drain import Drain, foresee
from operations.losses import hardest_to_lose
from operations.snapshot import NO_LIMIT_OF_VOLUMES, Snapshot, snapshot
from plan.cluster.nodes import admits
from plan.kubernetes.scheduling import place
from plan.model import Node, NodeUse, Pending
from plan.model.resources import CPU, MEMORY, pod_requests, sum_of

Kept = Literal[
    "control-plane",
    "device",
    "local-volume",
    "host-path",
    "memory",
    "cpu",
    "volume-slots",
    "no-place",
    "n-1",
    "not-tried",
]
"""`n-1`: without it the loss of a further node would leave pods without a place. `not-tried`: its pods have a place
elsewhere, and whether the loss of a further node would still be borne was only tried without the lightest nodes."""
MOST_REMOVALS = 8
"""Nodes whose removal is tried together with the loss of a further one."""


class Removal(NamedTuple):
    """A node, and what keeps it."""

    node: str
    pods: int
    """Pods that would have to move."""
    memory: int
    """Bytes that they request."""
    kept_by: Kept | None
    """None: it could go."""
    about: str
    """The device, the claim or folder, the pod without a place, the further node."""
    needed: int | None = None
    """Amount that the others would have to take: bytes, millicores, volumes."""
    there: int | None = None
    """Amount that they have."""


def removals(observed: Observation) -> tuple[Removal, ...]:
    """The nodes, lightest first among those that could go. Of a large cluster only the lightest are tried with the
    loss of a further node; the others are `not-tried`."""
    cluster = snapshot(observed)
    alone = [_alone(observed, cluster, use) for use in cluster.uses]
    found = sorted(alone, key=lambda each: (each.kept_by is not None, each.memory, each.node))
    further = _Further(cluster)
    for place_of, each in enumerate(found):
        if each.kept_by is None:
            is_light = place_of < MOST_REMOVALS
            found[place_of] = further.kept(each) if is_light else each._replace(kept_by="not-tried")
    return tuple(sorted(found, key=lambda each: (each.kept_by is not None, each.memory, each.node)))


def _alone(observed: Observation, cluster: Snapshot, use: NodeUse) -> Removal:
    """A node and what keeps it while all others stay."""
    drain = foresee(observed, use.node.name, cluster)
    moving = [(workload, count) for workload, count in use.workloads if workload.controller != "DaemonSet"]
    requests = sum_of(*(pod_requests(workload.pod) for workload, count in moving for _ in range(count)))
    base = Removal(use.node.name, sum(count for _, count in moving), requests.get(MEMORY, 0), None, "")
    return next(_keepers(cluster, use, drain, base), base)


def _keepers(cluster: Snapshot, use: NodeUse, drain: Drain, base: Removal) -> Iterator[Removal]:
    """Reasons to keep a node, the hardest to change first."""
    others = [each for each in cluster.uses if each.node.name != use.node.name]
    if use.node.role == "control-plane" and not any(each.node.role == "control-plane" for each in others):
        yield base._replace(kept_by="control-plane", about="it is the only node")
    offered = {name for each in others for name, amount in each.node.allocatable.items() if amount}
    for name in use.requests:
        if use.requests[name] and "/" in name and name not in offered:
            yield base._replace(kept_by="device", about=name)
    for blocker in drain.blockers:
        if blocker.kind == "local-volume":
            yield base._replace(kept_by="local-volume", about=f"{blocker.namespace}/{blocker.name}")
        elif blocker.kind == "host-path":
            yield base._replace(kept_by="host-path", about=f"{blocker.detail} of {blocker.namespace}/{blocker.name}")
    stuck = [move for move in drain.moves if move.without_place]
    if stuck:
        yield from _sums(use, others, base)
        move = stuck[0]
        yield base._replace(kept_by="no-place", about=f"{move.namespace}/{move.workload}: {move.reason}")


def _sums(use: NodeUse, others: list[NodeUse], base: Removal) -> Iterator[Removal]:
    """A resource of which the pods of the node and of those that take them ask for more than there is."""
    moving = [(workload, count) for workload, count in use.workloads if workload.controller != "DaemonSet"]
    takers = [each for each in others if any(admits(each.node, workload.pod) for workload, _ in moving)]
    needs = sum_of(
        *(each.requests for each in takers),
        *(pod_requests(workload.pod) for workload, count in moving for _ in range(count)),
    )
    has = sum_of(*(each.node.allocatable for each in takers))
    resources: tuple[tuple[Kept, str], ...] = (("memory", MEMORY), ("cpu", CPU))
    for kept, resource in resources:
        if needs.get(resource, 0) > has.get(resource, 0):
            yield base._replace(kept_by=kept, about=resource, needed=needs.get(resource, 0), there=has.get(resource, 0))
    slots = sum(each.node.volume_slots for each in takers)
    volumes = sum(each.volumes for each in takers) + use.volumes
    if slots < NO_LIMIT_OF_VOLUMES and volumes > slots:
        yield base._replace(kept_by="volume-slots", about="volume slots", needed=volumes, there=slots)


class _Further:
    """Losses of a further node when one has gone."""

    def __init__(self, cluster: Snapshot) -> None:
        self._cluster = cluster
        self._before = sum(count for _, count in cluster.waiting)
        self._borne: dict[str, bool] = {}
        """By node, whether its loss leaves no pod without a place today: only then is there something to lose."""

    def kept(self, removal: Removal) -> Removal:
        """A node that could go, and the further node whose loss would then leave pods without a place."""
        cluster = self._cluster
        staying = [use for use in cluster.uses if use.node.name != removal.node]
        nodes = [use.node for use in staying]
        uses, _ = place(nodes, cluster.workloads, staying)
        for lost in hardest_to_lose(nodes, uses) if len(nodes) > 1 else ():
            if lost.role != "control-plane" and self._is_borne(lost.name):
                short = _short(nodes, cluster, uses, lost.name)
                if sum(each.pods for each in short) > self._before:
                    first = short[0].workload
                    about = f"{lost.name} ({first.namespace}/{first.name} would wait)"
                    return removal._replace(kept_by="n-1", about=about)
        return removal

    def _is_borne(self, lost: str) -> bool:
        if lost not in self._borne:
            cluster = self._cluster
            short = _short([use.node for use in cluster.uses], cluster, cluster.uses, lost)
            self._borne[lost] = sum(each.pods for each in short) <= self._before
        return self._borne[lost]


def _short(nodes: Iterable[Node], cluster: Snapshot, uses: Iterable[NodeUse], lost: str) -> list[Pending]:
    """Workloads without a place when a node is lost; a daemonset's pods need none elsewhere."""
    kept = [use for use in uses if use.node.name != lost]
    _, waiting = place([node for node in nodes if node.name != lost], cluster.workloads, kept)
    return [each for each in waiting if each.workload.controller != "DaemonSet"]

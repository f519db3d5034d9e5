"""Whether a node could go: what is on it that no other node can take, and the one thing that keeps it."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from observation import Observation
from operations.drain import Drain, foresee
from operations.snapshot import NO_LIMIT_OF_VOLUMES, Snapshot, snapshot
from plan.cluster.nodes import admits
from plan.kubernetes.scheduling import place
from plan.model import NodeUse
from plan.model.resources import CPU, MEMORY, pod_requests, sum_of

Kept = Literal[
    "control-plane", "device", "local-volume", "host-path", "memory", "cpu", "volume-slots", "no-place", "n-1"
]
"""`n-1`: without it the loss of a further node would leave pods without a place."""


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
    """The nodes, lightest first among those that could go."""
    cluster = snapshot(observed)
    found = [_removal(observed, cluster, use) for use in cluster.uses]
    return tuple(sorted(found, key=lambda each: (each.kept_by is not None, each.memory, each.node)))


def _removal(observed: Observation, cluster: Snapshot, use: NodeUse) -> Removal:
    drain = foresee(observed, use.node.name)
    moving = [(workload, count) for workload, count in use.workloads if workload.controller != "DaemonSet"]
    requests = sum_of(*(pod_requests(workload.pod) for workload, count in moving for _ in range(count)))
    base = Removal(use.node.name, sum(count for _, count in moving), requests.get(MEMORY, 0), None, "")
    return next(_keepers(observed, cluster, use, drain, base), base)


def _keepers(observed: Observation, cluster: Snapshot, use: NodeUse, drain: Drain, base: Removal) -> Iterator[Removal]:
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
        return
    if further := _lost_then(cluster, use):
        yield base._replace(kept_by="n-1", about=further)


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


def _lost_then(cluster: Snapshot, gone: NodeUse) -> str | None:
    """A further node whose loss would then leave pods without a place that find one today."""
    before = sum(count for _, count in cluster.waiting)
    nodes = [use.node for use in cluster.uses if use.node.name != gone.node.name]
    uses, _ = place(nodes, cluster.workloads, [use for use in cluster.uses if use.node.name != gone.node.name])
    for lost in nodes if len(nodes) > 1 else ():
        if lost.role == "control-plane" or not _replaceable(cluster, lost.name):
            continue
        _, waiting = place(
            [node for node in nodes if node.name != lost.name],
            cluster.workloads,
            [use for use in uses if use.node.name != lost.name],
        )
        short = [each for each in waiting if each.workload.controller != "DaemonSet"]
        if sum(each.pods for each in short) > before:
            first = short[0].workload
            return f"{lost.name} ({first.namespace}/{first.name} would wait)"
    return None


def _replaceable(cluster: Snapshot, lost: str) -> bool:
    """Whether the loss of a node leaves no pod without a place today: only then is there something to lose."""
    _, waiting = place(
        [use.node for use in cluster.uses if use.node.name != lost],
        cluster.workloads,
        [use for use in cluster.uses if use.node.name != lost],
    )
    before = sum(count for _, count in cluster.waiting)
    return sum(each.pods for each in waiting if each.workload.controller != "DaemonSet") <= before

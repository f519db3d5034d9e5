"""Remedies for a pod that no node takes however empty it is: each was tried."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from config.lab import Lab
from plan.capacity.groups import copy, standard_worker
from plan.cluster.nodes import CONTROL_PLANE_LABEL, ZONE_LABEL, untolerated
from plan.model import Edit, Pending, Pod, Remedy, Workload
from plan.model.constraints import Constraints, Spread
from plan.scenarios import edits
from plan.scenarios.blockers import (
    Blocker,
    KeptApart,
    MissingLabel,
    NoNodeWithAll,
    NothingNear,
    OnePerDomain,
    OnePerNode,
    OutOfReach,
    PortsTaken,
    SpreadOverClosed,
    SpreadWithoutLabel,
    Tainted,
    TooLarge,
    TooLargeTogether,
)
from plan.scenarios.device_remedies import device_steps
from plan.scenarios.snapshot import ClusterSnapshot
from plan.scenarios.trials import helps, helps_all
from plan.tiers.conventions import GPU_NODE_LABEL, GPU_TAINT

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"

OPEN_CONTROL_PLANE = Remedy(
    "write control_plane_taint: false in cluster.yaml", (Edit(("cluster", "control_plane_taint"), False),)
)


def _devices(
    lab: Lab, snapshot: ClusterSnapshot, found: Iterable[Blocker], is_enough: Callable[[ClusterSnapshot], bool]
) -> Iterator[Remedy]:
    """The first node of which a device helps."""
    for remedy, changed in device_steps(lab, snapshot, found):
        if is_enough(changed):
            yield remedy
            return


def remedies_together(
    lab: Lab, snapshot: ClusterSnapshot, group: Sequence[Pending], found: Sequence[Blocker]
) -> Iterator[Remedy]:
    """Steps each of which alone helps every workload of several that wait for the same causes."""
    taints = {taint for blocker in found if isinstance(blocker, Tainted) for taint in blocker.taints}
    if CONTROL_PLANE_LABEL in taints and helps_all(_control_plane_open(snapshot), group):
        yield OPEN_CONTROL_PLANE
    yield from _devices(lab, snapshot, found, lambda changed: helps_all(changed, group))


def blocker_remedies(
    lab: Lab, snapshot: ClusterSnapshot, pending: Pending, found: Iterable[Blocker]
) -> Iterator[Remedy]:
    """Steps of the same kind as the causes, each alone."""
    blockers = list(found)
    yield from _devices(lab, snapshot, blockers, lambda changed: helps(changed, pending.workload))
    yield from _without_labels(lab, snapshot, pending.workload, blockers)
    for blocker in blockers:
        match blocker:
            case MissingLabel() | NoNodeWithAll() | TooLargeTogether():
                pass
            case TooLarge(larger=larger):
                yield from _to_larger(lab, snapshot, pending.workload) if larger else ()
            case OutOfReach():
                yield from _on_its_host(snapshot, pending.workload, blocker)
            case Tainted():
                yield from _off_its_nodes(lab, snapshot, pending.workload) if blocker.selects else ()
                yield from _tolerating(lab, snapshot, pending.workload, blocker)
            case OnePerNode():
                yield from fewer_replicas(lab, snapshot, pending)
            case OnePerDomain():
                yield from fewer_replicas(lab, snapshot, pending)
                yield from _not_apart(lab, snapshot, pending.workload)
            case PortsTaken():
                yield from _other_ports(snapshot, pending.workload)
            case KeptApart():
                yield from _not_apart(lab, snapshot, pending.workload)
            case NothingNear():
                yield from _not_near(lab, snapshot, pending.workload)
            case SpreadWithoutLabel(topology_key) | SpreadOverClosed(topology_key):
                yield from fewer_replicas(lab, snapshot, pending)
                yield from _spread_loosely(lab, snapshot, pending.workload, topology_key)


def _on_its_host(snapshot: ClusterSnapshot, workload: Workload, blocker: OutOfReach) -> Iterator[Remedy]:
    """A worker on a host that has its volumes: one that stays, or a further one."""
    worker = standard_worker(snapshot.uses)
    if worker is None:
        return
    node = copy(worker)
    for host in blocker.hosts:
        there = node._replace(labels={**node.labels, ZONE_LABEL: host})
        if helps(snapshot._replace(nodes=(*snapshot.nodes, there)), workload):
            yield Remedy(f"keep a worker on {host}, or add one there: its volumes stay on that host")


def _pod(workload: Workload, pod: Pod) -> Workload:
    return workload._replace(pod=pod)


def _constrained(workload: Workload, constraints: Constraints) -> Workload:
    return _pod(workload, workload.pod._replace(constraints=constraints))


def _without_labels(
    lab: Lab, snapshot: ClusterSnapshot, workload: Workload, blockers: Iterable[Blocker]
) -> Iterator[Remedy]:
    pod = workload.pod
    missing = [each for each in blockers if isinstance(each, MissingLabel)]
    together = [each for each in blockers if isinstance(each, NoNodeWithAll)]
    selected = [each.requirement.key for each in missing if each.place == "node_selector"]
    candidates = [selected] if selected else []
    candidates += [[each.key] for one in together for each in one.selector if each.key in pod.node_selector]
    for keys in candidates if GPU_NODE_LABEL not in selected else ():
        left = {key: value for key, value in pod.node_selector.items() if key not in keys}
        if helps(snapshot, _pod(workload, pod._replace(node_selector=left))):
            words = f"take {' and '.join(keys)} out of node_selector of {workload.name}"
            yield Remedy(words, edits.selector_edits(lab, workload, keys))
    if any(each.place == "placement.affinity" for each in (*missing, *together)):
        yield from _without_affinity(lab, snapshot, workload)


def _tolerating(lab: Lab, snapshot: ClusterSnapshot, workload: Workload, blocker: Tainted) -> Iterator[Remedy]:
    taints = _fewest_taints(snapshot, workload, blocker)
    tolerated = workload.pod.tolerated_taints | set(taints)
    change = edits.toleration_edit(lab, workload, taints) if taints else ()
    if change and helps(snapshot, _pod(workload, workload.pod._replace(tolerated_taints=tolerated))):
        yield Remedy(f"tolerate {' and '.join(taints)} under placement.tolerations of {workload.name}", change)
    if CONTROL_PLANE_LABEL in blocker.taints and helps(_control_plane_open(snapshot), workload):
        yield OPEN_CONTROL_PLANE


def _control_plane_open(snapshot: ClusterSnapshot) -> ClusterSnapshot:
    nodes = [
        node._replace(taints={key: each for key, each in node.taints.items() if key != CONTROL_PLANE_LABEL})
        for node in snapshot.nodes
    ]
    return snapshot._replace(nodes=nodes)


def _fewest_taints(snapshot: ClusterSnapshot, workload: Workload, blocker: Tainted) -> tuple[str, ...]:
    """The taints of the node that has the fewest; that of a GPU is for pods that ask for one."""
    pods = [node for node in snapshot.nodes if node.name in blocker.nodes]
    found = [untolerated(node, workload.pod) for node in pods]
    without_gpu = [taints for taints in found if GPU_TAINT not in taints]
    return tuple(min(without_gpu, key=len, default=()))


def _off_its_nodes(lab: Lab, snapshot: ClusterSnapshot, workload: Workload) -> Iterator[Remedy]:
    """Labels of a selector without which other nodes take it."""
    pod = workload.pod
    for key in pod.node_selector:
        left = {label: value for label, value in pod.node_selector.items() if label != key}
        change = edits.selector_edits(lab, workload, [key])
        if change and helps(snapshot, _pod(workload, pod._replace(node_selector=left))):
            yield Remedy(f"take {key} out of node_selector of {workload.name}", change)


def _to_larger(lab: Lab, snapshot: ClusterSnapshot, workload: Workload) -> Iterator[Remedy]:
    """A step that lets it onto nodes that are large enough."""
    yield from _off_its_nodes(lab, snapshot, workload)
    yield from _without_affinity(lab, snapshot, workload)


def _without_affinity(lab: Lab, snapshot: ClusterSnapshot, workload: Workload) -> Iterator[Remedy]:
    free = _constrained(workload, workload.pod.constraints._replace(node_affinity=()))
    if workload.pod.constraints.node_affinity and helps(snapshot, free):
        words = f"take the required nodeAffinity out of placement.affinity of {workload.name}"
        yield Remedy(words, edits.affinity_edit(lab, workload, "nodeAffinity", REQUIRED))


def fewer_replicas(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> Iterator[Remedy]:
    """As many replicas as find a place."""
    fewer = pending.workload.replicas - pending.pods
    change = edits.replicas_edit(lab, pending.workload, fewer)
    if fewer and change and helps(snapshot, pending.workload._replace(replicas=fewer)):
        yield Remedy(f"write replicas: {fewer} for {pending.workload.name}", change)


def _other_ports(snapshot: ClusterSnapshot, workload: Workload) -> Iterator[Remedy]:
    if helps(snapshot, _constrained(workload, workload.pod.constraints._replace(host_ports=frozenset()))):
        yield Remedy(f"give {workload.name} ports of the node that nothing else takes")


def _not_apart(lab: Lab, snapshot: ClusterSnapshot, workload: Workload) -> Iterator[Remedy]:
    if helps(snapshot, _constrained(workload, workload.pod.constraints._replace(apart=()))):
        words = f"make the required podAntiAffinity of {workload.name} a preferred one"
        yield Remedy(words, edits.affinity_edit(lab, workload, "podAntiAffinity", REQUIRED))


def _not_near(lab: Lab, snapshot: ClusterSnapshot, workload: Workload) -> Iterator[Remedy]:
    if helps(snapshot, _constrained(workload, workload.pod.constraints._replace(near=()))):
        words = f"take the required podAffinity out of placement.affinity of {workload.name}"
        yield Remedy(words, edits.affinity_edit(lab, workload, "podAffinity", REQUIRED))


def _spread_loosely(lab: Lab, snapshot: ClusterSnapshot, workload: Workload, topology_key: str) -> Iterator[Remedy]:
    spread = workload.pod.constraints.spread
    honoring = tuple(_changed(each, topology_key, honors_taints=True) for each in spread)
    if honoring != spread and helps(
        snapshot, _constrained(workload, workload.pod.constraints._replace(spread=honoring))
    ):
        words = f"write nodeTaintsPolicy: Honor for {topology_key} under placement.spread of {workload.name}"
        yield Remedy(words, edits.spread_edits(lab, workload, topology_key, "nodeTaintsPolicy", "Honor"))
    softer = tuple(_changed(each, topology_key, required=False) for each in spread)
    if helps(snapshot, _constrained(workload, workload.pod.constraints._replace(spread=softer))):
        words = f"write whenUnsatisfiable: ScheduleAnyway for {topology_key} under placement.spread of {workload.name}"
        yield Remedy(words, edits.spread_edits(lab, workload, topology_key, "whenUnsatisfiable", "ScheduleAnyway"))


def _changed(spread: Spread, topology_key: str, **changes: bool) -> Spread:
    return spread._replace(**changes) if spread.topology_key == topology_key and spread.required else spread

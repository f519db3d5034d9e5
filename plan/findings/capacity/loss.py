"""Findings about losses: pods that have a place, and find none when one of several nodes is gone.

A pod that no other node would take even if it were empty, as one of the only GPU or of the only worker, waits for
its node by design: that is shown with the losses, and is no finding.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from config.lab import Lab
from plan.cluster.nodes import PODS, ZONE_LABEL
from plan.model import Finding, Node, NodeUse, Pending, Remedy, Workload
from plan.model.findings import Rule
from plan.model.resources import pod_requests
from plan.scenarios.blocker_words import amount_of
from plan.scenarios.blockers import SLOTS
from plan.scenarios.loss_remedies import loss_remedies, takes
from plan.scenarios.losses import Loss
from plan.scenarios.remedies import any_of
from plan.scenarios.snapshot import ClusterSnapshot
from plan.wording import listed

CONTROL_PLANE_ON_ONE_HOST = Rule(
    "CONTROL-PLANE-ON-ONE-HOST",
    "warning",
    title="One host has the majority of the control plane",
    meaning=(
        "Several control planes survive the loss of one, and of a host only if no host has more than half of them. "
        "The cluster's memory, etcd, needs a majority; without one nothing is started, moved or scaled."
    ),
    remedy="Spread them over three hosts or more.",
)

DRAIN_DOES_NOT_END = Rule(
    "DRAIN-DOES-NOT-END",
    "warning",
    title="A node cannot be drained",
    meaning=(
        "A drain evicts pods as their disruption budgets allow. Where the evicted pods find no place elsewhere, "
        "the budget allows no more evictions, and `kubectl drain` tries for ever: an upgrade of the nodes stops there."
    ),
    remedy=(
        "Make room for them elsewhere first, as the message says; or scale the workload down for the time of the drain."
    ),
)

NODE_LOSS_DOES_NOT_FIT = Rule(
    "NODE-LOSS-DOES-NOT-FIT",
    "warning",
    title="The lab does not survive the loss of a node",
    meaning=(
        "Everything has a place while all nodes are there. When the one that is named dies, some pods that run today "
        "find none, though other nodes could take them if there were room. Pods that only that node could take, as "
        "those of the only GPU, are left out."
    ),
    remedy="Do one of the things that the message names: each was tried, for every node whose loss is not survived.",
)


NOTHING_HELPS = (
    "no single step was found that helps: neither smaller requests, nor volumes on NFS, nor a further worker. Take "
    "several, or run less"
)


class _Lack(NamedTuple):
    """Something of which the nodes that are left have too little."""

    resource: str
    needed: int
    left: int
    most_on_one: int

    def sentence(self, nodes: int, pods: int) -> str:
        """How much is asked for, how much is left, and by how much that is too little."""
        who = "it needs" if pods == 1 else "they need"
        needed, left, most, short = (
            _amount(self.resource, each) for each in (self.needed, self.left, self.most_on_one, self.needed - self.left)
        )
        among = (
            "the one node that could take them has" if nodes == 1 else f"the {nodes} nodes that could take them have"
        )
        if self.needed > self.left:
            return f"{who} {needed}, and {among} {left} left: {short} too little"
        return f"{who} {needed}, and {among} {left} left in all, but at most {most} on one"


def loss_findings(lab: Lab, planned: ClusterSnapshot, losses: Sequence[Loss]) -> Iterator[Finding]:
    """Losses of one node that not everything survives, and drains that do not end for it: the worst is told, and
    which are like it. `planned` is the cluster as it is planned, no volume bound to a host yet."""
    found = [each for each in map(_hopeful, losses) if each.pending]
    dying = [each for each in found if each.event == "node"]
    held = [each for each in found if each.event == "drain" and each.held]
    names = list(dict.fromkeys(each.name for each in (*dying, *held)))
    remedies = tuple(loss_remedies(lab, planned, names)) if names else ()
    yield from _control_plane_on_one_host(planned, losses)
    if dying:
        yield _does_not_survive(dying, remedies)
    if held:
        yield _does_not_end(held, remedies)


def _control_plane_on_one_host(snapshot: ClusterSnapshot, losses: Iterable[Loss]) -> Iterator[Finding]:
    """Of several hosts one has the majority of several control planes."""
    members = [node for node in snapshot.nodes if node.role == "control-plane"]
    for loss in losses if len(members) > 1 else ():
        if loss.event == "host" and not loss.has_control_plane:
            here = [node.name for node in members if node.labels[ZONE_LABEL] == loss.name]
            yield CONTROL_PLANE_ON_ONE_HOST.finding(
                ("machines", here[0], "host"),
                f"{len(here)} of {len(members)} control planes ({', '.join(here)}) are on {loss.name}: when that host "
                "dies, nothing is started or moved elsewhere until it is back",
                f"put no more than {(len(members) - 1) // 2} of them on one host, for which it takes three hosts",
                facts={"here": tuple(here), "control_planes": len(members)},
            )


def _hopeful(loss: Loss) -> Loss:
    """A loss without what waits for its own node by design."""
    nodes = [use.node for use in loss.nodes if use.node.name != loss.name]
    pending = tuple(each for each in loss.pending if _elsewhere(each.workload, nodes))
    names = {each.workload.key for each in pending}
    return loss._replace(pending=pending, held=tuple(each for each in loss.held if each.key in names))


def _elsewhere(workload: Workload, nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if takes(node, workload.pod)]


def _does_not_survive(dying: Sequence[Loss], remedies: tuple[Remedy, ...]) -> Finding:
    worst = max(dying, key=lambda loss: sum(each.pods for each in loss.pending))
    others = [each.name for each in dying if each is not worst]
    alike = f". Not everything finds a place either when {_or(others)} dies" if others else ""
    return NODE_LOSS_DOES_NOT_FIT.finding(
        ("machines", worst.name),
        f"when {worst.name} dies, {_pods(worst.pending)} no place "
        f"({listed([_counted(each) for each in worst.pending])}): {'; '.join(_lacks(worst))}{alike}",
        any_of(remedies) or NOTHING_HELPS,
        remedies=remedies,
        facts={"pods": sum(each.pods for each in worst.pending), "machines": (worst.name, *others)},
    )


def _does_not_end(held: Sequence[Loss], remedies: tuple[Remedy, ...]) -> Finding:
    worst = max(held, key=lambda loss: len(loss.held))
    others = [each.name for each in held if each is not worst]
    alike = f"; nor does one of {_or(others)}" if others else ""
    workload = worst.held[0]
    return DRAIN_DOES_NOT_END.finding(
        ("machines", worst.name),
        f"a drain of {worst.name} does not end{alike}: the disruption budget of "
        f"{listed([each.name for each in worst.held])} allows {workload.max_unavailable} of {workload.replicas} pods "
        "to be evicted at a time, and those find no place elsewhere",
        any_of(remedies) or NOTHING_HELPS,
        remedies=remedies,
        facts={"held": tuple(each.name for each in worst.held), "machines": (worst.name, *others)},
    )


def _pods(pending: Iterable[Pending]) -> str:
    count = sum(each.pods for each in pending)
    return f"{count} pods that run today find" if count != 1 else "1 pod that runs today finds"


def _counted(pending: Pending) -> str:
    return pending.workload.name if pending.pods == 1 else f"{pending.pods} of {pending.workload.name}"


def _or(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _lacks(loss: Loss) -> Iterator[str]:
    """Resources of which the waiting pods find too little; the scheduler's words where nothing is counted."""
    counted = [*_counted_lacks(loss)]
    for lack, nodes in counted:
        yield lack.sentence(nodes, sum(each.pods for each in loss.pending))
    if not counted:
        yield str(loss.pending[0].reason).rstrip(".")


def _counted_lacks(loss: Loss) -> Iterator[tuple[_Lack, int]]:
    resources = dict.fromkeys(
        resource for each in loss.pending for resource in _wanted(each.workload) if _is_short(each, resource)
    )
    for resource in resources:
        waiting = [each for each in loss.pending if _is_short(each, resource)]
        uses = [use for use in loss.nodes if any(takes(use.node, each.workload.pod) for each in waiting)]
        left = [_left(use, resource) for use in uses]
        needed = sum(each.pods * _wanted(each.workload)[resource] for each in waiting)
        yield _Lack(resource, needed, sum(left), max(left)), len(uses)


def _wanted(workload: Workload) -> dict[str, int]:
    return pod_requests(workload.pod) | {PODS: 1, SLOTS: workload.pod.volume_slots}


def _is_short(pending: Pending, resource: str) -> bool:
    return pending.reason.has("volume-slots") if resource == SLOTS else pending.reason.lacks(resource)


def _left(use: NodeUse, resource: str) -> int:
    if resource == SLOTS:
        return use.node.volume_slots - use.volumes
    used = use.pods if resource == PODS else use.requests.get(resource, 0)
    return use.node.allocatable.get(resource, 0) - used


def _amount(resource: str, amount: int) -> str:
    """`5Gi of memory`, `3 volume slots`."""
    return f"{amount} {resource}" if resource == PODS else amount_of(resource, amount)

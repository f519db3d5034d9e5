"""Effects of proposals on the cluster that runs: freed amounts, pods without a place, losses that it survives."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from observation import Observation
from observation.objects import labels_of
from operations.losses import hardest_to_lose
from operations.rightsize.cluster import Sized
from operations.snapshot import Snapshot, snapshot, use_of
from plan.kubernetes.scheduling import place
from plan.model import Container, Node, NodeUse, Pending, Workload
from plan.model.metadata import TIER_LABEL
from plan.model.resources import CPU, MEMORY, pod_requests

_Key = tuple[str, str, str]
"""Namespace, controller and name of a workload."""
_New = Mapping[_Key, Workload]
"""The workloads that change, as they would be."""
NO_TIER = "-"


class Freed(NamedTuple):
    """Requests that are freed; negative where more is asked for."""

    name: str
    """A tier or a node."""
    memory: int
    """Bytes."""
    cpu: int
    """Millicores."""


class Effect(NamedTuple):
    """The cluster with the proposals, when every pod was started again."""

    tiers: tuple[Freed, ...]
    nodes: tuple[Freed, ...]
    """As the pods are placed now; where they move to, the whole sum counts."""
    restarted: int
    """Pods that have to be started again."""
    without_place: tuple[tuple[str, str], ...]
    """Workloads (namespace and name) that would find no place, and do today."""
    losses_no_longer_borne: tuple[str, ...]
    """Nodes whose loss leaves pods without a place then, and does not today."""
    losses_borne_again: tuple[str, ...]

    @property
    def is_worse(self) -> bool:
        """Whether something no longer fits."""
        return bool(self.without_place or self.losses_no_longer_borne)


def effect(observation: Observation, sized: Iterable[Sized], label: str = TIER_LABEL) -> Effect:
    """The effect of proposals. What jobs ask for comes and goes, and is left out. The tier of a namespace is in its
    `label`."""
    cluster = snapshot(observation)
    changes: dict[_Key, list[Sized]] = defaultdict(list)
    for each in sized:
        if each.changes:
            kind, _, name = each.workload.partition("/")
            changes[each.namespace, kind, name].append(each)
    new: dict[_Key, Workload] = {
        each.key: _resized(each, changes[each.key]) for each in cluster.workloads if each.key in changes
    }
    kept = [use_of(use.node, Counter({w.key: n for w, n in use.workloads if w.key not in new}), _by_key(cluster))
            for use in cluster.uses]  # fmt: skip
    workloads = [new.get(each.key, each) for each in cluster.workloads]
    uses, waiting = place(cluster.nodes, workloads, kept)
    before = {each.key: count for each, count in cluster.waiting}
    lost_now = _not_borne(cluster.nodes, cluster.workloads, cluster.uses)
    lost_then = _not_borne(cluster.nodes, workloads, uses)
    return Effect(
        tiers=_by_tier(observation, cluster, new, label),
        nodes=tuple(
            _freed(use.node.name, [(workload, count) for workload, count in use.workloads], new) for use in cluster.uses
        ),
        restarted=sum(each.replicas for each in new.values()),
        without_place=tuple(
            (each.workload.namespace, each.workload.name)
            for each in waiting
            if each.pods > before.get(each.workload.key, 0)
        ),
        losses_no_longer_borne=tuple(sorted(lost_then - lost_now)),
        losses_borne_again=tuple(sorted(lost_now - lost_then)),
    )


def _by_key(cluster: Snapshot) -> Mapping[_Key, Workload]:
    return {each.key: each for each in cluster.workloads}


def _resized(workload: Workload, sized: Iterable[Sized]) -> Workload:
    by_name = {each.container: each for each in sized}
    pod = workload.pod
    return workload._replace(
        pod=pod._replace(
            containers=tuple(_with(each, by_name.get(each.name)) for each in pod.containers),
            init_containers=tuple(_with(each, by_name.get(each.name)) for each in pod.init_containers),
        )
    )


def _with(container: Container, sized: Sized | None) -> Container:
    if sized is None:
        return container
    requests, limits = dict(container.requests), dict(container.limits)
    for resource, proposal in ((MEMORY, sized.memory), (CPU, sized.cpu)):
        if proposal.proposed.request is not None:
            requests[resource] = proposal.proposed.request
        if proposal.proposed.limit is not None:
            limits[resource] = proposal.proposed.limit
    return container._replace(requests=requests, limits=limits)


def _by_tier(observation: Observation, cluster: Snapshot, new: _New, label: str) -> tuple[Freed, ...]:
    members: dict[str, list[tuple[Workload, int]]] = defaultdict(list)
    for use in cluster.uses:
        for workload, count in use.workloads:
            namespace = observation.get("Namespace", workload.namespace)
            tier = labels_of(namespace).get(label) if namespace else None
            members[str(tier or NO_TIER)].append((workload, count))
    return tuple(_freed(tier, pods, new) for tier, pods in sorted(members.items()))


def _freed(name: str, pods: Iterable[tuple[Workload, int]], new: _New) -> Freed:
    freed: Counter[str] = Counter()
    for workload, count in pods:
        if (then := new.get(workload.key)) is not None:
            old, wanted = pod_requests(workload.pod), pod_requests(then.pod)
            for resource in (MEMORY, CPU):
                freed[resource] += (old.get(resource, 0) - wanted.get(resource, 0)) * count
    return Freed(name, freed[MEMORY], freed[CPU])


def _not_borne(nodes: Iterable[Node], workloads: Iterable[Workload], uses: Iterable[NodeUse]) -> set[str]:
    """The nodes whose loss leaves pods of others than daemonsets without a place."""
    nodes, uses, workloads = tuple(nodes), tuple(uses), tuple(workloads)
    found: set[str] = set()
    for lost in hardest_to_lose(nodes, uses) if len(nodes) > 1 else ():
        _, waiting = place(
            [node for node in nodes if node.name != lost.name],
            workloads,
            [use for use in uses if use.node.name != lost.name],
        )
        if any(_counts(each) for each in waiting):
            found.add(lost.name)
    return found


def _counts(pending: Pending) -> bool:
    return pending.workload.controller != "DaemonSet"

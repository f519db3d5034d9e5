"""Where the pods of a changed lab go beside what runs: that stays where it is, and volumes stay on their hosts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from plan.cluster.nodes import ZONE_LABEL
from plan.kubernetes.scheduling import place, staying
from plan.model import Controller, Node, NodeUse, Pending, Workload

Key = tuple[str, Controller, str]


def place_beside(
    nodes: Sequence[Node], workloads: Sequence[Workload], running: Sequence[NodeUse]
) -> tuple[tuple[NodeUse, ...], tuple[Pending, ...]]:
    """The nodes with their pods, and pods without a place; with nothing running, all are placed anew."""
    if not running:
        return place(nodes, workloads)
    kept = tuple(staying(running, nodes, workloads))
    uses, pending = place(nodes, list(_held(workloads, running, kept)), kept)
    planned = {each.key: each for each in workloads}
    return tuple(_as_planned(use, planned) for use in uses), pending


def bound_to(workload: Workload, zones: Iterable[str]) -> Workload:
    """A workload whose block volumes are on these hosts."""
    constraints = workload.pod.constraints._replace(volume_zones=tuple(zones), volumes_are_new=False)
    return workload._replace(pod=workload.pod._replace(constraints=constraints))


def _as_planned(use: NodeUse, planned: dict[Key, Workload]) -> NodeUse:
    return use._replace(workloads=tuple((planned[each.key], number) for each, number in use.workloads))


def _held(workloads: Iterable[Workload], running: Sequence[NodeUse], kept: Sequence[NodeUse]) -> Iterator[Workload]:
    """The workloads, those that run with the same block volumes bound to the hosts on which these wait for a pod. Of
    further replicas each gets a volume where its pod goes."""
    before, after = _pods_by_zone(running), _pods_by_zone(kept)
    volumes = {each.key: set(each.pod.block_volumes) for use in running for each, _ in use.workloads}
    is_spread = len({use.node.labels[ZONE_LABEL] for use in running}) > 1
    for workload in workloads:
        were = before[workload.key]
        stay = volumes.get(workload.key, set()) & set(workload.pod.block_volumes)
        waiting = [zone for zone, pods in were.items() if pods > after[workload.key][zone]]
        holds = is_spread and stay and waiting and workload.replicas <= were.total()
        yield bound_to(workload, waiting) if holds else workload


def _pods_by_zone(uses: Iterable[NodeUse]) -> Mapping[Key, Counter[str]]:
    found: dict[Key, Counter[str]] = defaultdict(Counter)
    for use in uses:
        for workload, number in use.workloads:
            found[workload.key][use.node.labels[ZONE_LABEL]] += number
    return found

"""The nodes that a pod may go to, and the obstacles on the others (pkg/scheduler/framework/plugins).

A node's reasons are those of the first filter that refuses it, in the order of the default profile.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from plan.cluster.nodes import PODS, UNSCHEDULABLE, matches, tolerates
from plan.kubernetes.scheduling.cluster import Booleans, Cluster, Integers
from plan.kubernetes.scheduling.kinds import Kind
from plan.model.constraints import Spread
from plan.model.placement import Obstacle

_PORTS, SLOTS, ZONE = Obstacle("ports"), Obstacle("volume-slots"), Obstacle("volume-zone")
_POD_COUNT = Obstacle("pods")


class Unfit(NamedTuple):
    """Why a pod may not go to a node."""

    reasons: tuple[Obstacle, ...]
    resolvable: bool
    """Whether it might, were other pods gone from there."""


class Filter(NamedTuple):
    """One plugin's verdict on every node."""

    passes: Booleans
    unfit: Callable[[int], Unfit]
    """Why a node, by its index, does not pass."""


def filters_for(kind: Kind, cluster: Cluster, fixed: Sequence[Filter]) -> list[Filter]:
    """The filters for one more pod of a kind, as the cluster is now. `fixed` are those of `fixed_filters`."""
    constraints = kind.constraints
    everywhere = range(len(cluster.nodes))
    found = list(fixed)
    if constraints.host_ports:
        free = np.array([not cluster.has_port(kind, index) for index in everywhere])
        found.append(_refusing(free, _PORTS))
    demand = cluster.demand(kind)
    fits = cluster.used[demand.rows] + demand.amounts <= cluster.allocatable[demand.rows]
    found.append(Filter(np.all(fits, axis=0), partial(_too_little, kind, cluster)))
    if kind.own_volumes or kind.claims:
        shared = [cluster.further_volumes(kind, index) for index in everywhere] if kind.claims else ()
        further = np.array(shared) if kind.claims else kind.own_volumes
        found.append(_refusing((cluster.volumes + further <= cluster.slots) | (further == 0), SLOTS))
    if kind.workload.pod.has_bound_volumes:
        found.append(_refusing(cluster.reaches(kind), ZONE, resolvable=False))
    return found + filters_of_others(kind, cluster, fixed)


def fixed_filters(kind: Kind, cluster: Cluster) -> list[Filter]:
    """Filters that the pods on the nodes do not change: cordons, taints, labels."""
    pod, nodes = kind.workload.pod, cluster.nodes
    stays = kind.workload.controller == "DaemonSet" or "*" in pod.tolerated_taints
    return [
        _refusing(
            np.array([stays or UNSCHEDULABLE not in each.taints for each in nodes]),
            Obstacle("cordoned"),
            resolvable=False,
        ),
        _refusing(np.array([tolerates(each, pod) for each in nodes]), Obstacle("taints"), resolvable=False),
        _refusing(np.array([matches(each, pod) for each in nodes]), Obstacle("node-labels"), resolvable=False),
    ]


def on_one_node(fixed: Sequence[Filter], index: int) -> list[Filter]:
    """The same for a pod that asks for one node by its name."""
    passes = np.zeros_like(labelled(fixed))
    passes[index] = labelled(fixed)[index]
    return [*fixed[:-1], fixed[-1]._replace(passes=passes)]


def labelled(fixed: Sequence[Filter]) -> Booleans:
    """The nodes with the labels that a pod asks for, of its `fixed` filters. A spread counts the pods on these."""
    return fixed[-1].passes


def feasible(filters: Sequence[Filter]) -> Integers:
    """The nodes that pass all filters, by index."""
    passes = filters[0].passes
    for each in filters[1:]:
        passes = passes & each.passes
    return np.flatnonzero(passes)


def first_refusal(filters: Sequence[Filter], index: int) -> Unfit | None:
    """Why a node is refused; None where it is not."""
    return next((each.unfit(index) for each in filters if not each.passes[index]), None)


def is_counted_alone(kind: Kind, cluster: Cluster) -> bool:
    """Whether nothing but amounts and volume slots decides between a pod and those that are on a node already."""
    constraints = kind.constraints
    wants = constraints.near or constraints.apart or kind.required_spread or constraints.host_ports
    return not (wants or any(cluster.selection.apart_from(kind)))


def matters_to(kind: Kind, cluster: Cluster) -> Callable[[Kind], bool]:
    """Whether a pod on a node counts for one of a kind by more than the amounts and volume slots that it takes."""
    constraints = kind.constraints
    wanted = (*constraints.near, *constraints.apart, *kind.required_spread)
    meant = {each for term in wanted for each in cluster.selection.selected(kind, term.selector)}
    meant.update(wish.of for wish in cluster.selection.apart_from(kind))
    ports = frozenset(constraints.host_ports)
    return lambda other: other in meant or not ports.isdisjoint(other.constraints.host_ports)


def filters_of_others(kind: Kind, cluster: Cluster, fixed: Sequence[Filter]) -> list[Filter]:
    """Filters of `filters_for` that other pods decide by what they are."""
    return [*_spread(kind, cluster, fixed), *_pods(kind, cluster)]


def refusal_on(index: int, kind: Kind, cluster: Cluster, fixed: Sequence[Filter]) -> Unfit | None:
    """The same for one node that passes those that are `fixed`, without looking at the others where that can be."""
    constraints = kind.constraints
    if constraints.near or constraints.apart or kind.required_spread or any(cluster.selection.apart_from(kind)):
        return first_refusal(filters_for(kind, cluster, fixed), index)
    if cluster.has_port(kind, index):
        return Unfit((_PORTS,), True)
    demand = cluster.demand(kind)
    if (cluster.used[demand.rows, index] + demand.amounts[:, 0] > cluster.allocatable[demand.rows, index]).any():
        return _too_little(kind, cluster, index)
    further = cluster.further_volumes(kind, index)
    if further and cluster.volumes[index] + further > cluster.slots[index]:
        return Unfit((SLOTS,), True)
    is_reached = not kind.workload.pod.has_bound_volumes or cluster.reaches(kind)[index]
    return None if is_reached else Unfit((ZONE,), False)


def refusals_even_without_lesser(kind: Kind, cluster: Cluster) -> Callable[[int], Unfit | None]:
    """Why nodes, by index, have no port or too little for a pod even if all less important ones are gone; None where
    they have enough."""
    demand, kept = cluster.demand(kind), cluster.kept(kind)
    fits = np.all(kept[demand.rows] + demand.amounts <= cluster.allocatable[demand.rows], axis=0)

    def refusal(index: int) -> Unfit | None:
        if cluster.has_port(kind, index, of_lesser=False):
            return Unfit((_PORTS,), True)
        return None if fits[index] else _too_little(kind, cluster, index, kept)

    return refusal


def _too_little(kind: Kind, cluster: Cluster, index: int, used: Integers | None = None) -> Unfit:
    used = cluster.used if used is None else used
    allocatable = cluster.nodes[index].allocatable
    lacking = [
        name
        for name, amount in kind.requests.items()
        if used[cluster.rows[name], index] + amount > allocatable.get(name, 0)
    ]
    too_large = any(kind.requests[name] > allocatable.get(name, 0) for name in lacking)
    lacking.sort(key=lambda name: name != PODS)
    reasons = tuple(_POD_COUNT if name == PODS else Obstacle("resource", name) for name in lacking)
    return Unfit(reasons, not too_large)


def _refusing(passes: Booleans, reason: Obstacle, *, resolvable: bool = True) -> Filter:
    """A filter that gives every node that it refuses the same reason."""
    unfit = Unfit((reason,), resolvable)

    def always(index: int) -> Unfit:
        return unfit

    return Filter(passes, always)


def _spread(kind: Kind, cluster: Cluster, fixed: Sequence[Filter]) -> Iterator[Filter]:
    """Counted over the nodes that the pod may go to by their labels, and by their taints where these are honored, and
    that have the labels of all its spreads."""
    keys = [each.topology_key for each in kind.required_spread]
    for each in kind.required_spread:
        counted = with_labels(cluster, _included(each, fixed), keys)
        codes, *_ = cluster.domains(each.topology_key)
        counts = cluster.near(kind, each.selector, each.topology_key, counted)
        values = list({*codes[counted].tolist()})  # numpy.unique would import numpy.ma
        itself = int(kind.is_selected(kind, each.selector))
        least = counts[values].min() if values else 0
        yield _refusing(codes >= 0, Obstacle("spread-label"), resolvable=False)
        yield _refusing(counts[codes] + itself - least <= each.max_skew, Obstacle("spread"))


def _included(spread: Spread, fixed: Sequence[Filter]) -> Booleans:
    """The nodes that count by the policies of a spread on node affinity and on taints."""
    _, tolerated, selected = fixed
    nodes = np.ones_like(selected.passes) if spread.counts_all_nodes else selected.passes
    return nodes & tolerated.passes if spread.honors_taints else nodes


def with_labels(cluster: Cluster, nodes: Booleans, keys: Iterable[str]) -> Booleans:
    """Nodes among some that have all of these labels."""
    for key in keys:
        nodes = nodes & (cluster.domains(key).codes >= 0)
    return nodes


def _pods(kind: Kind, cluster: Cluster) -> Iterator[Filter]:
    if kind.constraints.near:
        yield _refusing(_is_near(kind, cluster), Obstacle("near"), resolvable=False)
    if kind.constraints.apart:
        free = np.ones(len(cluster.nodes), np.bool_)
        for term in kind.constraints.apart:
            free &= _none_there(cluster, term.topology_key, cluster.near(kind, term.selector, term.topology_key))
        yield _refusing(free, Obstacle("apart"))
    if others := tuple(cluster.selection.apart_from(kind)):
        free = np.ones(len(cluster.nodes), np.bool_)
        for wish in others:
            free &= _none_there(cluster, wish.term.topology_key, cluster.where((wish.of,), wish.term.topology_key))
        yield _refusing(free, Obstacle("apart-from-existing"))


def _is_near(kind: Kind, cluster: Cluster) -> Booleans:
    """Near pods that all of its terms mean. The first of pods that want to be near each other may go anywhere."""
    terms = kind.constraints.near
    candidates = cluster.selection.selected(kind, terms[0].selector)
    meant = [each for each in candidates if all(each.is_selected(kind, term.selector) for term in terms[1:])]
    counts = [cluster.where(meant, term.topology_key) for term in terms]
    alone = not any(each.any() for each in counts) and all(kind.is_selected(kind, term.selector) for term in terms)
    near = np.ones(len(cluster.nodes), np.bool_)
    for term, each in zip(terms, counts, strict=True):
        codes, *_ = cluster.domains(term.topology_key)
        near &= (codes >= 0) & (alone | (each[codes] > 0))
    return near


def _none_there(cluster: Cluster, topology_key: str, counts: Integers) -> Booleans:
    codes, *_ = cluster.domains(topology_key)
    return (codes < 0) | (counts[codes] == 0)

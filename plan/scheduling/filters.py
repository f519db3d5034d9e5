"""Which nodes a pod may go to, and in the scheduler's words why not to the others (pkg/scheduler/framework/plugins).

A node's reasons are those of the first filter that refuses it, in the order of the default profile.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plan.nodes import PODS, UNSCHEDULABLE, matches, tolerates
from plan.scheduling.cluster import Cluster, Integers
from plan.scheduling.kinds import Kind

CORDONED = "node(s) were unschedulable"
TAINTS = "node(s) had untolerated taint(s)"
NODE_AFFINITY = "node(s) didn't match Pod's node affinity/selector"
PORTS = "node(s) didn't have free ports for the requested pod ports"
VOLUMES = "node(s) exceed max volume count"
SPREAD = "node(s) didn't match pod topology spread constraints"
NEAR = "node(s) didn't match pod affinity rules"
APART = "node(s) didn't match pod anti-affinity rules"
APART_FROM_EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules"

Booleans = NDArray[np.bool_]


class Unfit(NamedTuple):
    """Why a pod may not go to a node."""

    reasons: tuple[str, ...]
    resolvable: bool
    """Whether it might, were other pods gone from there."""


class Filter(NamedTuple):
    """What one plugin says of every node."""

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
        found.append(_refusing(free, PORTS))
    demand = cluster.demand(kind)
    fits = cluster.used[demand.rows] + demand.amounts <= cluster.allocatable[demand.rows]
    found.append(Filter(np.all(fits, axis=0), partial(_too_little, kind, cluster)))
    if kind.workload.pod.block_volumes:
        further = np.array([cluster.further_volumes(kind, index) for index in everywhere])
        found.append(_refusing((further == 0) | (cluster.volumes + further <= cluster.slots), VOLUMES))
    found += _spread(kind, cluster, fixed)
    found += _pods(kind, cluster)
    return found


def fixed_filters(kind: Kind, cluster: Cluster) -> list[Filter]:
    """Those that the pods on the nodes do not change: cordons, taints, labels."""
    pod, nodes = kind.workload.pod, cluster.nodes
    stays = kind.workload.controller == "DaemonSet" or "*" in pod.tolerated_taints
    selectors = pod.constraints.node_affinity
    schedulable = np.array([stays or UNSCHEDULABLE not in node.taints for node in nodes])
    tolerated = np.array([tolerates(node, pod) for node in nodes])
    labelled = np.array(
        [
            matches(node, pod)
            and (not selectors or any(all(each.holds(node.labels) for each in one) for one in selectors))
            for node in nodes
        ]
    )
    return [
        _refusing(schedulable, CORDONED, resolvable=False),
        _refusing(tolerated, TAINTS, resolvable=False),
        _refusing(labelled, NODE_AFFINITY, resolvable=False),
    ]


def feasible(filters: Sequence[Filter]) -> Integers:
    """The nodes that pass all filters, by index."""
    passes = filters[0].passes
    for each in filters[1:]:
        passes = passes & each.passes
    return np.flatnonzero(passes)


def first_refusal(filters: Sequence[Filter], index: int) -> Unfit | None:
    """Why a node is refused; None where it is not."""
    return next((each.unfit(index) for each in filters if not each.passes[index]), None)


def refusal_on(index: int, kind: Kind, cluster: Cluster, fixed: Sequence[Filter]) -> Unfit | None:
    """The same for one node that passes those that are `fixed`, without looking at the others where that can be."""
    constraints = kind.constraints
    if constraints.near or constraints.apart or constraints.spread or any(cluster.selection.apart_from(kind)):
        return first_refusal(filters_for(kind, cluster, fixed), index)
    if cluster.has_port(kind, index):
        return Unfit((PORTS,), True)
    demand = cluster.demand(kind)
    if (cluster.used[demand.rows, index] + demand.amounts[:, 0] > cluster.allocatable[demand.rows, index]).any():
        return _too_little(kind, cluster, index)
    further = cluster.further_volumes(kind, index)
    return Unfit((VOLUMES,), True) if further and cluster.volumes[index] + further > cluster.slots[index] else None


def _too_little(kind: Kind, cluster: Cluster, index: int) -> Unfit:
    allocatable = cluster.nodes[index].allocatable
    lacking = [
        name
        for name, amount in kind.requests.items()
        if cluster.used[cluster.rows[name], index] + amount > allocatable.get(name, 0)
    ]
    too_large = any(kind.requests[name] > allocatable.get(name, 0) for name in lacking)
    lacking.sort(key=lambda name: name != PODS)
    reasons = tuple("Too many pods" if name == PODS else f"Insufficient {name}" for name in lacking)
    return Unfit(reasons, not too_large)


def _refusing(passes: Booleans, reason: str, *, resolvable: bool = True) -> Filter:
    """A filter that gives every node that it refuses the same reason."""
    unfit = Unfit((reason,), resolvable)

    def always(index: int) -> Unfit:
        return unfit

    return Filter(passes, always)


def _spread(kind: Kind, cluster: Cluster, fixed: Sequence[Filter]) -> Iterator[Filter]:
    """Counted over the nodes that the pod may go to at all by their labels."""
    for each in kind.constraints.spread:
        if each.required:
            codes, _ = cluster.domains(each.topology_key)
            counts = cluster.near(kind, each.selector, each.topology_key)
            eligible = codes[fixed[-1].passes]
            values = np.unique(eligible[eligible >= 0])
            least = counts[values].min() if values.size else 0
            itself = int(kind.is_selected(kind, each.selector))
            yield _refusing(codes >= 0, f"{SPREAD} (missing required label)", resolvable=False)
            yield _refusing(counts[codes] + itself - least <= each.max_skew, SPREAD)


def _pods(kind: Kind, cluster: Cluster) -> Iterator[Filter]:
    if kind.constraints.near:
        yield _refusing(_is_near(kind, cluster), NEAR, resolvable=False)
    if kind.constraints.apart:
        free = np.ones(len(cluster.nodes), np.bool_)
        for term in kind.constraints.apart:
            free &= _none_there(cluster, term.topology_key, cluster.near(kind, term.selector, term.topology_key))
        yield _refusing(free, APART)
    if others := tuple(cluster.selection.apart_from(kind)):
        free = np.ones(len(cluster.nodes), np.bool_)
        for wish in others:
            free &= _none_there(cluster, wish.term.topology_key, cluster.where(wish.of, wish.term.topology_key))
        yield _refusing(free, APART_FROM_EXISTING)


def _is_near(kind: Kind, cluster: Cluster) -> Booleans:
    """The first of pods that want to be near each other may go anywhere."""
    terms = kind.constraints.near
    counts = [cluster.near(kind, term.selector, term.topology_key) for term in terms]
    alone = not any(each.any() for each in counts) and all(kind.is_selected(kind, term.selector) for term in terms)
    near = np.ones(len(cluster.nodes), np.bool_)
    for term, each in zip(terms, counts, strict=True):
        codes, _ = cluster.domains(term.topology_key)
        near &= (codes >= 0) & (alone | (each[codes] > 0))
    return near


def _none_there(cluster: Cluster, topology_key: str, counts: Integers) -> Booleans:
    codes, _ = cluster.domains(topology_key)
    return (codes < 0) | (counts[codes] == 0)

"""Which of the nodes that would do is best: the scores of the default profile, with its weights.

Left out is which images a node has already (ImageLocality), which is not known before something runs.
"""

from collections.abc import Iterable, Mapping
from math import log

import numpy as np

from plan.kubernetes.scheduling.cluster import Booleans, Cluster, Integers
from plan.kubernetes.scheduling.filters import with_labels
from plan.kubernetes.scheduling.kinds import Kind
from plan.model import Node
from plan.model.constraints import HOSTNAME, Selector
from plan.model.resources import CPU, MEMORY

MOST = 100
WEIGHTS = {"room": 1, "balance": 1, "spread": 2, "pods": 2, "nodes": 2, "taints": 3}
"""NodeResourcesFit, NodeResourcesBalancedAllocation, PodTopologySpread, InterPodAffinity, NodeAffinity,
TaintToleration."""


def best(kind: Kind, cluster: Cluster, feasible: Integers, labelled: Booleans) -> Integers:
    """The best of the nodes that would do, by index: of several equal ones the scheduler picks any.

    `labelled` are all nodes with the labels that the pod asks for.
    """
    if len(feasible) == 1:
        return feasible
    totals = (
        WEIGHTS["room"] * _room(kind, cluster, feasible)
        + WEIGHTS["balance"] * _balance(kind, cluster, feasible)
        + WEIGHTS["spread"] * _spread(kind, cluster, feasible, labelled)
        + WEIGHTS["pods"] * _pods(kind, cluster, feasible)
        + WEIGHTS["nodes"] * _nodes(kind, cluster, feasible)
        + WEIGHTS["taints"] * _taints(kind, cluster, feasible)
    )
    return feasible[totals == totals.max()]


def _room(kind: Kind, cluster: Cluster, feasible: Integers) -> Integers:
    """The share of CPU and memory that would be left (LeastAllocated)."""
    allocatable = cluster.allocatable[:2, feasible]
    left = allocatable - cluster.compared[:, feasible] - cluster.demand(kind).compared[:, None]
    return (np.maximum(left, 0) * MOST // allocatable).sum(axis=0) // 2


def _balance(kind: Kind, cluster: Cluster, feasible: Integers) -> Integers | int:
    """How alike the shares of CPU and memory would be; a pod that requests neither is not judged."""
    asked = np.array([[kind.requests.get(CPU, 0)], [kind.requests.get(MEMORY, 0)]])
    if not asked.any():
        return 0
    shares = np.minimum(1.0, (cluster.used[:2, feasible] + asked) / cluster.allocatable[:2, feasible])
    return ((1 - np.abs(shares[0] - shares[1]) / 2) * MOST).astype(np.int64)


def _spread(kind: Kind, cluster: Cluster, feasible: Integers, labelled: Booleans) -> Integers | int:
    """Fewer like pods nearby are better. A node without a label of a stated spread is the worst."""
    soft = kind.preferred_spread
    keys = [each.topology_key for each in soft if kind.constraints.spread]
    judged = with_labels(cluster, labelled, keys)
    counts = [cluster.near(kind, each.selector, each.topology_key, judged) for each in soft]
    is_judged = judged[feasible]
    domains_of = [cluster.domains(each.topology_key) for each in soft]
    if all(each.everywhere for each in domains_of) and not any(each.any() for each in counts):
        return 0
    crowding = np.zeros(len(feasible))
    for each, (every, _, _), nearby in zip(soft, domains_of, counts, strict=True):
        codes = every[feasible]
        domains = is_judged.sum() if each.topology_key == HOSTNAME else len({*codes[is_judged].tolist()})
        crowding += (codes >= 0) * (nearby[codes] * log(domains + 2) + (each.max_skew - 1))
    raw = np.floor(crowding + 0.5).astype(np.int64)
    most, least = raw.max(initial=0, where=is_judged), raw.min(initial=np.iinfo(np.int64).max, where=is_judged)
    scores = MOST * (most + least - raw) // most if most else np.full_like(raw, MOST)
    return np.where(is_judged, scores, 0)


def _nodes(kind: Kind, cluster: Cluster, feasible: Integers) -> Integers | int:
    """Nodes with the labels that the pod prefers are better."""
    preferred = kind.constraints.preferred_nodes
    if not preferred:
        return 0
    weights = np.array([_preference(preferred, node.labels) for node in _at(cluster, feasible)], np.int64)
    most = weights.max()
    return MOST * weights // most if most else 0


def _preference(preferred: Iterable[tuple[int, Selector]], labels: Mapping[str, str]) -> int:
    return sum(weight for weight, selector in preferred if all(each.holds(labels) for each in selector))


def _taints(kind: Kind, cluster: Cluster, feasible: Integers) -> Integers | int:
    """Fewer PreferNoSchedule taints that the pod does not tolerate are better."""
    tolerated = kind.workload.pod.tolerated_taints
    if "*" in tolerated or not cluster.has_soft_taints:
        return 0
    counts = np.array([len(node.soft_taints - tolerated) for node in _at(cluster, feasible)], np.int64)
    most = counts.max()
    return MOST - MOST * counts // most if most else 0


def _at(cluster: Cluster, indices: Integers) -> list[Node]:
    return [cluster.nodes[int(index)] for index in indices]


def _pods(kind: Kind, cluster: Cluster, feasible: Integers) -> Integers | int:
    """Pods that this one wants to be near or apart from, and those that want it so."""
    weighed = [
        (term.topology_key, cluster.near(kind, term.selector, term.topology_key), weight)
        for weight, term in kind.constraints.preferred
    ]
    weighed += [
        (wish.term.topology_key, cluster.where((wish.of,), wish.term.topology_key), wish.weight)
        for wish in cluster.selection.wishes_for(kind)
    ]
    raw = np.zeros(len(feasible), np.int64)
    for key, counts, weight in weighed:
        if counts.any():
            raw += counts[cluster.domains(key).codes[feasible]] * weight
    least, most = raw.min(), raw.max()
    return (MOST * (raw - least) / (most - least)).astype(np.int64) if most > least else 0

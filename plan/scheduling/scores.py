"""Which of the nodes that would do is best: the scores of the default profile, with its weights.

Left out is what never differs here: images that are on a node already, preferred node affinity, soft taints.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from math import floor, log

from plan.constraints import HOSTNAME, Spread
from plan.resources import CPU, MEMORY
from plan.scheduling.state import Cluster, Kind, Place

MOST = 100
WEIGHTS = {"room": 1, "balance": 1, "spread": 2, "pods": 2}
"""NodeResourcesFit, NodeResourcesBalancedAllocation, PodTopologySpread, InterPodAffinity."""


def best(kind: Kind, cluster: Cluster, feasible: Sequence[Place]) -> Place:
    """The node that a pod goes to. Of equal ones the scheduler picks any, this the first."""
    if len(feasible) == 1:
        return feasible[0]
    spread = _spread(kind, cluster, feasible)
    pods = _pods(kind, cluster, feasible)
    totals = [
        WEIGHTS["room"] * _room(kind, place)
        + WEIGHTS["balance"] * _balance(kind, place)
        + WEIGHTS["spread"] * spread[index]
        + WEIGHTS["pods"] * pods[index]
        for index, place in enumerate(feasible)
    ]
    return feasible[totals.index(max(totals))]


def _room(kind: Kind, place: Place) -> int:
    """The share of CPU and memory that would be left (LeastAllocated)."""
    cpu, memory = kind.compared
    allocatable = place.node.allocatable
    left = (
        (allocatable[CPU], allocatable[CPU] - place.compared_cpu - cpu),
        (allocatable[MEMORY], allocatable[MEMORY] - place.compared_memory - memory),
    )
    return sum(max(0, rest) * MOST // total for total, rest in left) // len(left)


def _balance(kind: Kind, place: Place) -> int:
    """How alike the shares of CPU and memory would be; a pod that requests neither is not judged."""
    cpu, memory = kind.requests.get(CPU, 0), kind.requests.get(MEMORY, 0)
    if not cpu and not memory:
        return 0
    shares = (
        min(1.0, (place.used[CPU] + cpu) / place.node.allocatable[CPU]),
        min(1.0, (place.used[MEMORY] + memory) / place.node.allocatable[MEMORY]),
    )
    return int((1 - abs(shares[0] - shares[1]) / 2) * MOST)


def _spread(kind: Kind, cluster: Cluster, feasible: Sequence[Place]) -> list[int]:
    """Fewer like pods nearby are better."""
    soft = [each for each in kind.spread if not each.required]
    if not soft:
        return [0] * len(feasible)
    counted = [_crowding(kind, cluster, feasible, each) for each in soft]
    raw = [floor(sum(each(place) for each in counted) + 0.5) for place in feasible]
    most, least = max(raw), min(raw)
    return [MOST * (most + least - each) // most if most else MOST for each in raw]


def _crowding(kind: Kind, cluster: Cluster, feasible: Sequence[Place], spread: Spread) -> Callable[[Place], float]:
    key = spread.topology_key
    counts = cluster.near(kind, spread.selector, key)
    domains = len(feasible) if key == HOSTNAME else len({place.label(key) for place in feasible})
    weight = log(domains + 2)
    return lambda place: counts[place.label(key) or ""] * weight + spread.max_skew - 1


def _pods(kind: Kind, cluster: Cluster, feasible: Sequence[Place]) -> list[int]:
    """Pods that this one wants to be near or apart from, and those that want it so."""
    weighed: list[tuple[str, Counter[str], int]] = [
        (term.topology_key, cluster.near(kind, term.selector, term.topology_key), weight)
        for weight, term in kind.constraints.preferred
    ]
    for other in cluster.with_terms:
        terms = (*other.constraints.preferred, *((1, term) for term in other.constraints.near))
        weighed += [
            (term.topology_key, cluster.where(other, term.topology_key), weight)
            for weight, term in terms
            if kind.is_selected(other, term.selector)
        ]
    raw = [sum(counts[place.label(key) or ""] * weight for key, counts, weight in weighed) for place in feasible]
    least, most = min(raw), max(raw)
    return [int(MOST * (each - least) / (most - least)) if most > least else 0 for each in raw]

"""Which nodes a pod may go to, and in the scheduler's words why not to the others (pkg/scheduler/framework/plugins).

A node's reasons are those of the first filter that refuses it, in the order of the default profile.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from plan.constraints import AffinityTerm
from plan.nodes import PODS, UNSCHEDULABLE, matches, tolerates
from plan.scheduling.state import Cluster, Kind, Place

CORDONED = "node(s) were unschedulable"
TAINTS = "node(s) had untolerated taint(s)"
NODE_AFFINITY = "node(s) didn't match Pod's node affinity/selector"
PORTS = "node(s) didn't have free ports for the requested pod ports"
VOLUMES = "node(s) exceed max volume count"
SPREAD = "node(s) didn't match pod topology spread constraints"
NEAR = "node(s) didn't match pod affinity rules"
APART = "node(s) didn't match pod anti-affinity rules"
APART_FROM_EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules"


class Unfit(NamedTuple):
    """Why a pod may not go to a node."""

    reasons: tuple[str, ...]
    resolvable: bool
    """Whether it might, were other pods gone from there."""


Filter = Callable[[Place], Unfit | None]


def filters_for(kind: Kind, cluster: Cluster) -> Sequence[Filter]:
    """The filters for one more pod of a kind, as the cluster is now."""
    constraints = kind.constraints
    found: list[Filter] = [
        lambda place: _cordoned(kind, place),
        lambda place: _taints(kind, place),
        lambda place: _node_affinity(kind, place),
    ]
    if constraints.host_ports:
        found.append(lambda place: Unfit((PORTS,), True) if constraints.host_ports & place.ports.keys() else None)
    found.append(lambda place: _room(kind, place))
    if kind.workload.pod.block_volumes:
        found.append(lambda place: _volumes(kind, place))
    found += _spread(kind, cluster)
    found += _pods(kind, cluster)
    return found


def first_refusal(filters: Sequence[Filter], place: Place) -> Unfit | None:
    """Why a node is refused; None where it is not."""
    for each in filters:
        if unfit := each(place):
            return unfit
    return None


def _cordoned(kind: Kind, place: Place) -> Unfit | None:
    tolerated = kind.workload.controller == "DaemonSet" or "*" in kind.workload.pod.tolerated_taints
    return None if tolerated or UNSCHEDULABLE not in place.node.taints else Unfit((CORDONED,), False)


def _taints(kind: Kind, place: Place) -> Unfit | None:
    return None if tolerates(place.node, kind.workload.pod) else Unfit((TAINTS,), False)


def _node_affinity(kind: Kind, place: Place) -> Unfit | None:
    selectors = kind.constraints.node_affinity
    labels = place.node.labels
    fits = not selectors or any(all(each.holds(labels) for each in selector) for selector in selectors)
    return None if fits and matches(place.node, kind.workload.pod) else Unfit((NODE_AFFINITY,), False)


def _room(kind: Kind, place: Place) -> Unfit | None:
    used, allocatable = place.used, place.node.allocatable
    lacking = [name for name, amount in kind.requests.items() if used[name] + amount > allocatable.get(name, 0)]
    if not lacking:
        return None
    too_large = any(kind.requests[name] > allocatable.get(name, 0) for name in lacking)
    lacking.sort(key=lambda name: name != PODS)
    reasons = tuple("Too many pods" if name == PODS else f"Insufficient {name}" for name in lacking)
    return Unfit(reasons, not too_large)


def _volumes(kind: Kind, place: Place) -> Unfit | None:
    further = place.further_volumes(kind)
    fits = not further or place.volumes + further <= place.node.volume_slots
    return None if fits else Unfit((VOLUMES,), True)


def _spread(kind: Kind, cluster: Cluster) -> list[Filter]:
    """Counted over the nodes that the pod may go to at all by their labels."""
    found: list[Filter] = []
    for each in kind.spread:
        if each.required:
            eligible = [place for place in cluster.places if _node_affinity(kind, place) is None]
            counts = cluster.near(kind, each.selector, each.topology_key)
            domains = {value for place in eligible if (value := place.label(each.topology_key)) is not None}
            least = min((counts[value] for value in domains), default=0)
            itself = int(kind.is_selected(kind, each.selector))
            found.append(
                lambda place, each=each, counts=counts, least=least, itself=itself: _skew(
                    place.label(each.topology_key), counts, least, itself, each.max_skew
                )
            )
    return found


def _skew(value: str | None, counts: Counter[str], least: int, itself: int, most: int) -> Unfit | None:
    if value is None:
        return Unfit((f"{SPREAD} (missing required label)",), False)
    return Unfit((SPREAD,), True) if counts[value] + itself - least > most else None


def _pods(kind: Kind, cluster: Cluster) -> list[Filter]:
    found: list[Filter] = []
    near = [(term, cluster.near(kind, term.selector, term.topology_key)) for term in kind.constraints.near]
    if near:
        first = not any(counts.total() for _, counts in near)
        alone = first and all(kind.is_selected(kind, term.selector) for term, _ in near)
        found.append(lambda place: None if _is_near(place, near, alone) else Unfit((NEAR,), False))
    apart = [(term, cluster.near(kind, term.selector, term.topology_key)) for term in kind.constraints.apart]
    if apart:
        found.append(lambda place: Unfit((APART,), True) if _touches(place, apart) else None)
    others = [
        (term, cluster.where(other, term.topology_key))
        for other in cluster.with_terms
        for term in other.constraints.apart
        if kind.is_selected(other, term.selector)
    ]
    if others:
        found.append(lambda place: Unfit((APART_FROM_EXISTING,), True) if _touches(place, others) else None)
    return found


def _is_near(place: Place, near: Sequence[tuple[AffinityTerm, Counter[str]]], alone: bool) -> bool:
    """`alone`: the first of pods that want to be near each other may go anywhere."""
    values = [(place.label(term.topology_key), counts) for term, counts in near]
    if any(value is None for value, _ in values):
        return False
    return alone or all(counts[str(value)] for value, counts in values)


def _touches(place: Place, apart: Sequence[tuple[AffinityTerm, Counter[str]]]) -> bool:
    return any((value := place.label(term.topology_key)) is not None and counts[value] for term, counts in apart)

"""Which pods of lower priority make room (pkg/scheduler/framework/preemption)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from plan.scheduling.filters import Unfit, filters_for, first_refusal
from plan.scheduling.state import Cluster, Kind, Place

NO_VICTIMS = "No preemption victims found for incoming pod"
NOT_HELPFUL = "Preemption is not helpful for scheduling"


class Room(NamedTuple):
    """Room that can be made on a node."""

    place: Place
    victims: Sequence[Kind]
    """Pods that have to go, the most important first."""


def make_room(kind: Kind, cluster: Cluster, refusals: Mapping[int, Unfit]) -> Room | str:
    """The room that costs least, or in the scheduler's words why there is none.

    `refusals` tells by its index why each node refuses the pod. On each node all pods of lower priority are
    thought away, and as many of them brought back as fit.
    """
    if not kind.constraints.preempts:
        return "preemption: not eligible due to preemptionPolicy=Never."
    reasons: Counter[str] = Counter()
    found: list[Room] = []
    for index, place in enumerate(cluster.places):
        unfit = refusals.get(index)
        if unfit is None or not unfit.resolvable:
            reasons[NOT_HELPFUL] += 1
            continue
        room = _room_on(place, kind, cluster)
        if isinstance(room, Room):
            found.append(room)
        else:
            reasons.update(room)
    if found:
        return min(found, key=_cost)
    return f"preemption: {sentence(len(cluster.places), reasons)}"


def sentence(nodes: int, reasons: Mapping[str, int]) -> str:
    """Why no node will do, as the scheduler puts it."""
    listed = ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items()))
    return f"0/{nodes} nodes are available: {listed}."


def _room_on(place: Place, kind: Kind, cluster: Cluster) -> Room | tuple[str, ...]:
    priority = kind.workload.pod.priority
    lower = [each for each in place.pods.elements() if each.workload.pod.priority < priority]
    if not lower:
        return (NO_VICTIMS,)
    for each in lower:
        cluster.put(each, place, -1)
    unfit = first_refusal(filters_for(kind, cluster), place)
    victims: list[Kind] = []
    for each in sorted(lower, key=lambda each: -each.workload.pod.priority):
        cluster.put(each, place)
        if unfit is None and first_refusal(filters_for(kind, cluster), place) is not None:
            cluster.put(each, place, -1)
            victims.append(each)
    for each in victims:
        cluster.put(each, place)
    return Room(place, victims) if unfit is None else unfit.reasons


def _cost(room: Room) -> tuple[int, int, int]:
    """The least important victims, then the smallest sum of their priorities, then the fewest."""
    priorities = [each.workload.pod.priority for each in room.victims]
    return max(priorities), sum(priority + (1 << 31) for priority in priorities), len(priorities)

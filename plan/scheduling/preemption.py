"""Which pods of lower priority make room (pkg/scheduler/framework/preemption)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from plan.scheduling.cluster import Cluster
from plan.scheduling.filters import Filter, Unfit, refusal_on
from plan.scheduling.kinds import Kind

NO_VICTIMS = "No preemption victims found for incoming pod"
NOT_HELPFUL = "Preemption is not helpful for scheduling"


class Room(NamedTuple):
    """Room on a node, or room that can be made there."""

    node: int
    """Its index."""
    victims: Sequence[Kind]
    """Pods that have to go, the most important first."""


def make_room(kind: Kind, cluster: Cluster, fixed: Sequence[Filter], refusals: Mapping[int, Unfit]) -> Room | str:
    """The room that costs least, or in the scheduler's words why there is none.

    `refusals` tells by its index why each node refuses the pod. On each node all pods of lower priority are
    thought away, and as many of them brought back as fit.
    """
    if not kind.constraints.preempts:
        return "preemption: not eligible due to preemptionPolicy=Never."
    reasons: Counter[str] = Counter()
    found: list[Room] = []
    for index in range(len(cluster.nodes)):
        unfit = refusals.get(index)
        if unfit is None or not unfit.resolvable:
            reasons[NOT_HELPFUL] += 1
            continue
        room = _room_on(index, kind, cluster, fixed)
        if isinstance(room, Room):
            found.append(room)
        else:
            reasons.update(room)
    if found:
        return min(found, key=_cost)
    return f"preemption: {sentence(len(cluster.nodes), reasons)}"


def sentence(nodes: int, reasons: Mapping[str, int]) -> str:
    """Why no node will do, as the scheduler puts it."""
    listed = ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items()))
    return f"0/{nodes} nodes are available: {listed}."


def _room_on(index: int, kind: Kind, cluster: Cluster, fixed: Sequence[Filter]) -> Room | tuple[str, ...]:
    priority = kind.workload.pod.priority
    lower = [each for each in cluster.pods[index].elements() if each.workload.pod.priority < priority]
    if not lower:
        return (NO_VICTIMS,)
    away = Counter(lower)
    for each, count in away.items():
        cluster.put(each, index, -count)
    unfit = refusal_on(index, kind, cluster, fixed)
    if unfit is not None:
        back, outcome = away, unfit.reasons
    else:
        victims = _victims(index, kind, cluster, fixed, lower)
        back, outcome = Counter(victims), Room(index, victims)
    for each, count in back.items():
        cluster.put(each, index, count)
    return outcome


def _victims(
    index: int, kind: Kind, cluster: Cluster, fixed: Sequence[Filter], lower: Sequence[Kind]
) -> Sequence[Kind]:
    """Those that do not fit beside the pod any more, once the more important ones are back."""
    victims: list[Kind] = []
    for each in sorted(lower, key=lambda each: -each.workload.pod.priority):
        cluster.put(each, index)
        if refusal_on(index, kind, cluster, fixed) is not None:
            cluster.put(each, index, -1)
            victims.append(each)
    return victims


def _cost(room: Room) -> tuple[int, int, int]:
    """The least important victims, then the smallest sum of their priorities, then the fewest."""
    priorities = [each.workload.pod.priority for each in room.victims]
    return max(priorities), sum(priority + (1 << 31) for priority in priorities), len(priorities)

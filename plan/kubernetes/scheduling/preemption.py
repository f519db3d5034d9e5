"""Which pods of lower priority make room (pkg/scheduler/framework/preemption)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from plan.kubernetes.scheduling.cluster import Cluster
from plan.kubernetes.scheduling.filters import Filter, Unfit, refusal_on
from plan.kubernetes.scheduling.kinds import Kind
from plan.model.placement import Obstacle, Obstacles

NO_VICTIMS, NOT_HELPFUL = Obstacle("no-victims"), Obstacle("preemption-unhelpful")


class Room(NamedTuple):
    """Room on a node, or room that can be made there."""

    node: int
    """Its index."""
    victims: Sequence[Kind]
    """Pods that have to go, the most important first."""


class _Candidate(NamedTuple):
    room: Room
    violations: int
    """Victims that a disruption budget protects."""

    @property
    def cost(self) -> tuple[int, int, int, int]:
        """Violated budgets, then the least important victims, the smallest sum of their priorities, the fewest."""
        priorities = [each.workload.pod.priority for each in self.room.victims]
        total = sum(priority + (1 << 31) for priority in priorities)
        return self.violations, max(priorities), total, len(priorities)


def make_room(
    kind: Kind, cluster: Cluster, fixed: Sequence[Filter], refusals: Mapping[int, Unfit]
) -> Sequence[Room] | Obstacles | None:
    """The rooms that cost least, or the obstacles to making any; None for a pod that never preempts.

    `refusals` has by its index why each node refuses the pod. On each node all pods of lower priority are
    thought away, and as many of them brought back as fit: first those that a disruption budget protects. Of rooms
    that cost the same the scheduler takes the one whose victims started last, which is not known here.
    """
    if not kind.constraints.preempts:
        return None
    obstacles: Counter[Obstacle] = Counter()
    found: list[_Candidate] = []
    for index in range(len(cluster.nodes)):
        unfit = refusals.get(index)
        if unfit is None or not unfit.resolvable:
            obstacles[NOT_HELPFUL] += 1
            continue
        outcome = _room_on(index, kind, cluster, fixed)
        if isinstance(outcome, _Candidate):
            found.append(outcome)
        else:
            obstacles.update(outcome)
    if found:
        least = min(each.cost for each in found)
        return [each.room for each in found if each.cost == least]
    return tuple(obstacles.items())


def _room_on(index: int, kind: Kind, cluster: Cluster, fixed: Sequence[Filter]) -> _Candidate | tuple[Obstacle, ...]:
    lower = _less_important(index, kind, cluster)
    if not lower:
        return (NO_VICTIMS,)
    is_protected = _protected(lower, cluster)
    away = Counter(lower)
    for each, count in away.items():
        cluster.put(each, index, -count)
    unfit = refusal_on(index, kind, cluster, fixed)
    if unfit is not None:
        back, outcome = away, unfit.reasons
    else:
        order = [place for place, _ in sorted(enumerate(is_protected), key=lambda each: not each[1])]
        places = sorted(_victims(index, kind, cluster, fixed, lower, order))
        victims = [lower[place] for place in places]
        back = Counter(victims)
        outcome = _Candidate(Room(index, victims), sum(is_protected[place] for place in places))
    for each, count in back.items():
        cluster.put(each, index, count)
    return outcome


def _less_important(index: int, kind: Kind, cluster: Cluster) -> Sequence[Kind]:
    """The pods that might have to go, the most important first; of equal ones those that are declared first."""
    pods = cluster.pods[index]
    lower = (each for each in pods if each.workload.pod.priority < kind.workload.pod.priority)
    ordered = sorted(lower, key=lambda each: (-each.workload.pod.priority, cluster.order[each]))
    return [each for each in ordered for _ in range(pods[each])]


def _protected(pods: Sequence[Kind], cluster: Cluster) -> Sequence[bool]:
    """Those that a disruption budget protects if they are evicted in this order. Pods that are placed are
    taken to be healthy."""
    allowed: Counter[Kind] = Counter()
    for each in dict.fromkeys(pods):
        workload = each.workload
        if workload.max_unavailable is not None:
            allowed[each] = max(0, cluster.total(each) - max(0, workload.replicas - workload.max_unavailable))
    found: list[bool] = []
    for each in pods:
        allowed[each] -= 1
        found.append(each.workload.max_unavailable is not None and allowed[each] < 0)
    return found


def _victims(
    index: int, kind: Kind, cluster: Cluster, fixed: Sequence[Filter], lower: Sequence[Kind], order: Iterable[int]
) -> Iterator[int]:
    """Victims that no longer fit next to the pod once those before them in the order are back."""
    for place in order:
        cluster.put(lower[place], index)
        if refusal_on(index, kind, cluster, fixed) is not None:
            cluster.put(lower[place], index, -1)
            yield place

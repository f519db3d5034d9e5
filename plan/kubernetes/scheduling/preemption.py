"""Which pods of lower priority make room (pkg/scheduler/framework/preemption)."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from plan.kubernetes.scheduling.cluster import Cluster
from plan.kubernetes.scheduling.filters import (
    SLOTS,
    ZONE,
    Filter,
    Unfit,
    filters_of_others,
    first_refusal,
    matters_to,
    refusal_on,
    refusals_even_without_lesser,
)
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
    lesser, without_lesser = cluster.lesser(kind), refusals_even_without_lesser(kind, cluster)
    matters, by_others = matters_to(kind, cluster), filters_of_others(kind, cluster, fixed)
    for index in range(len(cluster.nodes)):
        unfit = refusals.get(index)
        if unfit is None or not unfit.resolvable:
            obstacles[NOT_HELPFUL] += 1
        elif not lesser[index]:
            obstacles[NO_VICTIMS] += 1
        elif still := without_lesser(index):
            obstacles.update(still.reasons)
        else:
            outcome = _room_on(index, kind, cluster, fixed, matters, by_others)
            if isinstance(outcome, _Candidate):
                found.append(outcome)
            else:
                obstacles.update(outcome)
    if found:
        least = min(each.cost for each in found)
        return [each.room for each in found if each.cost == least]
    return tuple(obstacles.items())


def _room_on(
    index: int,
    kind: Kind,
    cluster: Cluster,
    fixed: Sequence[Filter],
    matters: Callable[[Kind], bool],
    by_others: Sequence[Filter],
) -> _Candidate | tuple[Obstacle, ...]:
    lower = _less_important(index, kind, cluster)
    is_protected = _protected(lower, cluster)
    order = [place for place, _ in sorted(enumerate(is_protected), key=lambda each: not each[1])]
    if any(map(matters, lower)):
        found = _victims_by_trying(index, kind, cluster, fixed, lower, order)
    else:
        found = _victims_by_amount(index, kind, cluster, lower, order)
        if not isinstance(found, Unfit):
            found = first_refusal(by_others, index) or found
    if isinstance(found, Unfit):
        return found.reasons
    places = sorted(found)
    return _Candidate(Room(index, [lower[place] for place in places]), sum(is_protected[place] for place in places))


def _less_important(index: int, kind: Kind, cluster: Cluster) -> Sequence[Kind]:
    """The pods that might have to go, the most important first; of equal ones those that are declared first."""
    pods = cluster.pods[index]
    lower = (each for each in pods if each.workload.pod.priority < kind.workload.pod.priority)
    ordered = sorted(lower, key=lambda each: (-each.workload.pod.priority, cluster.order[each]))
    return [each for each in ordered for _ in range(pods[each])]


def _protected(pods: Sequence[Kind], cluster: Cluster) -> Sequence[bool]:
    """Pods that a disruption budget protects if they are evicted in this order. Pods that are placed are
    assumed to be healthy."""
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


def _victims_by_amount(
    index: int, kind: Kind, cluster: Cluster, lower: Sequence[Kind], order: Iterable[int]
) -> Sequence[int] | Unfit:
    """Victims of a pod to which amounts and volume slots alone of them matter: those that no longer fit next to it once
    those before them in the order are back; or why it does not fit even then. If all are gone, it fits by its
    requests."""
    demand, gone = cluster.demand(kind), set(lower)
    room = cluster.allocatable[demand.rows, index] - cluster.kept(kind)[demand.rows, index] - demand.amounts[:, 0]
    free = [int(each) for each in room]
    names = list(kind.requests)
    staying = {each: count for each, count in cluster.pods[index].items() if each not in gone}
    mounted = {claim for each in staying for claim in each.claims}
    volumes = len(mounted) + sum(each.own_volumes * count for each, count in staying.items())
    slots = int(cluster.slots[index])
    if further := _slots(kind, mounted):
        if volumes + further > slots:
            return Unfit((SLOTS,), True)
        if not cluster.reaches(kind)[index]:
            return Unfit((ZONE,), False)
    victims: list[int] = []
    for place in order:
        pod = lower[place]
        left = [amount - pod.requests.get(name, 0) for name, amount in zip(names, free, strict=True)]
        with_it = volumes + _slots(pod, mounted)
        further = _slots(kind, mounted.union(pod.claims))
        if min(left) < 0 or (further and with_it + further > slots):
            victims.append(place)
        else:
            free, volumes = left, with_it
            mounted.update(pod.claims)
    return victims


def _slots(kind: Kind, mounted: Collection[tuple[str, str]]) -> int:
    """Volume slots that a pod takes of a node on which some volumes are mounted."""
    return kind.own_volumes + sum(claim not in mounted for claim in kind.claims)


def _victims_by_trying(
    index: int, kind: Kind, cluster: Cluster, fixed: Sequence[Filter], lower: Sequence[Kind], order: Iterable[int]
) -> Sequence[int] | Unfit:
    """The same for any pod, by taking all of them off the node and bringing them back one by one; or why it does not
    fit even then. The cluster is left as it was."""
    away = Counter(lower)
    for each, count in away.items():
        cluster.put(each, index, -count)
    unfit = refusal_on(index, kind, cluster, fixed)
    victims: list[int] = []
    for place in order if unfit is None else ():
        cluster.put(lower[place], index)
        away[lower[place]] -= 1
        if refusal_on(index, kind, cluster, fixed) is not None:
            cluster.put(lower[place], index, -1)
            away[lower[place]] += 1
            victims.append(place)
    for each, count in away.items():
        cluster.put(each, index, count)
    return unfit or victims

"""The runbook's conditions to add or to remove a worker, each with how long it has to hold (docs/facts.md, The lab)."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from observation import Observation
from observation.history import History, Measure, Point
from operations.scale.exhausted import exhausted

State = Literal["met", "not met", "not known"]
Subject = Measure | Literal["exhausted-slots", "planned-volumes"]
HALF_A_DAY = timedelta(hours=12)
"""A longer gap between two points breaks a condition's span: nobody saw what was in it."""


Present = Mapping[Measure, float]
"""The measures as they are now, as far as the cluster itself tells."""


class _Bound(NamedTuple):
    measure: Measure
    above: bool
    """Whether the measure has to be at or above the threshold; else at or below."""
    threshold: float
    dwell: timedelta


ADD: tuple[_Bound, ...] = (
    _Bound("attachments", True, 25, timedelta(days=7)),
    _Bound("memory-requests", True, 0.9, timedelta(days=7)),
    _Bound("evictions", True, 20, timedelta(days=3)),
)
"""One of them is enough."""
REMOVE: tuple[_Bound, ...] = (
    _Bound("attachments", False, 20, timedelta(days=30)),
    _Bound("memory-requests", False, 0.7, timedelta(days=30)),
    _Bound("memory-limits", False, 0.95, timedelta(days=30)),
)
"""All of them have to hold, and nothing may be planned."""
PLANNED, PLANNED_ABOVE = 3, 22
"""So many planned block volumes, where the fullest node has so many already, are a reason to add a worker."""
RUNBOOK_SLOTS = 28
"""Volume slots of a node for which the runbook counts volumes; those of other nodes are counted in proportion."""


def in_slots(volumes: float, slots: int | None) -> float:
    """A number of volumes of the runbook on nodes with so many slots; None where no driver states how many."""
    return volumes if slots is None else max(volumes * slots // RUNBOOK_SLOTS, 1)


def bounds_of(bounds: tuple[_Bound, ...], slots: int | None) -> Iterator[_Bound]:
    """Bounds for nodes with so many volume slots."""
    for bound in bounds:
        is_count = bound.measure == "attachments"
        yield bound._replace(threshold=in_slots(bound.threshold, slots)) if is_count else bound


class Condition(NamedTuple):
    """A condition with what was seen of it."""

    subject: Subject
    state: State
    now: float | None
    """The newest value: a count, or a share of 1."""
    threshold: float
    dwell_days: float
    """How long it has to hold."""
    held_days: float | None
    """How long it has held until now; None where nothing was recorded."""
    seen_days: float
    """How long it was recorded."""


def reasons_to_add(
    observed: Observation, history: History | None, present: Present, planned: int | None, slots: int | None
) -> Iterator[Condition]:
    """The conditions of which one is enough to add a worker. `planned` volumes are None where no lab says so."""
    for bound in bounds_of(ADD, slots):
        yield _held(bound, history, observed.now, present)
    failed = len(exhausted(observed))
    state: State = ("met" if failed else "not met") if observed.knows("Event") else "not known"
    yield Condition("exhausted-slots", state, failed if observed.knows("Event") else None, 1, 0, None, 0)
    state = "not known"
    if planned is not None:
        state = (
            "met"
            if planned >= PLANNED and present.get("attachments", 0) >= in_slots(PLANNED_ABOVE, slots)
            else "not met"
        )
    yield Condition("planned-volumes", state, planned, PLANNED, 0, None, 0)


def reasons_to_remove(
    observed: Observation, history: History | None, present: Present, planned: int | None, slots: int | None
) -> Iterator[Condition]:
    """The conditions that all have to hold before a worker may go."""
    for bound in bounds_of(REMOVE, slots):
        yield _held(bound, history, observed.now, present)
    state: State = "not known" if planned is None else "not met" if planned else "met"
    yield Condition("planned-volumes", state, planned, 0, 0, None, 0)


def _held(bound: _Bound, history: History | None, now: datetime, present: Present) -> Condition:
    measures: Mapping[Measure, tuple[Point, ...]] = history.measures if history else {}
    points = [each for each in measures.get(bound.measure, ()) if each.at <= now]
    if not points or now - points[-1].at > HALF_A_DAY:
        return Condition(
            bound.measure, "not known", present.get(bound.measure), bound.threshold, bound.dwell.days, None, 0
        )
    since = None
    later = points[-1].at
    for each in reversed(points):
        holds = each.value >= bound.threshold if bound.above else each.value <= bound.threshold
        if not holds or later - each.at > HALF_A_DAY:
            break
        since = later = each.at
    held = points[-1].at - since if since else timedelta()
    seen = points[-1].at - points[0].at
    state: State = "met" if held >= bound.dwell - timedelta(hours=1) else "not met"
    if state == "not met" and held and held >= seen:
        state = "not known"  # it held as long as anybody looked
    return Condition(
        bound.measure, state, points[-1].value, bound.threshold, bound.dwell.days, _days(held), _days(seen)
    )


def _days(span: timedelta) -> float:
    return round(span / timedelta(days=1), 1)

"""When a measure reaches its threshold if it goes on as it has, or why that cannot be said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from statistics import fmean, median
from typing import Literal, NamedTuple

from observation.history import Measure, Point

LEAST_DAYS = 14
FARTHEST = timedelta(days=365)
"""Beyond it nothing goes on as it has."""

Why = Literal["not recorded", "too short", "does not rise", "swings more than it rises", "more than a year away"]


class Trend(NamedTuple):
    """A measure that rises."""

    measure: Measure
    per_week: float
    threshold: float
    reached: datetime
    """The past, where it is above the threshold already."""
    days: int
    """Days that it was drawn from."""


class NoTrend(NamedTuple):
    """A measure of which no date can be said."""

    measure: Measure
    why: Why
    days: int


def trend(measure: Measure, points: Sequence[Point], threshold: float) -> Trend | NoTrend:
    """The date at which a measure reaches a threshold, by the median of the slopes between its days."""
    days = [
        (begin, max(each.value for each in members))
        for begin, members in groupby(points, key=lambda each: each.at.date())
    ]
    if not days:
        return NoTrend(measure, "not recorded", 0)
    if len(days) < LEAST_DAYS:
        return NoTrend(measure, "too short", len(days))
    slopes = [
        (later - earlier) / (end - begin).days
        for place, (begin, earlier) in enumerate(days)
        for end, later in days[place + 1 :]
    ]
    slope = median(slopes)
    middle = median(value - slope * (day - days[0][0]).days for day, value in days)
    swing = fmean(abs(later - earlier - slope) for (_, earlier), (_, later) in pairwise(days))
    risen = slope * (days[-1][0] - days[0][0]).days
    if slope <= 0:
        return NoTrend(measure, "does not rise", len(days))
    if risen <= 2 * swing:
        return NoTrend(measure, "swings more than it rises", len(days))
    left = (threshold - middle) / slope - (days[-1][0] - days[0][0]).days
    if timedelta(days=left) > FARTHEST:
        return NoTrend(measure, "more than a year away", len(days))
    return Trend(measure, slope * 7, threshold, points[-1].at + timedelta(days=round(left)), len(days))

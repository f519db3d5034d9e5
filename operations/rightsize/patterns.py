"""Patterns in the use of a container, because of which its peak is not its need."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Literal

from observation.usage import ContainerUsage
from operations.rightsize.stated import Stated

MIB = 1 << 20

Pattern = Literal["short-history", "killed", "leak", "growing", "at-limit", "steady-cache", "peaks", "restarts", "idle"]

ENOUGH_DAYS = 8
"""Days below which nothing is proposed: a week has to be seen whole, with what happens once in it."""
WHOLE_MONTH = 28
"""Days from which a limit may be cut: a peak once a month was seen."""
PEAK_FACTOR = 1.5
"""A maximum so far above the 95th percentile comes of rare work: an import, a start, a storm after a power cut."""
AT_LIMIT = 0.93
"""Share of the limit from which a container was held by it."""
STEADY = 0.8
"""Median over maximum from which memory is a setting (a heap, a cache, a buffer pool) and no load."""
RISING = 0.8
"""Share of days on which memory rises, from which that is a leak."""
LEAK_GROWTH = 1.3
"""Growth over the longest rise, from which that is a leak."""


GROWTH = 1.08
"""Median of the last week's peaks over that of the first, from which memory is growing."""
LEAST_GROWTH = 16
"""MiB below which that is noise."""
_WEEK = 7
IDLE_CPU = 50
"""Millicores that a container has to have used at least once: else nobody has seen it at work."""


def patterns(used: ContainerUsage, stated: Stated) -> frozenset[Pattern]:
    """The patterns that the figures show."""
    return frozenset(_patterns(used, stated))


def _patterns(used: ContainerUsage, stated: Stated) -> Iterator[Pattern]:
    if used.days < ENOUGH_DAYS:
        yield "short-history"
    if used.oom_kills:
        yield "killed"
    elif used.restarts:
        yield "restarts"
    if leak_per_day(used.memory_daily) is not None:
        yield "leak"
    elif _is_growing(used.memory_daily):
        yield "growing"
    if used.cpu.max < IDLE_CPU:
        yield "idle"
    if not used.oom_kills and stated.memory_limit and used.memory.max * MIB >= AT_LIMIT * stated.memory_limit:
        yield "at-limit"
    if used.memory.p50 >= STEADY * used.memory.max:
        yield "steady-cache"
    if used.memory.max > PEAK_FACTOR * used.memory.p95:
        yield "peaks"


def _is_growing(daily: Sequence[float]) -> bool:
    """Whether the last week's peaks lie above the first week's: no leak by its size, and a limit would be met later."""
    if len(daily) < 2 * _WEEK:
        return False
    first, last = median(daily[:_WEEK]), median(daily[-_WEEK:])
    return last >= GROWTH * first and last - first >= LEAST_GROWTH


def leak_per_day(daily: Sequence[float]) -> float | None:
    """MiB a day by which memory rises between restarts; None if it does not."""
    steps = [after - before for before, after in pairwise(daily)]
    rises = [step for step in steps if step > 0]
    if len(daily) < ENOUGH_DAYS or len(rises) < RISING * len(steps) or _longest_rise(daily) < LEAK_GROWTH:
        return None
    return sorted(rises)[len(rises) // 2]


def _longest_rise(daily: Sequence[float]) -> float:
    """Growth over the longest run of days on which memory rose."""
    longest = start = 0
    growth = 1.0
    for day in range(1, len(daily)):
        if daily[day] <= daily[day - 1]:
            start = day
        elif day - start > longest and daily[start]:
            longest, growth = day - start, daily[day] / daily[start]
    return growth

"""Clocks of those who answer, held against the one that ages are counted by."""

from datetime import UTC, datetime, timedelta

from observation.model import Gap
from operations.clients.prometheus import Prometheus
from operations.clients.refusals import NotAnswered

MOST_APART = timedelta(minutes=1)
"""Clocks of machines that are synchronised are less apart, and an answer takes less."""


def clock_gap(whose: str, theirs: datetime, ours: datetime) -> Gap | None:
    """A gap where a clock is so far from ours that ages are wrong."""
    apart = theirs - ours
    if abs(apart) <= MOST_APART:
        return None
    seconds = round(abs(apart).total_seconds())
    length = f"{seconds // 60} min {seconds % 60} s" if seconds < 7200 else f"{seconds // 3600} h"
    direction = "ahead of" if apart > timedelta() else "behind"
    detail = (
        f"it is {length} {direction} the time that ages count from, {ours:%Y-%m-%dT%H:%M:%SZ}: they are off by that"
    )
    return Gap(f"clock of {whose}", "clocks-apart", detail)


def prometheus_clock_gap(prometheus: Prometheus, observed_at: datetime, *, is_live: bool) -> Gap | None:
    """A gap where its clock is apart from the observation's. A dump may be older than Prometheus, never newer."""
    try:
        answer = prometheus.now("vector(time())")
    except NotAnswered:
        return None  # named by the questions that follow
    theirs = next((_time(each.samples[-1].value) for each in answer if each.samples), None)
    if theirs is None or (not is_live and theirs >= observed_at):
        return None
    return clock_gap(prometheus.url, theirs, observed_at)


def _time(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None

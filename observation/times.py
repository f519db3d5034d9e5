"""Times as Kubernetes writes them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

_PAST = (
    "creationTimestamp|lastTransitionTime|lastHeartbeatTime|lastUpdateTime|lastProbeTime|lastTimestamp|eventTime|"
    "lastObservedTime|renewTime|startTime|startedAt|finishedAt|completionTime|lastScheduleTime|lastSuccessfulTime|"
    "lastScaleTime|refreshTime|time"
)
"""Fields that hold a time that has passed: a certificate's end is in the future, and says nothing about the present."""
_STAMP = re.compile(rf'"(?:{_PAST})":\s*"(\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"')


@lru_cache(maxsize=65536)
def read_time(text: str | None) -> datetime | None:
    """A time from a manifest, in UTC; None where there is none, or where it is not a time."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def newest_time(texts: Iterable[str]) -> datetime | None:
    """The newest time in the text of objects: a dump was not taken before it."""
    found = [read_time(max(stamps)) for text in texts if (stamps := _STAMP.findall(text))]
    return max((each for each in found if each), default=None)

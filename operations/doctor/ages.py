"""How long something may take before it is wrong, and how lengths of time are written."""

from datetime import datetime, timedelta

GRACE = timedelta(minutes=5)
"""Time that a cluster needs to place a pod, pull an image and start it: younger objects are on their way."""


def ago(now: datetime, since: datetime | None) -> str:
    """`for 3 hours`, or nothing where the beginning is not known."""
    return f" for {length(now - since)}" if since else ""


def length(span: timedelta) -> str:
    """A length of time in its largest unit: `44 hours`, `17 minutes`."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size, least in (("day", 86400, 2), ("hour", 3600, 2), ("minute", 60, 1)):
        if seconds >= size * least:
            count = seconds // size
            return f"{count} {unit}{'s' * (count != 1)}"
    return f"{seconds} second{'s' * (seconds != 1)}"


def stamp(moment: datetime | None) -> str:
    """A time as people and Kubernetes write it: `2027-02-02T23:00:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "a time not known"

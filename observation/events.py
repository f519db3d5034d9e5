"""Events: messages of the parts of a cluster in the last hour."""

from datetime import datetime
from typing import NamedTuple

from observation.objects import Reference
from observation.times import read_time
from plan.model import Manifest
from plan.model.fields import mapping, number, text


class Event(NamedTuple):
    """An event in either of its forms (with first, last and count; with eventTime and series)."""

    about: Reference
    uid: str
    """Of the object that it is about; nodes give their name."""
    type: str
    """`Normal` or `Warning`."""
    reason: str
    message: str
    first: datetime | None
    last: datetime | None
    times: int
    """How often it was reported."""
    component: str
    """Source of the event, for example `kubelet`."""


def read_event(manifest: Manifest) -> Event:
    """An event out of its manifest, of `v1` or of `events.k8s.io/v1`."""
    about = mapping(manifest, "involvedObject") or mapping(manifest, "regarding")
    once = _time(manifest, "eventTime") or _time(manifest, "metadata", "creationTimestamp")
    first = _time(manifest, "firstTimestamp") or _time(manifest, "deprecatedFirstTimestamp")
    last = _time(manifest, "lastTimestamp") or _time(manifest, "deprecatedLastTimestamp")
    return Event(
        Reference(text(about, "kind"), text(about, "namespace") or None, text(about, "name")),
        text(about, "uid"),
        text(manifest, "type") or "Normal",
        text(manifest, "reason"),
        text(manifest, "message") or text(manifest, "note"),
        first or once,
        _time(manifest, "series", "lastObservedTime") or last or once,
        max(number(manifest, "series", "count"), number(manifest, "count"), number(manifest, "deprecatedCount"), 1),
        text(manifest, "source", "component") or text(manifest, "reportingComponent"),
    )


def _time(manifest: Manifest, *path: str) -> datetime | None:
    return read_time(text(manifest, *path))

"""Volumes that found no free slot: one is enough to add a worker."""

import re

from observation import Observation
from observation.events import Event

_NO_SLOT = re.compile(r"no free lun|exceed max volume count|maximum number of volumes|no available (lun|slot)", re.I)
"""Messages of CSI drivers and of the scheduler."""


def exhausted(observed: Observation) -> tuple[Event, ...]:
    """The events of the last hour in which a volume found no slot."""
    return tuple(each for each in observed.events if _NO_SLOT.search(each.message))

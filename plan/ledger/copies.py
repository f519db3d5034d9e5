"""Copies of data: by jobs of the lab, by Proxmox, by a database's replicas, and by what the owner states."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from typing import Literal, NamedTuple

from cronsim import CronSim, CronSimError

from plan.ledger.places import Place

Kind = Literal["job", "dump", "machine backup", "replica", "backup service", "snapshot", "stated"]
"""A `snapshot` is kept by the storage of its original, and goes with it."""
Tool = Literal["CloudNativePG", "Velero", "VolSync", "K8up", "Longhorn", "VolumeSnapshot", "SnapScheduler"]
"""A tool whose objects in the cluster tell what became of a copy."""
Fate = Literal["survives", "lost", "unknown"]
"""Fate of a copy when the disk of its original dies; `unknown` where the lab does not state its place."""
_RUNS = 40
"""Runs of a schedule that are looked at: enough for the longest pause of a monthly one to be among them."""
_START = datetime(2026, 1, 1)
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""Cron's names for schedules (pkg.go.dev/github.com/robfig/cron/v3, which Kubernetes parses schedules with)."""


class Copy(NamedTuple):
    """A copy of data at another time or place."""

    kind: Kind
    by: str
    """The workload, the backup job or the tool that makes it."""
    places: tuple[Place, ...]
    """Its possible places; empty where they are not known."""
    schedule: str | None
    """In cron's notation; None where only the interval is stated."""
    every: timedelta | None
    """The longest time between two runs: the work that is lost at most. None where it is not stated."""
    runs: bool = True
    """False where the schedule never comes up."""
    namespace: str | None = None
    """Of what makes it, if that runs in the cluster."""
    tool: Tool | None = None

    def fate(self, originals: Sequence[Place]) -> Fate:
        """Its fate when the disk of its original dies."""
        together = {place.is_lost_with(other) for place in originals for other in self.places}
        if together == {False}:
            return "survives"
        return "lost" if together == {True} else "unknown"


@lru_cache(maxsize=1024)
def longest_pause(schedule: str) -> timedelta | None:
    """The longest time between two runs of a cron schedule; None where it never runs."""
    try:
        runs = list(islice(CronSim(_NICKNAMES.get(schedule, schedule), _START), _RUNS))
    except CronSimError:
        return None
    return max((after - before for before, after in pairwise(runs)), default=None)

"""Controllers of pods, and how those that end are repeated and kept."""

from typing import Annotated, Literal

from pydantic import Field

from config.model import Model, Seconds
from config.schedule import Timezone

RunsAs = Literal["deployment", "statefulset", "daemonset", "cronjob", "job"]
ENDING: frozenset[RunsAs] = frozenset({"cronjob", "job"})
"""Controllers whose pods end by themselves: nobody reaches them through a Kubernetes Service."""

Count = Annotated[int, Field(ge=0, le=1000)]


class ClaimRetention(Model):
    """The fate of the claims that a statefulset made for its replicas. Those of `volumes` of other workloads
    always stay."""

    deleted: Literal["Retain", "Delete"] | None = None
    """When the statefulset is deleted; left out, they stay."""
    scaled: Literal["Retain", "Delete"] | None = None
    """When it has fewer replicas; left out, they stay."""


class JobSettings(Model):
    """How a job or a cronjob is repeated, stopped and kept. What is left out is by convention."""

    retries: Count = 2
    """How often a run that fails is tried again."""
    restart: Literal["Never", "OnFailure"] = "Never"
    """`OnFailure` starts the container again in the same pod; `Never` makes another pod."""
    deadline_seconds: Annotated[int, Field(ge=1, le=604_800)] | None = None
    """How long a run may take."""
    keep_seconds: Annotated[int, Field(ge=0, le=31_536_000)] | None = None
    """How long a run of a cronjob is kept after its end; left out, one day."""
    concurrency: Literal["Forbid", "Allow", "Replace"] = "Forbid"
    """Of a cronjob: whether a run begins while the one before it is under way."""
    start_within_seconds: Seconds = 600
    """Of a cronjob: how late a run may begin, for example after a power cut."""
    keep_succeeded: Count = 1
    """Of a cronjob: runs that are kept."""
    keep_failed: Count = 2
    """Runs that failed and are kept."""
    completions: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Pods that end well before a run is done; left out, one."""
    parallel: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Pods of a run at once; left out, one."""
    time_zone: Timezone | None = None
    """Of a cronjob: the zone that its schedule is in; left out, the site's."""
    suspended: bool = False
    """No run begins."""

"""OOM kills of a container, from all who tell of them: a graph alone misses what happens between two scrapes."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Literal, NamedTuple

from observation import Observation
from observation.times import read_time
from observation.usage import ContainerUsage, Usage
from plan.model import Manifest
from plan.model.fields import entries, mapping, text

Source = Literal["metrics", "pod status", "events"]
_OOM_EVENTS = ("OOMKilling", "OOMKilled", "SystemOOM")


class Kills(NamedTuple):
    """How often a container was killed for memory within the time of its usage."""

    times: int
    sources: tuple[Source, ...]


def kills(observed: Observation, usage: Usage, used: ContainerUsage, pods: Iterable[Manifest]) -> Kills:
    """The kills that the metrics count, the ends that pods tell of, and events; each may be all that is left."""
    counts: dict[Source, int] = {"metrics": used.oom_kills}
    pods = tuple(pods)
    counts["pod status"] = sum(_ended_so(observed, usage, pod, used.container) for pod in pods)
    counts["events"] = sum(1 for pod in pods for _ in _events(observed, pod, used.container))
    sources: tuple[Source, ...] = tuple(source for source, times in counts.items() if times)
    return Kills(max(counts.values()), sources)


def _ended_so(observed: Observation, usage: Usage, pod: Manifest, container: str) -> bool:
    """Whether its last end was such a kill, within the time of the usage."""
    begin = (usage.ends or observed.now) - timedelta(days=max(usage.window_days, 1))
    for key in ("containerStatuses", "initContainerStatuses"):
        for status in entries(pod, "status", key):
            if text(status, "name") != container:
                continue
            for ended in (mapping(status, "state", "terminated"), mapping(status, "lastState", "terminated")):
                at = read_time(text(ended, "finishedAt"))
                if text(ended, "reason") == "OOMKilled" and (at is None or at >= begin):
                    return True
    return False


def _events(observed: Observation, pod: Manifest, container: str) -> Iterator[None]:
    for event in observed.events_of(pod):
        if event.reason in _OOM_EVENTS and (container in event.message or not event.message):
            yield None

"""How much containers used in the last days, as a monitoring system recorded it."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from observation.json_file import read_fields
from observation.times import read_time
from plan.model.fields import Fields, entries, mapping, number, text, values

_IMPOSSIBLE = float(1 << 60)
"""Bytes, MiB or millicores."""


class InvalidUsage(Exception):
    """A file that does not hold usage; the message says where and why."""


class Percentiles(NamedTuple):
    """Typical and highest values of a series."""

    p50: float
    p95: float
    p99: float
    max: float


class ContainerUsage(NamedTuple):
    """A container of a workload; where there are several pods, that of the busiest."""

    namespace: str
    workload: str
    """Kind and name, for example `Deployment/blog`."""
    container: str
    pods: int
    days: float
    """How many days of data there are."""
    cpu: Percentiles
    """Millicores, rates over 5 minutes."""
    memory: Percentiles
    """Working set in MiB."""
    memory_daily: tuple[float, ...]
    """Highest working set of each day in MiB, oldest first."""
    oom_kills: int
    restarts: int
    note: str


class VolumeUsage(NamedTuple):
    """A claim, and how full it was."""

    namespace: str
    claim: str
    days: float
    """How many days of data there are; 0 for a single look."""
    used: int
    """Most bytes that were used."""
    capacity: int
    """Bytes of its file system; 0 where that is not known."""
    growth_per_day: int
    """Bytes, by the slope of all days; negative where it gets emptier."""


class Usage(NamedTuple):
    """The usage of a cluster's containers and volumes."""

    source: str
    """The file, or the URL, of the figures."""
    window_days: float
    ends: datetime | None
    containers: tuple[ContainerUsage, ...]
    volumes: tuple[VolumeUsage, ...] = ()

    def of(self, namespace: str | None, workload: str, container: str) -> ContainerUsage | None:
        """The usage of a container; `workload` is kind and name, as `Deployment/blog`."""
        key = (namespace, workload, container)
        return next((each for each in self.containers if (each.namespace, each.workload, each.container) == key), None)


def is_possible(used: float) -> bool:
    """Whether something can have used so much."""
    return 0 <= used < _IMPOSSIBLE


def figure(stated: Any) -> float:
    """An amount that something can have used. Raises TypeError and ValueError."""
    read = float(stated) if isinstance(stated, int | float) else -1.0
    if not is_possible(read):
        raise ValueError(f"{stated!r}, which nothing can have used")
    return read


def read_usage(file: Path) -> Usage:
    """Read a file of usage. Raises InvalidUsage."""
    stated = read_fields(file, InvalidUsage)
    if not isinstance(stated.get("containers"), list):
        raise InvalidUsage(f"{file} holds no usage: it lacks the list `containers`")
    containers: list[ContainerUsage] = []
    for place, each in enumerate(entries(stated, "containers")):
        try:
            containers.append(_container(each))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidUsage(f"{file}: containers[{place}] lacks or misstates {error}") from None
    try:
        volumes = tuple(_volume(each) for each in entries(stated, "volumes"))
        days = figure(stated.get("window_days") or 0)
    except (TypeError, ValueError) as error:
        raise InvalidUsage(f"{file}: window_days or volumes lack or misstate something: {error}") from None
    return Usage(str(file), days, read_time(text(stated, "ends")), tuple(containers), volumes)


def _container(stated: Fields) -> ContainerUsage:
    memory = mapping(stated, "memory_mib")
    return ContainerUsage(
        stated["namespace"],
        stated["workload"],
        stated["container"],
        number(stated, "pods", default=1),
        figure(stated["days"]),
        _percentiles(mapping(stated, "cpu_m")),
        _percentiles(memory),
        tuple(figure(each) for each in values(memory, "daily_max")),
        number(stated, "oom_kills"),
        number(stated, "restarts"),
        text(stated, "note"),
    )


def _volume(stated: Fields) -> VolumeUsage:
    read = VolumeUsage(**stated)
    for each in (read.days, read.used, read.capacity, abs(read.growth_per_day)):
        figure(each)
    return read


def _percentiles(stated: Fields) -> Percentiles:
    return Percentiles(*(figure(stated[name]) for name in Percentiles._fields))


def usage_text(usage: Usage) -> str:
    """Usage in the form that `read_usage` reads."""
    content = {
        "window_days": usage.window_days,
        "ends": usage.ends.strftime("%Y-%m-%dT%H:%M:%SZ") if usage.ends else None,
        "containers": [
            {
                "namespace": each.namespace,
                "workload": each.workload,
                "container": each.container,
                "pods": each.pods,
                "days": each.days,
                "cpu_m": each.cpu._asdict(),
                "memory_mib": {**each.memory._asdict(), "daily_max": list(each.memory_daily)},
                "oom_kills": each.oom_kills,
                "restarts": each.restarts,
            }
            for each in usage.containers
        ],
        "volumes": [each._asdict() for each in usage.volumes],
    }
    return json.dumps(content, indent=1)

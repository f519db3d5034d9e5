"""Containers that the kernel kills for memory: whose limit it was, and what they need."""

from datetime import timedelta
from itertools import pairwise
from statistics import mean
from typing import NamedTuple

from config.quantity import Memory
from observation.model import Observation
from observation.objects import Reference, annotations_of, namespace_of, reference
from observation.usage import ContainerUsage
from operations.doctor.ages import length, stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import Container, template_owner
from operations.doctor.revisions import previous
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text
from plan.model.resources import MEMORY, MIB, read_amount

_LIMIT_RANGER = "kubernetes.io/limit-ranger"
_SURE_DAYS = 7
"""Days of data from which a trend is one."""
_SHORT_DAYS, _SURE_TIMES = 4, 3
"""Or shorter growth, which begins again after so many restarts."""


class Leak(NamedTuple):
    """Memory that grows from day to day."""

    per_day: float
    """MiB."""
    first: float
    """Highest of the first day, in MiB."""
    last: float
    days: int


def leak_of(usage: ContainerUsage) -> Leak | None:
    """Growth that continues from day to day since the last start, or in the same way after each; else None."""
    climbs = _climbs(usage.memory_daily)
    last = climbs[-1]
    if len(last) >= _SURE_DAYS:
        return _leak(last)
    again = [each for each in climbs[:-1] if len(each) >= _SHORT_DAYS]
    leaks = [leak for each in again if (leak := _leak(each)) is not None]
    if len(leaks) < _SURE_TIMES or len(leaks) < len(again):
        return None
    return max(leaks, key=lambda each: each.days)


def _leak(climb: tuple[float, ...]) -> Leak | None:
    steps = [after - before for before, after in pairwise(climb)]
    rate = mean(steps)
    rising = sum(step > 0 for step in steps) / len(steps)
    if rising < 0.8 or rate < 0.01 * climb[0] or climb[-1] < 1.25 * climb[0]:
        return None
    return Leak(rate, climb[0], climb[-1], len(climb))


def _climbs(daily: tuple[float, ...]) -> list[tuple[float, ...]]:
    """The days between starts of the container: at one, less than two thirds of the day before are used."""
    falls = [place for place in range(1, len(daily)) if daily[place] < daily[place - 1] * 2 / 3]
    return [daily[begin:end] for begin, end in pairwise((0, *falls, len(daily)))]


def usage_of(observed: Observation, top: Reference, container: str) -> ContainerUsage | None:
    """The usage of a workload's container, if it is known."""
    if observed.usage is None:
        return None
    return observed.usage.of(top.namespace, f"{top.kind}/{top.name}", container)


def memory_limit(container: Fields) -> str:
    """The memory limit of a container as it is written; empty without one."""
    return text(container, "resources", "limits", "memory")


def template_container(owner: Manifest | None, name: str) -> Fields:
    """A container as its author wrote it."""
    if owner is None:
        return {}
    for key in ("containers", "initContainers"):
        for each in entries(owner, "spec", "template", "spec", key):
            if text(each, "name") == name:
                return each
    return {}


def defaulting_limit_range(observed: Observation, pod: Manifest, container: Container) -> Manifest | None:
    """The LimitRange that gave a container its memory limit, because its author wrote none."""
    said = str(annotations_of(pod).get(_LIMIT_RANGER, ""))
    owner = template_owner(observed, pod)
    stated = memory_limit(template_container(owner, container.name)) if owner else ""
    is_defaulted = f"memory limit for container {container.name}" in said or (
        f"memory limit for init container {container.name}" in said
    )
    if stated or not (is_defaulted or owner):
        return None
    limit = memory_limit(container.wanted)
    for each in observed.in_namespace("LimitRange", namespace_of(pod)):
        for rule in entries(each, "spec", "limits"):
            if text(rule, "type") == "Container" and text(rule, "default", "memory") == limit and limit:
                return each
    return None


def oom_finding(observed: Observation, pod: Manifest, container: Container, base: Finding) -> Finding:
    """Why a container is killed for memory."""
    limit = memory_limit(container.wanted)
    usage = usage_of(observed, base.subject, container.name)
    evidence = [
        *base.evidence,
        Evidence(
            reference(pod),
            f"container {container.name}: last state OOMKilled, exit code {container.exit_code}, at "
            f"{stamp(container.ended_at)}; {container.restarts} restarts",
        ),
    ]
    used = ""
    if usage is not None:
        used = f"; it used up to {usage.memory.max:g} MiB"
        evidence.append(
            Evidence(
                base.subject, f"memory of {container.name}: p95 {usage.memory.p95:g}, most {usage.memory.max:g} MiB"
            )
        )
    owner = template_owner(observed, pod)
    before = previous(observed, owner) if owner else None
    former = _former(before.template if before else {}, container.name)
    if before and former and former != mapping(template_container(owner, container.name), "resources"):
        evidence.append(Evidence(before.object, f"the revision before had {_resources(former)}"))
    base = base._replace(evidence=tuple(evidence))
    limit_range = defaulting_limit_range(observed, pod, container)
    leak = leak_of(usage) if usage else None
    if limit_range is not None and leak is None:
        return _defaulted(base, container, limit_range, limit, used, former)
    if not limit:
        return base._replace(
            code="OOM-NODE",
            message=f"Container {container.name} is killed for memory (OOMKilled) and has no limit: its node ran out",
            fix=f"give {container.name} a memory limit, and see what else uses memory on the node",
            upstream=frozenset((Reference("Node", None, text(pod, "spec", "nodeName")),)),
        )
    if leak is not None:
        default = f", the default of {reference(limit_range)}" if limit_range is not None else ""
        return base._replace(
            code="MEMORY-LEAK",
            message=f"Container {container.name} leaks: its memory grows by {leak.per_day:.0f} MiB a day, from "
            f"{leak.first:g} to {leak.last:g} MiB in {leak.days} days, until it is killed at its limit of "
            f"{limit}{default}",
            fix=f"report the leak, or use a version without it; until then restart {base.subject} in time: "
            f"kubectl rollout restart {base.subject.kind.lower()}/{base.subject.name} -n {base.subject.namespace}",
        )
    lowered = text(former, "limits", "memory")
    note = f"; the revision before had {lowered}" if lowered and lowered != limit else ""
    advice = f"raise the memory limit of {container.name} in {base.subject} from {limit}"
    if lowered and lowered != limit:
        advice = f"give {container.name} in {base.subject} its memory limit of {lowered} back"
    elif usage is not None:
        most = max(usage.memory.max, _bytes(limit) / MIB)
        advice += f" to {Memory(int(most * 1.3 + 63) // 64 * 64 << 20)}, if what it does is wanted"
    if usage is not None and usage.memory.max * MIB < 0.97 * _bytes(limit):
        used += ", as far as that was measured: the peak itself falls between two measurements"
    return base._replace(
        code="OOM-LIMIT-TOO-LOW",
        message=f"Container {container.name} is killed at its memory limit of {limit} (OOMKilled), "
        f"{container.restarts} restarts{_when(container)}{used}{note}",
        fix=advice,
    )


def _bytes(limit: str) -> int:
    try:
        return read_amount(MEMORY, limit)
    except ValueError:
        return 0


def _when(container: Container) -> str:
    """How soon after its start it is killed, where that is soon."""
    soon = container.last_run is not None and container.last_run < timedelta(minutes=3)
    return f", each {length(container.last_run)} after its start" if soon and container.last_run else ""


def _defaulted(
    base: Finding, container: Container, limit_range: Manifest, limit: str, used: str, former: Fields
) -> Finding:
    where = reference(limit_range)
    had = f" back: {_resources(former)} as in the revision before" if former else " of its own"
    return base._replace(
        code="OOM-DEFAULT-LIMIT",
        message=f"Container {container.name} states no memory limit, so {where} gave it its default of {limit}, "
        f"at which it is killed (OOMKilled){used}",
        fix=f"give container {container.name} in {base.subject} resources{had}",
        evidence=(
            *base.evidence,
            Evidence(where, f"default memory limit {limit}, for containers that state none"),
            Evidence(base.subject, f"its template states no memory limit for container {container.name}"),
        ),
    )


def _former(template: Fields, name: str) -> Fields:
    for each in entries(template, "spec", "containers"):
        if text(each, "name") == name:
            return mapping(each, "resources")
    return {}


def _resources(resources: Fields) -> str:
    request, limit = text(resources, "requests", "memory"), text(resources, "limits", "memory")
    return ", ".join(
        part for part in (f"memory request {request}" if request else "", f"limit {limit}" if limit else "") if part
    )
